/** Every relative link of a document leads to a file that exists, and its anchor to a heading. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { documents, ROOT, read } from '../support/documents.ts';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

interface Link {
  readonly from: string;
  readonly to: string;
}

const links = (from: string): readonly Link[] =>
  [...withoutCode(read(from)).matchAll(LINK)]
    .map(([, to = '']) => ({ from, to }))
    .filter(({ to }) => !/^[a-z]+:/.test(to));

const withoutCode = (markdown: string): string => markdown.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');

/** What is wrong with a link, or nothing. */
function flaw({ from, to }: Link): string | undefined {
  const [path = '', anchor] = to.split('#');
  const target = path === '' ? from : join(dirname(from), path);
  if (!existsSync(join(ROOT, target))) return `${from}: "${to}" leads to no file`;
  if (anchor === undefined || statSync(join(ROOT, target)).isDirectory()) return undefined;
  return anchorsOf(target).includes(anchor) ? undefined : `${from}: "${to}" leads to no heading`;
}

/** The anchors that GitHub gives to headings. */
const anchorsOf = (path: string): readonly string[] =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );

const suiteOfLinks = suite('links');

suiteOfLinks('lead somewhere', () => {
  const all = documents().flatMap(links);
  assert.ok(all.length > 10, 'hardly any links were found');
  assert.equal(
    all.map(flaw).filter((text) => text !== undefined),
    [],
  );
});

suiteOfLinks.run();
