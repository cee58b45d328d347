/** docs/conformance.md, generated: the checklist with the cases of each point and what wincni does about it. */
import { fileURLToPath } from 'node:url';
import { ALL_CASES } from './cases.ts';
import type { Point } from './point.ts';
import { PARTS, POINTS } from './points.ts';

export const DOCUMENT = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));

const HEAD = `# Conformance

What the CNI specification and the field ask of a plugin on Windows nodes, and what wincni does about it. Sources are
sections of SPEC.md 1.1.0; \`libcni\` and others are callers that ask for more than the text. The list is generated from
\`test/conformance\` by \`npm run conformance -- --docs\`.

\`npm run conformance -- --plugin PATH [--type win-bridge] [--wine] [--json FILE] [--only P23,W03]\` runs all of it against
an executable on the HNS simulator: one for Linux, or with \`--wine\` one for Windows. It ends with a score line, and with
exit code 0 when no MUST has failed. \`--outputs FILE\` keeps what every command printed, a JSON object a line.
`;

/** The whole text. */
export function documentOf(): string {
  const lines = POINTS.flatMap((point) => {
    const title = PARTS[point.id];
    return [...(title === undefined ? [] : ['', `## ${title}`, '']), ...linesOf(point)];
  });
  return `${HEAD}${lines.join('\n')}\n`;
}

function linesOf({ id, level, source, text, does, means, untested }: Point): readonly string[] {
  const stories = ALL_CASES.filter(({ points }) => points.includes(id)).map(({ title }) => title);
  return [
    `- **${id}** ${level} (${source}): ${text}`,
    `  - wincni: ${does}`,
    ...(means === undefined ? [] : [`  - Brought about: ${means}`]),
    untested === undefined
      ? `  - Shown by: ${stories.join('; ')}.`
      : `  - Not tested (${untested.kind}): ${untested.reason}.`,
  ];
}
