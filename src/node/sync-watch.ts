/** Keeps a node in step with its file of peers: at start, when the file changes, and now and then to heal. */
import { CniError } from '../spec/error.ts';
import { decodePeers, type Peer } from './peers.ts';
import type { Report } from './sync-run.ts';

export interface Watched {
  /** For texts: what is watched. */
  readonly what: string;
  /** The content of the file; throws a CniError where there is none, or it cannot be read now. */
  readonly read: () => Uint8Array;
  /** Resolves when the file may have changed, after so many milliseconds, or as soon as it is to end. */
  readonly wait: (ms: number) => Promise<void>;
  readonly isEnding: () => boolean;
  readonly sync: (peers: readonly Peer[]) => Promise<Report>;
  /** Told of every run; of one that failed as of a file that cannot be used. */
  readonly onReport: (report: Report) => void;
  readonly onFailure: (failure: CniError) => void;
  /** Milliseconds on a clock that nobody sets. */
  readonly now: () => number;
}

/** How often the file is looked at where nothing tells of a change. */
const POLL_MS = 1000;

/**
 * Ends when it is told to, between two runs. A file that is half written, wrong or gone changes nothing: the peers that were
 * read last stay, and it is told once.
 */
export async function watchPeers(watched: Watched, intervalMs: number): Promise<void> {
  const { now, isEnding, wait } = watched;
  let [seen, due]: [string | undefined, number] = [undefined, 0];
  let peers: readonly Peer[] | undefined;
  while (!isEnding()) {
    const content = contentOf(watched);
    const read = content.text === seen ? undefined : peersIn(content, watched);
    seen = content.text;
    peers = read ?? peers;
    if (peers !== undefined && (read !== undefined || now() >= due)) {
      await oneRun(peers, watched);
      due = now() + intervalMs;
    }
    await wait(Math.min(POLL_MS, peers === undefined ? POLL_MS : Math.max(0, due - now())));
  }
}

interface Content {
  readonly bytes: Uint8Array | CniError;
  /** To compare. */
  readonly text: string;
}

function contentOf({ read }: Watched): Content {
  try {
    const bytes = read();
    return { bytes, text: Buffer.from(bytes).toString('latin1') };
  } catch (failure) {
    const error = CniError.from(failure);
    return { bytes: error, text: error.message };
  }
}

function peersIn({ bytes }: Content, { what, onFailure }: Watched): readonly Peer[] | undefined {
  try {
    if (bytes instanceof CniError) throw bytes;
    return decodePeers(bytes, what);
  } catch (failure) {
    onFailure(CniError.from(failure).withDetail('waiting for a file that can be used'));
    return undefined;
  }
}

/** What fails today may work at the next run. */
async function oneRun(peers: readonly Peer[], { sync, onReport, onFailure }: Watched): Promise<void> {
  try {
    onReport(await sync(peers));
  } catch (failure) {
    if (!(failure instanceof CniError)) throw failure;
    onFailure(failure);
  }
}
