/** Links in the state folder, symbolic and hard: whoever can make one gets nothing written through it. */
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createFileLock } from '../../src/ffi/lock.ts';
import { writeLog } from '../../src/log/log.ts';
import { Code } from '../../src/spec/error.ts';
import { inFolder } from '../support/disk.ts';
import type { TestNode } from '../support/node.ts';
import { fails, must, nothingLeft, onNode, POD } from '../support/pods.ts';
import { rejectsCni } from '../support/throws.ts';

const links = suite('links in the state folder');

const SECRET = 'another file';
const ADDRESS = '10.244.3.3';

/** A file beside the node's state, and `make` of a link to it, or to nothing, where the plugin has a file. */
async function withLink(
  node: TestNode,
  { at, make, isThere }: { at: string; make: (target: string, path: string) => void; isThere: boolean },
  use: (target: string, path: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (elsewhere) => {
    const [target, path] = [join(elsewhere, 'target'), join(node.dataDir, at)];
    if (isThere) writeFileSync(target, SECRET);
    mkdirSync(dirname(path), { recursive: true });
    make(target, path);
    await use(target, path);
    assert.is(existsSync(target), isThere, 'the target was made or removed');
    if (isThere) assert.is(readFileSync(target, 'utf8'), SECRET);
  });
}

const life = async (node: TestNode): Promise<void> => {
  const prevResult = await must(node.run('ADD', POD, node.conf()));
  await must(node.run('CHECK', POD, node.conf({ prevResult })));
  await must(node.run('DEL', POD, node.conf()));
  nothingLeft(node);
};

const WRITTEN = ['cbr0/last_reserved_ip.0', `cbr0/${ADDRESS}.tmp`, 'cbr0/.wincni/index'];
const KINDS = [
  {
    kind: 'symbolic link',
    make: (target: string, path: string) => {
      symlinkSync(target, path);
    },
    isThere: true,
  },
  {
    kind: 'symbolic link to nothing',
    make: (target: string, path: string) => {
      symlinkSync(target, path);
    },
    isThere: false,
  },
  {
    kind: 'hard link',
    make: (target: string, path: string) => {
      linkSync(target, path);
    },
    isThere: true,
  },
];
for (const at of WRITTEN) {
  for (const { kind, ...link } of KINDS) {
    links(
      `a ${kind} as ${at} is replaced, and what it leads to stays as it is`,
      onNode((node) =>
        withLink(node, { at, ...link }, async (_, path) => {
          await life(node);
          assert.not(lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink());
        }),
      ),
    );
  }
}

for (const { kind, ...link } of KINDS) {
  links(
    `a ${kind} as the file of an address that is free keeps that address from being given`,
    onNode((node) =>
      withLink(node, { at: `cbr0/${ADDRESS}`, ...link }, async (_, path) => {
        const { ips } = await must(node.run('ADD', POD, node.conf()));
        const given = (ips as readonly { readonly address: string }[]).map(({ address }) => address);
        assert.equal(given, ['10.244.3.4/24']);
        await must(node.run('DEL', POD, node.conf()));
        assert.ok(lstatSync(path, { throwIfNoEntry: false }));
      }),
    ),
  );
}

for (const at of [
  'cbr0',
  'cbr0/.wincni',
  'cbr0/.wincni/attachments',
  'cbr0/.wincni/tombstones',
  '.wincni',
  '.wincni/ports',
]) {
  links(
    `a link as the folder ${at} is refused, and nothing is written where it leads`,
    onNode(async (node) => {
      await inFolder(async (elsewhere) => {
        mkdirSync(dirname(join(node.dataDir, at)), { recursive: true });
        symlinkSync(elsewhere, join(node.dataDir, at));
        const error = await fails(
          node.run('ADD', POD, node.conf()),
          Code.Io,
          /^Cannot use ".*": it is a link, expected a folder$/,
        );
        assert.ok(error.msg.includes(at));
        assert.equal(existsSync(join(elsewhere, 'lock')), false);
        assert.equal([node.endpoints(), node.members()], [[], []]);
      });
    }),
  );
}

links(
  'dataDir itself may be a link: whoever configures it says where the state lies',
  onNode((node) =>
    inFolder(async (elsewhere) => {
      const dataDir = join(elsewhere, 'link');
      symlinkSync(node.dataDir, dataDir);
      const conf = node.conf({ ipam: { type: 'host-local', dataDir, subnet: '10.244.3.0/24' } });
      await must(node.run('ADD', POD, conf));
      await must(node.run('DEL', POD, conf));
      nothingLeft(node);
    }),
  ),
);

links('a link as the lock is refused, and what it leads to is neither made nor locked', () =>
  inFolder(async (folder) => {
    const [lock, target] = [join(folder, 'lock'), join(folder, 'target')];
    symlinkSync(target, lock);
    await rejectsCni(createFileLock().acquire(lock, 100), Code.Io, /^Cannot open the lock file ".*lock": ELOOP$/);
    assert.not.ok(existsSync(target));
  }),
);

for (const { kind, make, isThere } of KINDS) {
  links(`a ${kind} as the log gets no line`, () =>
    inFolder((folder) => {
      const [file, target] = [join(folder, 'wincni.log'), join(folder, 'target')];
      if (isThere) writeFileSync(target, SECRET);
      make(target, file);
      writeLog({ level: 'info', file }, 'info', { verb: 'ADD' });
      assert.is(existsSync(target), isThere);
      if (isThere) assert.is(readFileSync(target, 'utf8'), SECRET);
    }),
  );
}

links(
  'nothing of a file that a link as a record leads to is shown',
  onNode((node) =>
    inFolder(async (elsewhere) => {
      await must(node.run('ADD', POD, node.conf()));
      const [record = ''] = node.records('attachments');
      const path = join(node.dataDir, 'cbr0/.wincni/attachments', record);
      writeFileSync(join(elsewhere, 'shadow'), 'root:$6$hash');
      rmSync(path);
      symlinkSync(join(elsewhere, 'shadow'), path);
      const error = await fails(node.run('DEL', POD, node.conf()), Code.Ipam, /unreadable/);
      assert.not.match(JSON.stringify(error), /root:/);
    }),
  ),
);

links.run();
