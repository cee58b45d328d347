/** Starts a program of Wine's, or a Windows one, in one prefix. Where prefixes come from: wine-prefix.js. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The simulator's DLLs come before anything of Wine's; no Mono, no Gecko, no menus. */
const OVERRIDES = 'computenetwork,vmcompute=n;mscoree,mshtml,winemenubuilder.exe=';

/**
 * Runs `argv` to its end. stdio are files, because node.exe cannot open Unix pipes as streams. `code` is the exit code
 * modulo 256; null with `timedOut` when the limit ended it, null alone when `signal` did.
 */
export async function call(context, argv, { env = {}, cwd = tmpdir(), stdin = '', timeoutMs = 120_000, signal } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'wincni-run-'));
  const file = (name) => join(folder, name);
  writeFileSync(file('stdin'), stdin);
  const stdio = [openSync(file('stdin'), 'r'), openSync(file('stdout'), 'w'), openSync(file('stderr'), 'w')];
  const startedMs = performance.now();
  try {
    const ended = await wait(command(context, argv, { cwd, env }), stdio, { timeoutMs, signal });
    const text = (name) => readFileSync(file(name), 'utf8');
    return { ...ended, stdout: text('stdout'), stderr: text('stderr'), durationMs: performance.now() - startedMs };
  } finally {
    for (const fd of stdio) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Like `call`, but anything other than exit 0 is an Error. */
export async function mustCall(context, argv) {
  const { code, stdout, stderr } = await call(context, argv);
  if (code !== 0) throw new Error(`Cannot run "${argv.join(' ')}": exit code ${code}\n${stdout}${stderr}`);
}

/** Ends every process of a prefix. Synchronous, for use while this process ends. */
export function stopServer(context) {
  const [program, args, options] = command(context, [context.wine.server, '-k']);
  spawnSync(program, args, { ...options, stdio: 'ignore' });
}

/** Arguments for spawn(). env(1) sets the folder: one taken along from outside the root would have no path inside it. */
function command({ wine, home, prefix }, argv, { cwd = '/', env = {} } = {}) {
  const [program, ...args] = [...wine.enter, 'env', '-C', cwd, ...argv];
  const own = {
    HOME: home,
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    WINEPREFIX: prefix,
    WINELOADER: wine.loader,
    WINESERVER: wine.server,
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: OVERRIDES,
  };
  return [program, args, { env: { ...own, ...env } }];
}

/** Waits for the program alone: the prefix's server, which its first program starts, keeps the files open for longer. */
function wait([program, args, options], stdio, { timeoutMs, signal }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio });
    signal?.addEventListener('abort', () => child.kill('SIGKILL'));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, timedOut });
    });
  });
}
