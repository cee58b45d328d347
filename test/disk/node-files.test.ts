/** Files on a real folder: what is there after success, after a failure and after a cut at every system call. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeFiles, SYSTEM_CALLS, type SystemCalls } from '../../src/disk/node-files.ts';
import { Code } from '../../src/spec/error.ts';
import { Cut, inFolder, scissors, tree } from '../support/disk.ts';
import { throwsCni } from '../support/throws.ts';

const here = nodeFiles({ windows: false });

const files = suite('nodeFiles()');

files('reads back what was written, replaces it, removes it', () =>
  inFolder((folder) => {
    const path = join(folder, 'a', 'b', 'record.json');
    here.ensureDir(join(folder, 'a', 'b'));
    here.ensureDir(join(folder, 'a', 'b'));
    here.writeFlushed(path, 'one');
    here.writeFlushed(path, 'zwölf');
    assert.is(here.readText(path), 'zwölf');
    assert.ok(here.exists(path));
    assert.equal(here.list(join(folder, 'a')), ['b']);
    assert.equal(tree(folder), { 'a/b/record.json': 'zwölf' });
    assert.ok(here.remove(path));
    assert.not(here.remove(path));
    assert.equal(tree(folder), {});
  }),
);
files('write() replaces whole, and flushes nothing', () =>
  inFolder((folder) => {
    const path = join(folder, 'last_reserved_ip.0');
    const flush = (): void => {
      throw Object.assign(new Error('flushed'), { code: 'EIO' });
    };
    const unflushed = nodeFiles({ windows: false, calls: { ...SYSTEM_CALLS, flush } });
    unflushed.write(path, '10.244.3.7');
    unflushed.write(path, '10.244.3.8');
    assert.equal(tree(folder), { 'last_reserved_ip.0': '10.244.3.8' });
    throwsCni(() => {
      unflushed.writeFlushed(path, '10.244.3.9');
    }, Code.Io);
    assert.equal(tree(folder), { 'last_reserved_ip.0': '10.244.3.8' });
  }),
);
files('mark() sets the time that it answers, another one each time, which the next entry moves', () =>
  inFolder((folder) => {
    const marks = Array.from({ length: 50 }, () => {
      const mark = here.mark(folder);
      assert.is(here.timeOf(folder), mark);
      return mark;
    });
    assert.ok(new Set(marks).size > 45);
    for (const mark of marks) assert.ok(BigInt(mark ?? '') <= BigInt(Date.now() - 1875) * 1_000_000n);
    writeFileSync(join(folder, 'entry'), '');
    assert.not(marks.includes(here.timeOf(folder)));
  }),
);
files('writing makes the folder that is not there', () =>
  inFolder((folder) => {
    here.writeFlushed(join(folder, 'a', 'b', 'record.json'), 'one');
    assert.ok(here.createExclusive(join(folder, 'c', '10.244.3.7'), 'mine'));
    assert.equal(tree(folder), { 'a/b/record.json': 'one', 'c/10.244.3.7': 'mine' });
  }),
);
files('answers what is absent as absent', () =>
  inFolder((folder) => {
    assert.is(here.readText(join(folder, 'x', 'y')), undefined);
    assert.equal(here.list(join(folder, 'x')), []);
    assert.not(here.exists(join(folder, 'x')));
    assert.not(here.remove(join(folder, 'x', 'y')));
  }),
);
files('what cannot be looked at is an error, not absent', () =>
  inFolder((folder) => {
    const path = join(folder, 'loop');
    symlinkSync(path, path);
    throwsCni(() => here.exists(path), Code.Io, /^Cannot look at ".*loop": ELOOP$/);
    throwsCni(() => here.createExclusive(path, 'mine'), Code.Io, /^Cannot look at ".*loop": ELOOP$/);
    writeFileSync(join(folder, 'file'), '');
    assert.not(here.exists(join(folder, 'file', 'x')));
  }),
);
files('createExclusive() leaves a file that is there', () =>
  inFolder((folder) => {
    const path = join(folder, '10.244.3.7');
    assert.ok(here.createExclusive(path, 'mine'));
    assert.not(here.createExclusive(path, 'yours'));
    assert.equal(tree(folder), { '10.244.3.7': 'mine' });
  }),
);
files('remove() takes what a crash left of a write with it', () =>
  inFolder((folder) => {
    writeFileSync(join(folder, '10.244.3.7.tmp'), 'hal');
    assert.not(here.remove(join(folder, '10.244.3.7')));
    assert.equal(tree(folder), {});
  }),
);
files('names operation, path and errno in its error', () =>
  inFolder((folder) => {
    const path = join(folder, 'dir');
    mkdirSync(join(path, 'sub'), { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    const error = throwsCni(
      () => {
        here.writeFlushed(path, 'x');
      },
      Code.Io,
      /^Cannot rename onto ".*dir": E[A-Z]+$/,
    );
    assert.match(error.details ?? '', /rename/);
    throwsCni(() => here.readText(path), Code.Io, /^Cannot read ".*dir": EISDIR$/);
    throwsCni(
      () => {
        here.writeFlushed(join(folder, 'file', 'x'), 'x');
      },
      Code.Io,
      /^Cannot write ".*x": ENOTDIR$/,
    );
    throwsCni(
      () => {
        here.ensureDir('/dev/null/x');
      },
      Code.Io,
      /^Cannot make /,
    );
    throwsCni(() => here.list('/dev/null'), Code.Io, /^Cannot list .*: ENOTDIR$/);
  }),
);
files('writes no name that Windows refuses', () =>
  inFolder((folder) => {
    const windows = nodeFiles({ windows: true });
    throwsCni(
      () => {
        windows.writeFlushed(join(folder, 'fd00::2'), 'x');
      },
      Code.Io,
      /holds ":"/,
    );
    throwsCni(
      () => {
        here.writeFlushed(join(folder, 'aux'), 'x');
      },
      Code.Io,
      /is a device/,
    );
    throwsCni(
      () => {
        here.ensureDir(join(folder, 'net.'));
      },
      Code.Io,
      /ends in a dot/,
    );
    assert.equal(tree(folder), {});
  }),
);
files.run();

const patience = suite('nodeFiles() on Windows');

/** Calls of which one fails so many times first; the pauses made are noted. */
function held(name: 'rename' | 'unlink' | 'open', { times, errno }: { times: number; errno: string }) {
  const pauses: number[] = [];
  let left = times;
  const calls: SystemCalls = {
    ...SYSTEM_CALLS,
    pause: (ms) => {
      pauses.push(ms);
    },
    [name]: (...args: [never, never]) => {
      if (left-- > 0) throw Object.assign(new Error(`${errno}: held`), { code: errno });
      return SYSTEM_CALLS[name](...args);
    },
  };
  return { calls, pauses };
}

