/** What is wrong with a broken DEL; a correct one passes through here unchanged. */
import { compareIp, parseIp } from '../../../../src/net/ip.ts';
import { isObject, type Json, objects } from '../../json.ts';
import { hasCheck } from '../../versions.ts';
import type { Is, Quirk } from '../mutants.ts';
import { type Context, isAttached, isHeldBy } from './context.ts';
import { Code, Failure } from './failure.ts';
import { rangesOf, rangeWith } from './pool.ts';
import type { Lease } from './store.ts';

export const refusal = (why: string): Failure => new Failure(Code.hns, `Cannot delete: ${why}`);

/** What a DEL must not refuse. */
export function refuseOddly({ command, is, memory }: Context): void {
  const { prevResult } = command.conf;
  const isEmpty = isObject(prevResult) && objects(prevResult['interfaces']).length === 0;
  if (is('emptyPrevResultIsError') && hasCheck(command.cniVersion) && isEmpty) throw refusal('prevResult is empty');
  if (is('failedStatusLocks') && memory.get('status') === 'failed') throw refusal('STATUS failed');
}

/** Quirks that look at the endpoint first. */
const LOOKING: readonly Quirk[] = ['repeatedDelFails', 'delNeedsNamespace', 'delSkipsUnattached'];

/** Whether a DEL ends before it has done anything; only a broken one does. */
export async function isOver({ command, hns, store, is, memory }: Context, id: string): Promise<boolean> {
  const isRepeated = memory.get(id) === 'deleted';
  if (is('firstDelIsLast') && isRepeated) return true;
  if (!LOOKING.some(is)) return false;
  const endpoint = await hns.endpoint(id);
  const leases = store.all().filter(isHeldBy(command));
  const isNothing = endpoint === undefined && leases.length === 0;
  if (is('repeatedDelFails') && isRepeated && isNothing) throw refusal('there is nothing');
  if (endpoint === undefined || isAttached(endpoint)) return false;
  if (is('delNeedsNamespace') && command.netns === '') throw refusal('there is no namespace');
  if (is('delSkipsUnattached')) store.free(leases);
  return is('delSkipsUnattached');
}

/** Which leases a DEL frees: all of its own. */
export async function freed(
  { command, hns, store, is, memory }: Context,
  own: readonly Lease[],
): Promise<readonly Lease[]> {
  if (is('delKeepsAddress')) return [];
  if (is('delFreesContainer')) return store.all().filter(({ containerId }) => containerId === command.containerId);
  if (is('goneNamespaceKeepsAddress') && command.netns !== '') {
    if ((await hns.members(command.netns)) === undefined) return [];
  }
  if (is('delFreesOwnRange')) return own.filter(({ address }) => isInRange(command.conf, address, is));
  if (!is('crowdedDelKeepsAddress')) return own;
  const isCrowded = memory.has('deleting');
  memory.set('deleting', command.containerId);
  await hns.network(command.network);
  memory.delete('deleting');
  return isCrowded ? [] : own;
}

function isInRange(conf: Json, address: string, is: Is): boolean {
  const first = rangeWith(rangesOf(conf, is), address)?.first;
  const ip = parseIp(address);
  return first !== undefined && ip !== undefined && compareIp(first, ip) <= 0;
}
