/** DEL and GC of the minimal plugin. */
import { type Json, textAt } from '../../json.ts';
import { freed, isOver, refusal, refuseOddly } from './broken-del.ts';
import { validAttachments } from './command.ts';
import { type Context, endpointId, isDead, isHeldBy, ownerOf, type Survey, survey, sweep } from './context.ts';
import { Code, Failure } from './failure.ts';
import type { Holder } from './store.ts';

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
