/** Many commands of host-local at once on one network: loops that each start one process after another. */
import * as assert from 'uvu/assert';
import { type Answer, heldBy, holders } from './host-local.ts';

export interface Load {
  readonly dataDir: string;
  readonly loops: number;
  /** Pods of one loop. */
  readonly each: number;
  readonly run: (verb: string, containerId: string) => Promise<Answer>;
}

/** ADD of every pod, then DEL of every pod: all succeed, each has an address of its own, and none is left. */
export async function addAllThenDelAll({ dataDir, loops, each, run }: Load): Promise<void> {
  const given: (readonly [ip: string, content: string])[] = [];
  await inLoops(loops, async (loop) => {
    for (const id of podsOf(loop, each)) {
      const { code, addresses, text } = await run('ADD', id);
      assert.is(code, 0, `ADD of ${id}: ${text}`);
      for (const ip of addresses ?? []) given.push([ip, heldBy(id)]);
    }
  });
  assert.is(given.length, loops * each);
  // An address that was given twice has one file, which then lacks a pod.
  assert.equal(sorted(Object.entries(holders(dataDir))), sorted(given));
  await inLoops(loops, async (loop) => {
    for (const id of podsOf(loop, each)) {
      const { code, text } = await run('DEL', id);
      assert.is(code, 0, `DEL of ${id}: ${text}`);
    }
  });
  assert.equal(holders(dataDir), {});
}

/** Runs `work` for each loop at once; the first failure is thrown when all have ended, so that nothing runs on. */
export async function inLoops(loops: number, work: (loop: number) => Promise<void>): Promise<void> {
  const ended = await Promise.allSettled(Array.from({ length: loops }, (_, loop) => work(loop)));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}

export const podsOf = (loop: number, each: number): readonly string[] =>
  Array.from({ length: each }, (_, n) => `pod-${loop}-${n}`);

const sorted = (pairs: readonly (readonly [string, string])[]): readonly string[] =>
  pairs.map((pair) => pair.join(' ')).sort();
