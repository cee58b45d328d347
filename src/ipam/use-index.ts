/** A command's index: opened when it is first asked for, written when the command has done its files. */
import type { FileAt } from '../disk/files.ts';
import { CniError } from '../spec/error.ts';
import type { AddressIndex } from './address-index.ts';
import { type Indexed, openIndex, saveIndex } from './index-file.ts';

/** The index of one command, under the network's lock. */
export interface IndexInUse {
  /** To be asked for before the folder is changed: afterwards it could not be trusted. */
  readonly get: () => AddressIndex;
  /** Made anew from the files: they have shown that it is wrong. */
  readonly rescan: () => AddressIndex;
  /** Undefined when nobody has asked for it. */
  readonly opened: () => AddressIndex | undefined;
}

/** Works with the index and writes what has changed of it. Where the work fails, the next command makes it anew. */
export async function withIndex<T>(on: Indexed, work: (index: IndexInUse) => T | Promise<T>): Promise<T> {
  let index: AddressIndex | undefined;
  let file: FileAt | undefined;
  const open = (mayTrust: boolean): AddressIndex => {
    file ??= openQuietly(on);
    return openIndex(on, file, mayTrust);
  };
  try {
    const answer = await work({
      get: () => (index ??= open(true)),
      rescan: () => (index = open(false)),
      opened: () => index,
    });
    if (index !== undefined) saveIndex(on, index, file);
    return answer;
  } catch (thrown) {
    // Somebody has written into it: it must not fail the next command, too.
    if (thrown instanceof RangeError) on.files.remove(on.layout.index);
    throw thrown;
  } finally {
    file?.close();
  }
}

/** An index that cannot be opened is no reason to refuse a command. */
function openQuietly({ files, layout }: Indexed): FileAt | undefined {
  try {
    return files.openAt(layout.index, 'change');
  } catch (failure) {
    if (failure instanceof CniError) return undefined;
    throw failure;
  }
}