for (const errno of ['EPERM', 'EACCES', 'EBUSY']) {
  patience(`a rename refused with ${errno} is tried again`, () =>
    inFolder((folder) => {
      const { calls, pauses } = held('rename', { times: 4, errno });
      nodeFiles({ windows: true, calls }).writeFlushed(join(folder, 'x'), 'text');
      assert.equal(tree(folder), { x: 'text' });
      assert.equal(pauses, [1, 2, 4, 8]);
    }),
  );
}
patience('opening and removing are tried again, too', () =>
  inFolder((folder) => {
    nodeFiles({ windows: true, calls: held('open', { times: 2, errno: 'EBUSY' }).calls }).writeFlushed(
      join(folder, 'x'),
      't',
    );
    assert.ok(
      nodeFiles({ windows: true, calls: held('unlink', { times: 1, errno: 'EPERM' }).calls }).remove(join(folder, 'x')),
    );
    assert.equal(tree(folder), {});
  }),
);
patience('ends after about a second, with the old file whole', () =>
  inFolder((folder) => {
    const path = join(folder, 'x');
    here.writeFlushed(path, 'old');
    const { calls, pauses } = held('rename', { times: 1000, errno: 'EPERM' });
    throwsCni(
      () => {
        nodeFiles({ windows: true, calls }).writeFlushed(path, 'new');
      },
      Code.Io,
      /rename onto .*: EPERM/,
    );
    assert.is(here.readText(path), 'old');
    assert.is(pauses.length, 10);
    const sum = pauses.reduce((a, b) => a + b, 0);
    assert.ok(sum > 500 && sum < 2000, `${sum} ms`);
  }),
);
patience('is not spent on other errors, nor on Linux', () =>
  inFolder((folder) => {
    const full = held('rename', { times: 1, errno: 'ENOSPC' });
    throwsCni(
      () => {
        nodeFiles({ windows: true, calls: full.calls }).writeFlushed(join(folder, 'x'), 't');
      },
      Code.Io,
      /ENOSPC/,
    );
    const linux = held('rename', { times: 1, errno: 'EACCES' });
    throwsCni(
      () => {
        nodeFiles({ windows: false, calls: linux.calls }).writeFlushed(join(folder, 'x'), 't');
      },
      Code.Io,
      /EACCES/,
    );
    assert.equal([...full.pauses, ...linux.pauses], []);
  }),
);
patience('a write that fails leaves nothing of itself', () =>
  inFolder((folder) => {
    const calls: SystemCalls = {
      ...SYSTEM_CALLS,
      write: (file) => {
        writeFileSync(file, 'ha');
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    };
    throwsCni(
      () => {
        nodeFiles({ windows: false, calls }).writeFlushed(join(folder, 'x'), 'half');
      },
      Code.Io,
      /write .*: ENOSPC/,
    );
    assert.equal(tree(folder), {});
  }),
);
patience.run();

const cuts = suite('writeFlushed() cut at every system call');

for (const when of ['before', 'after'] as const) {
  cuts(`leaves the old or the new file, whole, when cut ${when}`, async () => {
    const seen = new Set<string>();
    for (let nth = 1; ; nth++) {
      const isCut = await inFolder((folder) => {
        const path = join(folder, 'x');
        here.writeFlushed(path, 'old text');
        const cut = scissors(nth, when);
        try {
          nodeFiles({ windows: false, calls: cut.calls }).writeFlushed(path, 'new text');
        } catch (thrown) {
          if (!(thrown instanceof Cut)) throw thrown;
        }
        seen.add(here.readText(path) ?? 'absent');
        here.remove(path);
        assert.equal(tree(folder), {});
        assert.not(existsSync(`${path}.tmp`));
        return cut.isCut();
      });
      if (!isCut) break;
    }
    assert.equal([...seen].sort(), ['new text', 'old text']);
  });
}
cuts.run();
