/** CHECK and STATUS of the minimal plugin. */
import { type Json, objects, textAt } from '../../json.ts';
import { networkOf, routesOf } from './add.ts';
import { type Context, endpointId, isDead, isHeldBy } from './context.ts';
import { Code, Failure } from './failure.ts';
import { get, text } from './json.ts';
import { addressesIn, rangesOf } from './pool.ts';
import { type Result, readResult } from './result.ts';

export async function check(given: Context): Promise<void> {
  const command = given.is('checkIgnoresInterface') ? { ...given.command, ifname: 'eth0' } : given.command;
  await checkThis({ ...given, command });
}

async function checkThis(context: Context): Promise<void> {
  const { command, hns, delegate, is } = context;
  if (command.conf['prevResult'] === undefined) throw new Failure(Code.config, 'Cannot check without prevResult');
  const id = endpointId(command.network, command);
  const endpoint = await hns.endpoint(id);
  if (endpoint === undefined && is('checkIgnoresEndpoint')) return;
  const members = await hns.members(command.netns);
  const wrong = [
    ...(endpoint === undefined ? ['its endpoint is missing'] : differences(context, endpoint)),
    ...membershipDifferences(context, members, id),
    ...haste(context, id),
  ];
  if (wrong.length > 0) throw new Failure(Code.check, `Cannot confirm "${command.ifname}": ${wrong.join('; ')}`);
  if (!is('checkSkipsDelegate')) await delegate?.('CHECK');
}

function membershipDifferences(
  { command, is }: Context,
  members: readonly string[] | undefined,
  id: string,
): readonly string[] {
  if (members === undefined) return is('checkIgnoresNamespace') ? [] : [`namespace ${command.netns} has gone`];
  return members.includes(id) ? [] : [`namespace ${command.netns} does not hold its endpoint`];
}

/** Only a broken plugin is not ready when ADD has ended. */
function haste({ is, memory }: Context, id: string): readonly string[] {
  const isFirst = memory.get(id) === 'added';
  memory.delete(id);
  return isFirst && is('firstCheckFails') ? ['it is not ready yet'] : [];
}

function differences(context: Context, endpoint: Json): readonly string[] {
  const { command, is } = context;
  const previous = readResult(command.conf['prevResult']);
  const index = previous.interfaces.findIndex(
    ({ name, sandbox }) => name === command.ifname && (sandbox === command.sandbox || is('checkIgnoresSandbox')),
  );
  if (index < 0) return ['prevResult does not have it'];
  return [
    ...(previous.interfaces.length > 1 && is('checkRefusesStrangers') ? ['prevResult has more interfaces'] : []),
    ...(previous.interfaces[index]?.['mac'] === endpoint['MacAddress'] || is('checkIgnoresMac')
      ? []
      : ['its MAC address differs']),
    ...addressDifferences(previous, endpoint, index),
    ...routeDifferences(context, previous, { endpoint, index }),
    ...hiddenDifferences(context, endpoint),
  ];
}

function addressDifferences(previous: Result, endpoint: Json, index: number): readonly string[] {
  const expected = previous.ips.filter((ip) => ip['interface'] === index).map((ip) => textAt(ip, 'address'));
  const has = objects(endpoint['IpConfigurations']).map(
    (ip) => `${String(ip['IpAddress'])}/${String(ip['PrefixLength'])}`,
  );
  return [
    ...expected.filter((address) => !has.includes(address)).map((address) => `it lacks ${address}`),
    ...has.filter((address) => !expected.includes(address)).map((address) => `prevResult lacks ${address}`),
  ];
}

/** Routes of our own making only: those of later plugins are theirs to check. */
function routeDifferences(
  { command }: Context,
  previous: Result,
  { endpoint, index }: { readonly endpoint: Json; readonly index: number },
): readonly string[] {
  const own = previous.ips.filter((ip) => ip['interface'] === index);
  const has = objects(endpoint['Routes']);
  const gateways = own.map((ip) => textAt(ip, 'gateway')).filter((gateway) => gateway !== '');
  const configured = { ...previous, ips: own, routes: objects(get(get(command.conf, 'ipam'), 'routes')) };
  const made = routesOf(configured).filter(({ dst }) => has.every((route) => route['DestinationPrefix'] !== dst));
  return [
    ...gateways
      .filter((gateway) => has.every(({ NextHop }) => NextHop !== gateway))
      .map((gateway) => `no route by ${gateway}`),
    ...made.map(({ dst }) => `no route to ${String(dst)}`),
  ];
}

/** What the result does not show: policies and reservations. */
function hiddenDifferences({ command, store, delegate, is }: Context, endpoint: Json): readonly string[] {
  const types = objects(endpoint['Policies']).map(({ Type }) => Type);
  const policies = objects(get(command.conf, 'policies')).map((entry) => text(get(entry, 'value'), 'Type'));
  const leased = store.all().filter(isHeldBy(command));
  const addresses =
    delegate === undefined && !is('checkIgnoresReservation')
      ? objects(endpoint['IpConfigurations']).map((ip) => ip['IpAddress'])
      : [];
  return [
    ...policies.filter((type) => !types.includes(type)).map((type) => `no ${type} policy`),
    ...addresses
      .filter((address) => leased.every((lease) => lease.address !== address))
      .map((address) => `${String(address)} is not reserved`),
  ];
}

export async function status(context: Context): Promise<void> {
  const { memory, is } = context;
  memory.set('status', 'failed');
  try {
    await askStatus(context);
    memory.set('status', 'good');
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    const { code, message } = failure;
    if (code === Code.hns && is('statusIgnoresHns')) return;
    if (is('statusHasOwnCode')) throw new Failure(Code.hns, message);
    if (code !== Code.hns) throw failure;
    throw new Failure(Code.degraded, `Cannot serve ADD, and running pods may suffer: ${message}`);
  }
}

/** Throws with a code of HNS itself when that does not answer. */
async function askStatus(context: Context): Promise<void> {
  const { command, hns, delegate, is } = context;
  if (is('statusIgnoresNetwork') && (await hns.network(command.network)) === undefined) return;
  const network = await networkOf(context, Code.unavailable);
  if (delegate === undefined && !is('statusIgnoresPool')) {
    await requireFreeAddress(context, textAt(network, 'ID'));
  }
  if (!is('statusSkipsDelegate')) await delegate?.('STATUS');
}

async function requireFreeAddress(context: Context, networkId: string): Promise<void> {
  const { command, hns, store, is } = context;
  const ids = await hns.endpointIds(networkId);
  const alive = store.all().filter((lease) => !isDead(context, ids)(lease));
  const taken = new Set(alive.map(({ address }) => address));
  const isFull = rangesOf(command.conf, is).some((range) => [...addressesIn(range)].every((one) => taken.has(one)));
  if (isFull) throw new Failure(Code.unavailable, 'Cannot serve ADD: all addresses are used');
}
