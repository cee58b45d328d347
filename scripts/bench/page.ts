/** The page of measurements: a section for each benchmark, which its run replaces and no other one touches. Pure. */

const INTRO = `# Performance

Each section is what one run of one benchmark printed, and is written by it: \`npm run bench -- NAME --write\`.
`;

/** The page with this section in it, in its old place or at the end. `body` has no heading. */
export function withSection(page: string | undefined, { name, title, body }: Section): string {
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end of bench ${name} -->`];
  const section = `${begin}\n## ${title}\n\n${body.trim()}\n${end}\n`;
  const text = page ?? INTRO;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 && to === -1) return `${text.trimEnd()}\n\n${section}`;
  if (from === -1 || to < from) throw new Error(`Cannot replace section "${name}": its marks are not a pair`);
  return `${text.slice(0, from)}${section}${text.slice(to + end.length).replace(/^\n/, '')}`;
}

export interface Section {
  /** The benchmark's. */
  readonly name: string;
  readonly title: string;
  readonly body: string;
}
