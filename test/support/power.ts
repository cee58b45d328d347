/** Power loss: system calls on a real folder that note, after each, what of it would be on the disk if that was the last. */
import { fstatSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_CALLS, type SystemCalls } from '../../src/disk/node-files.ts';
import { eachCall, inFolder } from './disk.ts';

/**
 * What a file system may have kept. All keep what was flushed; of the rest
 * - `strict`: nothing, neither contents nor names;
 * - `eager`: every content, and no name: contents are written whenever it suits, a folder only when it is flushed;
 * - `ordered`: every name, as a journal of metadata does (NTFS, ext4), and of each file that was not flushed only its name.
 */
export const KEPT = ['strict', 'eager', 'ordered'] as const;
export type Kept = (typeof KEPT)[number];

/** A folder with all below it, by paths relative to it; the folder itself is "". */
export interface Image {
  /** Seconds of the last change. */
  readonly folders: Readonly<Record<string, number>>;
  /** Bytes as latin1. */
  readonly files: Readonly<Record<string, string>>;
}

export type Images = Readonly<Record<Kept, Image>>;

interface FileNode {
  readonly kind: 'file';
  flushed: string;
  now: string;
  isDirty: boolean;
}
interface Listing {
  readonly names: ReadonlyMap<string, Node>;
  readonly changed: number;
}
interface FolderNode {
  readonly kind: 'folder';
  flushed: Listing;
  now: Listing;
}
type Node = FileNode | FolderNode;

export interface Recorder {
  readonly calls: SystemCalls;
  /** One for each call so far that changed what would be kept; the first is the folder as it was. */
  readonly images: () => readonly Images[];
}

/** Records what happens below `root`; what is there at the start is on the disk. Flushes are noted, not done. */
export function recorder(root: string): Recorder {
  let nodes = scan(new Map(), root);
  for (const node of nodes.values()) flush(node);
  const top = nodes.get(statSync(root).ino);
  if (top?.kind !== 'folder') throw new TypeError(`expected a folder, got "${root}"`);
  const images: Images[] = [imagesOf(top)];
  const calls = eachCall(SYSTEM_CALLS, (name, call) => (...args) => {
    const answer = name === 'flush' ? undefined : call(...args);
    nodes = scan(nodes, root);
    const flushed = name === 'flush' ? nodes.get(fstatSync(args[0] as number).ino) : undefined;
    if (flushed !== undefined) flush(flushed);
    const now = imagesOf(top);
    if (JSON.stringify(now) !== JSON.stringify(images.at(-1))) images.push(now);
    return answer;
  });
  return { calls, images: () => images };
}

function flush(node: Node): void {
  node.flushed = node.now;
  if (node.kind === 'file') node.isDirty = false;
}

/** What there is by now, by inode; who has lost the last name is left out, since the number may be used again. */
function scan(known: ReadonlyMap<number, Node>, root: string): ReadonlyMap<number, Node> {
  const found = new Map<number, Node>();
  const look = (path: string): Node => {
    const stats = statSync(path);
    const node = stats.isDirectory()
      ? folderNode(known.get(stats.ino), {
          names: new Map(readdirSync(path).map((name) => [name, look(join(path, name))])),
          changed: stats.mtimeMs / 1000,
        })
      : fileNode(known.get(stats.ino), readFileSync(path, 'latin1'));
    found.set(stats.ino, node);
    return node;
  };
  look(root);
  return found;
}

function folderNode(known: Node | undefined, now: Listing): FolderNode {
  if (known?.kind !== 'folder') return { kind: 'folder', now, flushed: { names: new Map(), changed: now.changed } };
  known.now = now;
  return known;
}

function fileNode(known: Node | undefined, now: string): FileNode {
  if (known?.kind !== 'file') return { kind: 'file', now, flushed: '', isDirty: now !== '' };
  known.isDirty ||= known.now !== now;
  known.now = now;
  return known;
}

const imagesOf = (top: FolderNode): Images => ({
  strict: imageOf(top, 'strict'),
  eager: imageOf(top, 'eager'),
  ordered: imageOf(top, 'ordered'),
});

const CONTENT: Readonly<Record<Kept, (file: FileNode) => string>> = {
  strict: ({ flushed }) => flushed,
  eager: ({ now }) => now,
  ordered: ({ now, isDirty }) => (isDirty ? '' : now),
};

function imageOf(top: FolderNode, kept: Kept): Image {
  const [folders, files]: [Record<string, number>, Record<string, string>] = [{}, {}];
  const walk = (path: string, node: Node): void => {
    if (node.kind === 'file') {
      files[path] = CONTENT[kept](node);
      return;
    }
    const { names, changed } = kept === 'ordered' ? node.now : node.flushed;
    folders[path] = changed;
    for (const [name, below] of names) walk(join(path, name), below);
  };
  walk('', top);
  return { folders, files };
}

/** Makes an image a real folder. */
export function materialise({ folders, files }: Image, root: string): void {
  for (const path of Object.keys(folders)) mkdirSync(join(root, path), { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content, 'latin1');
  for (const [path, changed] of Object.entries(folders)) utimesSync(join(root, path), changed, changed);
}

export interface Loss {
  /** A folder with what was kept. */
  readonly folder: string;
  /** How many of the steps had been answered before. */
  readonly answered: number;
  readonly where: string;
}

/** Takes the steps in `root`, then, for each instant at which the power may have failed, looks at what was kept until then. */
export async function atEachLoss(
  {
    root,
    steps,
    kept,
  }: { root: string; steps: readonly ((calls: SystemCalls) => Promise<unknown>)[]; kept: readonly Kept[] },
  look: (loss: Loss) => Promise<void>,
): Promise<void> {
  const { calls, images } = recorder(root);
  const answers: number[] = [];
  for (const step of steps) {
    await step(calls);
    answers.push(images().length - 1);
  }
  for (const [nth, each] of images().entries()) {
    const answered = answers.filter((answer) => answer <= nth).length;
    for (const one of kept) {
      await inFolder(async (folder) => {
        materialise(each[one], folder);
        await look({ folder, answered, where: `${one}, after change ${nth} of ${images().length - 1}` });
      });
    }
  }
}
