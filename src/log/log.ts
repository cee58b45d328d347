/** The operators' log: one line of JSON for each command, rotated by size. Failing to log never fails a command. */
import { closeSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { openInPlace } from '../disk/in-place.ts';
import { makeFolder } from '../disk/make-folder.ts';
import { assertWritable } from '../disk/names.ts';
import { type Json, oneOf, optional, refuse, text } from '../spec/decode.ts';

export type Level = 'off' | 'error' | 'info' | 'debug';
const RANK: Readonly<Record<Level, number>> = { off: 0, error: 1, info: 2, debug: 3 };

export interface LogConfig {
  readonly level: Level;
  /** Absolute path. */
  readonly file: string;
}

/** A log of at most this many bytes is kept, and one older of the same size beside it. */
const MAX_BYTES = 10 * 1024 * 1024;

/** Reads `logLevel` and `logFile`; `defaultFile` is the platform's absolute default. */
export function decodeLog(config: Json, defaultFile: string): LogConfig {
  const level = optional(config, 'logLevel', { path: '', as: oneOf('off', 'error', 'info', 'debug') }) ?? 'off';
  const file = optional(config, 'logFile', { path: '', as: text }) ?? defaultFile;
  if (!ABSOLUTE.test(file)) refuse('logFile', `it is "${file}", expected an absolute path`);
  assertWritable(file, 'drive');
  return { level, file };
}

/** A relative path would land in the runtime's current folder, often C:\Windows\System32. */
const ABSOLUTE = /^(?:[A-Za-z]:[\\/]|[\\/])/;

/**
 * Appends one line: `{"time", "level", ...fields}`. Opened for appending, so that lines of processes that run at the
 * same time do not overwrite each other. Nothing is opened when the level says so.
 */
export function writeLog({ level, file }: LogConfig, severity: Exclude<Level, 'off'>, fields: Json): void {
  if (RANK[severity] > RANK[level]) return;
  try {
    const line = `${JSON.stringify({ time: new Date().toISOString(), level: severity, ...fields })}\n`;
    makeFolder(dirname(file));
    rotate(file);
    const log = openLog(file);
    try {
      writeFileSync(log, line);
    } finally {
      closeSync(log);
    }
  } catch {
    // The log serves the operator; a full disk or a missing right must not keep a pod from its network.
  }
}

/** One that is there and is a link gets no line: it would stand in the file that the link leads to. */
function openLog(file: string): number {
  try {
    return openSync(file, 'ax');
  } catch {
    return openInPlace(file, 'a');
  }
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size < MAX_BYTES) return;
  try {
    renameSync(file, `${file}.1`);
  } catch {
    // On Windows another process that holds the file open keeps it from being renamed: the next command tries again.
  }
}
