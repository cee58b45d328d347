/** DEL and GC of the minimal plugin. */
import { compareIp, parseIp } from '../../../../src/net/ip.ts';
import { isObject, type Json, objects, textAt } from '../../json.ts';
import { hasCheck } from '../../versions.ts';
import type { Is, Quirk } from '../mutants.ts';
import { validAttachments } from './command.ts';
import {
  type Context,
  endpointId,
  isAttached,
  isDead,
  isHeldBy,
  ownerOf,
  type Survey,
  survey,
  sweep,
} from './context.ts';
import { Code, Failure } from './failure.ts';
import { rangesOf, rangeWith } from './pool.ts';
import type { Holder, Lease } from './store.ts';

export async function del(context: Context): Promise<void> {
  const { command, hns, store, delegate, is, memory } = context;
  const id = endpointId(command.network, command);
  refuseOddly(context);
  if (is('delNeedsNetwork') && (await hns.network(command.network)) === undefined) throw refusal('there is no network');
  if (await isOver(context, id)) return;
  await hns.remove(id).catch((error: unknown) => {
    if (!is('delSwallowsHns')) throw error;
  });
  store.free(await freed(context, store.all().filter(isHeldBy(command))));
  await delegate?.('DEL').catch((error: unknown) => {
    if (!is('delSwallowsDelegate')) throw error;
  });
  memory.set(id, 'deleted');
  const network = await hns.network(command.network).catch(() => undefined);
  if (network !== undefined) await sweep(context, textAt(network, 'ID')).catch(() => undefined);
}

const refusal = (why: string): Failure => new Failure(Code.hns, `Cannot delete: ${why}`);

/** What a DEL must not refuse. */
function refuseOddly({ command, is, memory }: Context): void {
  const { prevResult } = command.conf;
  const isEmpty = isObject(prevResult) && objects(prevResult['interfaces']).length === 0;
  if (is('emptyPrevResultIsError') && hasCheck(command.cniVersion) && isEmpty) throw refusal('prevResult is empty');
  if (is('failedStatusLocks') && memory.get('status') === 'failed') throw refusal('STATUS failed');
}

/** Whether a DEL ends before it has done anything; only a broken one does. */
async function isOver({ command, hns, store, is, memory }: Context, id: string): Promise<boolean> {
  const isRepeated = memory.get(id) === 'deleted';
  if (is('firstDelIsLast') && isRepeated) return true;
  if (!['repeatedDelFails', 'delNeedsNamespace', 'delSkipsUnattached'].some((quirk) => is(quirk as Quirk)))
    return false;
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
async function freed({ command, hns, store, is, memory }: Context, own: readonly Lease[]): Promise<readonly Lease[]> {
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

/** Everything of this network that is not valid goes; without a list, what is provably dead. */
export async function gc(context: Context): Promise<void> {
  const { command, hns, delegate, is } = context;
  const network = await hns.network(command.network);
  const seen = network === undefined ? { ids: [], strangers: [] } : await survey(context, textAt(network, 'ID'));
  const errors: string[] = [];
  for (const holder of stale(context, seen, validOf(context))) {
    await collect(context, holder).catch((error: unknown) => errors.push(String(error)));
    if (errors.length > 0 && is('gcStopsAtError')) break;
  }
  if (is('gcTakesStrangers')) for (const endpoint of seen.strangers) await hns.remove(textAt(endpoint, 'ID'));
  if (!is('gcSkipsDelegate')) await delegate?.('GC').catch((error: unknown) => errors.push(String(error)));
  if (errors.length > 0) throw new Failure(Code.hns, `Cannot remove everything that is stale: ${errors.join('; ')}`);
}

function validOf({ command, is }: Context): ReadonlySet<string> | undefined {
  const stated = validAttachments(command.conf);
  if (stated === undefined && is('gcWantsList')) throw new Failure(Code.config, 'Cannot collect without a list');
  return stated ?? (is('noListIsEmptyList') ? new Set() : undefined);
}

/** The endpoint first: an address is nobody else's while something may use it. */
async function collect({ command, hns, store, is }: Context, holder: Holder): Promise<void> {
  if (!is('gcKeepsEndpoints')) await hns.remove(endpointId(command.network, holder));
  if (!is('gcKeepsAddresses')) store.free(store.all().filter(isHeldBy(holder)));
}

/** Whose endpoint and addresses are to go. */
function stale(context: Context, seen: Survey, valid: ReadonlySet<string> | undefined): readonly Holder[] {
  const { command, store, delegate, is } = context;
  const ids = new Set([...(valid ?? [])].map((each) => each.split(' ')[0]));
  const isStale = ({ containerId, ifname }: Holder): boolean =>
    is('gcMatchesContainerOnly') ? !ids.has(containerId) : valid?.has(`${containerId} ${ifname}`) === false;
  const orphans = seen.strangers.flatMap((endpoint: Json) => ownerOf(command.network, endpoint) ?? []);
  if (valid !== undefined) return [...store.all(), ...orphans].filter(isStale);
  // Without leases of our own, the runtime's list is the only thing that tells dead from alive.
  return [...store.all().filter(isDead(context, seen.ids)), ...(delegate === undefined ? orphans : [])];
}
