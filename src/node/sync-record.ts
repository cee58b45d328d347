/** The record on disk of what of a table is ours: written before an entry is made, so that no entry is ever without an owner. */
import type { Files } from '../disk/files.ts';
import { type Decoder, integer, type Json, list, record, required } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';

/** An entry as JSON. */
export interface RecordForm<T> {
  readonly encode: (entry: T) => Json;
  readonly decode: Decoder<T>;
}

export interface Ledger<T> {
  /** Throws code 5 when there is a record that cannot be read: what is ours is then not known. */
  readonly read: () => readonly T[];
  /** Leaves the record alone when it says this already. */
  readonly write: (entries: readonly T[]) => void;
}

const VERSION = 1;

/** The record in `path`, whose folder is there. Readers and writers exclude each other. */
export function openLedger<T>(files: Files, path: string, { encode, decode }: RecordForm<T>): Ledger<T> {
  const textOf = (entries: readonly T[]): string => {
    const lines = entries.map((entry) => JSON.stringify(encode(entry)));
    return `{"version":${VERSION},"entries":[\n${[...new Set(lines)].sort().join(',\n')}\n]}\n`;
  };
  const nothing = textOf([]);
  return {
    read: () => {
      const text = files.readText(path);
      return text === undefined ? [] : entriesOf(text, path, decode);
    },
    write: (entries) => {
      const text = textOf(entries);
      if ((files.readText(path) ?? nothing) !== text) files.writeFlushed(path, text);
    },
  };
}

function entriesOf<T>(text: string, path: string, decode: Decoder<T>): readonly T[] {
  try {
    const value = record(JSON.parse(text), '');
    required(value, 'version', { path: '', as: integer(VERSION, VERSION) });
    return required(value, 'entries', { path: '', as: list(decode) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CniError(
      Code.Io,
      `Cannot read what is ours in "${path}": it is unreadable, expected version ${VERSION}`,
      {
        details: `${reason}; without the file nothing that is there counts as ours, and none of it is removed`,
        cause,
      },
    );
  }
}
