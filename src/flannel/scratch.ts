/** flannel's scratch files: the delegate's configuration of each sandbox, for a DEL that comes when flanneld is gone. */
import { join } from 'node:path';
import type { Files } from '../disk/files.ts';
import { isRecord, isTooDeep, type Json } from '../spec/decode.ts';

export interface Scratch {
  /** What was kept; undefined when there is nothing that can be read as a configuration. */
  readonly read: (sandboxId: string) => Json | undefined;
  /** Keeps it unless there is one: false then. */
  readonly keep: (sandboxId: string, conf: Json) => boolean;
  readonly remove: (sandboxId: string) => void;
  /** The sandboxes whose delegate has this network's name. */
  readonly sandboxesOf: (network: string) => readonly string[];
}

/** In the layout of flannel's own plugin: `<dataDir>/<sandbox id>`. */
export function scratchIn(files: Files, dataDir: string): Scratch {
  const fileOf = (sandboxId: string): string => join(dataDir, sandboxId);
  const read = (sandboxId: string): Json | undefined => parse(files.readText(fileOf(sandboxId)));
  return {
    read,
    keep: (sandboxId, conf) => {
      files.ensureDir(dataDir);
      return files.createExclusive(fileOf(sandboxId), JSON.stringify(conf));
    },
    remove: (sandboxId) => {
      files.remove(fileOf(sandboxId));
    },
    sandboxesOf: (network) => files.list(dataDir).filter((name) => read(name)?.['name'] === network),
  };
}

function parse(content: string | undefined): Json | undefined {
  try {
    const value: unknown = JSON.parse(content ?? '');
    return isRecord(value) && !isTooDeep(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
