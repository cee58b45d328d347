/** Starts programs for the scripts of this folder and waits for them. What a failure means is the caller's matter. */
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Runs a program to its end: its exit code (null when killed) and all that it printed, both streams in order.
 * `env` is added to this process's own. After `timeoutMs` the program and its children are killed; `timedOut` tells.
 */
export function run(command, args, { cwd, env = {}, input, timeoutMs, onOutput } = {}) {
  return new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    // A group of its own, so that a time limit ends the whole tree.
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin`, ...env },
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const keep = (chunk) => {
      output += chunk;
      onOutput?.(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const forget = endWithUs(child.pid);
    const limit = () => {
      timedOut = true;
      killGroup(child.pid);
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(limit, timeoutMs);
    const end = (code) => {
      clearTimeout(timer);
      forget();
      resolve({ code, output, timedOut });
    };
    child.on('error', (error) => {
      output += error.message;
      end(127);
    });
    // A grandchild may hold the pipes open after the program has ended by the limit: 'exit' is enough then.
    child.on('exit', (code) => timedOut && end(code));
    child.on('close', end);
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

const running = new Set();

/** A group of its own gets no Ctrl-C from the terminal, so it is ended when this process is. */
function endWithUs(pid) {
  if (running.size === 0) {
    process.off('exit', killAll);
    process.once('exit', killAll);
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  }
  running.add(pid);
  return () => {
    running.delete(pid);
    if (running.size > 0) return;
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
}

function killAll() {
  for (const pid of running) killGroup(pid);
}

function stop(signal) {
  process.exit(signal === 'SIGINT' ? 130 : 143);
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}

/** Like `run`, but anything other than exit 0 is an Error that holds the command and what it printed. */
export async function must(command, args, options) {
  const result = await run(command, args, options);
  if (result.code === 0) return result;
  const why = result.timedOut ? `ended after its limit of ${options.timeoutMs} ms` : `exit code ${result.code}`;
  throw new Error(`Cannot run "${[command, ...args].join(' ')}": ${why}\n${result.output.trim()}`);
}

/** The full path of a program, or undefined. Looks into sbin too, which an ordinary user's PATH may lack. */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Calls `work` with a new folder under the temporary one and removes that folder afterwards. */
export async function withTempFolder(work, parent = tmpdir()) {
  const folder = mkdtempSync(join(parent, 'wincni-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
