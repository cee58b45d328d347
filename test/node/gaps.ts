/** Reads out of a trace whether a peer was ever without a way: the calls are replayed on the table that stood before them. */
import type { TraceEntry } from '../../native/simulator/trace.ts';

/** Of each peer's block, the number of ways that there are. */
type Ways = ReadonlyMap<string, number>;

/** What a call adds to the ways to a block, or takes. */
interface Step {
  readonly block: string;
  readonly by: 1 | -1;
}

/**
 * The blocks of `living` that were once without a way, with the call after which they were. `before` has the blocks of the table
 * that the trace begins with, one for each entry.
 */
export function gapsIn(
  trace: readonly TraceEntry[],
  before: readonly string[],
  living: readonly string[],
): readonly string[] {
  let ways: Ways = counted(before);
  const without = (where: string): readonly string[] =>
    living.filter((block) => (ways.get(block) ?? 0) === 0).map((block) => `${block} ${where}`);
  const gaps = [...without('before any call')];
  for (const [at, entry] of trace.entries()) {
    for (const { block, by } of stepsOf(entry)) ways = new Map([...ways, [block, (ways.get(block) ?? 0) + by]]);
    gaps.push(...without(`after call ${at + 1}, ${entry.function}`));
  }
  return gaps;
}

function counted(blocks: readonly string[]): Ways {
  const ways = new Map<string, number>();
  for (const block of blocks) ways.set(block, (ways.get(block) ?? 0) + 1);
  return ways;
}

/** Of a call that took effect. */
function stepsOf({ function: name, request, hresult }: TraceEntry): readonly Step[] {
  if (hresult !== '0x00000000') return [];
  const { row, settings } = request as { readonly row?: RowDocument; readonly settings?: ModifyDocument };
  if (name === 'CreateIpForwardEntry2' && row !== undefined) return [{ block: row.DestinationPrefix, by: 1 }];
  if (name === 'DeleteIpForwardEntry2' && row !== undefined) return [{ block: row.DestinationPrefix, by: -1 }];
  if (name !== 'HcnModifyNetwork' || settings === undefined) return [];
  const by = settings.RequestType === 'Add' ? 1 : -1;
  return settings.Settings.Policies.map(({ Settings }) => ({ block: Settings.DestinationPrefix, by }));
}

interface RowDocument {
  readonly DestinationPrefix: string;
}
interface ModifyDocument {
  readonly RequestType: 'Add' | 'Remove';
  readonly Settings: { readonly Policies: readonly { readonly Settings: RowDocument }[] };
}
