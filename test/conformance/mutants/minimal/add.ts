/** ADD of the minimal plugin. */
import { type Json, objects, textAt } from '../../json.ts';
import { type Context, endpointId, endpointName, isAttached, isHeldBy, sweep } from './context.ts';
import { Code, Failure } from './failure.ts';
import { array, get, property, strings, text } from './json.ts';
import { addressesIn, gatewayIn, type Range, rangesOf, rangeWith } from './pool.ts';
import { appended, type Result, readResult } from './result.ts';

const TYPES = ['L2Bridge', 'L2Tunnel'];

/** The network of the configuration; code 50 or as `code` says when it cannot take pods. */
export async function networkOf({ hns, command }: Context, code: number = Code.hns): Promise<Json> {
  const network = await hns.network(command.network);
  if (network === undefined) throw new Failure(code, `Cannot use network "${command.network}": HNS has none`);
  if (TYPES.includes(textAt(network, 'Type'))) return network;
  throw new Failure(code, `Cannot use network "${command.network}": its type is ${textAt(network, 'Type')}`);
}

export async function add(context: Context): Promise<Result> {
  const { command, is, memory } = context;
  if (is('addWantsStatus') && !memory.has('status')) throw new Failure(Code.hns, 'Cannot add before STATUS');
  if (is('oneAddAtATime') && memory.has('adding')) throw new Failure(Code.later, 'Cannot add: another ADD runs');
  memory.set('adding', command.containerId);
  try {
    return await addNow(context);
  } finally {
    memory.delete('adding');
  }
}

async function addNow(context: Context): Promise<Result> {
  const { command, is, hns, store, memory } = context;
  refusePorts(command.conf);
  memory.delete(endpointId(command.network, command));
  const network = await networkOf(context);
  const foreign = await sweep(context, textAt(network, 'ID'));
  await refuseExisting(context);
  store.free(store.all().filter(isHeldBy(command)));
  try {
    const given = await make(context, textAt(network, 'ID'), new Set(foreign));
    const id = endpointId(command.network, command);
    const netns = (is('remembersNamespace') ? memory.get('namespace') : undefined) ?? command.netns;
    memory.set('namespace', netns);
    if (!is('neverAttaches')) await hns.attach(netns, id);
    memory.set(id, 'added');
    const endpoint = await hns.endpoint(id);
    if (endpoint === undefined) throw new Failure(Code.hns, `Cannot use endpoint ${id}: it has gone`);
    return appended(readResult(command.conf['prevResult']), resultOf(context, endpoint, given), context);
  } catch (failure) {
    await undo(context);
    throw failure;
  }
}

/** Capabilities that are asked for and not served are refused, never passed over. */
function refusePorts(conf: Json): void {
  const ports = array(get(get(conf, 'runtimeConfig'), 'portMappings'));
  if (ports.length > 0) throw new Failure(Code.config, 'Cannot map ports: runtimeConfig.portMappings is not served');
}

/** One that is in no namespace was left by an ADD that was killed. */
async function refuseExisting({ hns, command, is }: Context): Promise<void> {
  const id = endpointId(command.network, command);
  const existing = await hns.endpoint(id);
  if (existing === undefined) return;
  if (isAttached(existing) && !is('repeatedAddSucceeds')) {
    throw new Failure(
      Code.exists,
      `Cannot add "${command.ifname}" of "${command.containerId}": it is attached already`,
    );
  }
  await hns.remove(id);
}

/** The endpoint before its address: an address is nobody else's while something may use it. */
async function undo({ hns, store, command, delegate, is }: Context): Promise<void> {
  try {
    await hns.remove(endpointId(command.network, command));
    const own = store.all().filter(isHeldBy(command));
    store.free(own);
    if (is('failedAddKeepsAddress'))
      for (const { address } of own) store.reserve(address, { containerId: 'failed', ifname: '' });
  } catch {
    // The first error is told; DEL will find the lease and the endpoint.
  }
  if (!is('noDelAfterFailure')) await delegate?.('DEL').catch(() => undefined);
}

/** Makes the endpoint with addresses that HNS takes. */
async function make(context: Context, networkId: string, avoid: Set<string>): Promise<Result> {
  const { command, hns, store, delegate } = context;
  for (let attempts = 1; ; attempts++) {
    const given = delegate === undefined ? await reserve(context, avoid) : await delegate('ADD');
    const document = endpointDocument(context, networkId, given);
    if (await hns.create(networkId, endpointId(command.network, command), document)) return given;
    const addresses = given.ips.map((ip) => hostOf(textAt(ip, 'address')));
    if (delegate !== undefined || command.wanted.length > 0 || attempts > MAX_REFUSED) {
      throw new Failure(Code.exists, `Cannot use ${addresses.join(', ')}: HNS has an endpoint with it`);
    }
    store.free(store.all().filter(isHeldBy(command)));
    for (const address of addresses) avoid.add(address);
  }
}

/** So many addresses that HNS has taken already are passed over. */
const MAX_REFUSED = 8;

const hostOf = (address: string): string => address.split('/')[0] ?? '';

/** An address of each range, and what the configuration says of routes, as an IPAM plugin would answer. */
async function reserve(context: Context, avoid: ReadonlySet<string>): Promise<Result> {
  const { command, is } = context;
  const ranges = rangesOf(command.conf, is);
  const lost = command.wanted.find((address) => rangeWith(ranges, address) === undefined);
  if (lost !== undefined) throw new Failure(Code.config, `Cannot reserve ${lost}: no range has it`);
  const ips: Json[] = [];
  for (const range of ranges) {
    ips.push({ address: await reserveIn(range, context, avoid), gateway: gatewayIn(range) });
  }
  return { interfaces: [], ips, routes: objects(get(get(command.conf, 'ipam'), 'routes')), dns: {} };
}

async function reserveIn(range: Range, context: Context, avoid: ReadonlySet<string>): Promise<string> {
  const { store, command, hns, is } = context;
  const wanted = command.wanted.filter((address) => rangeWith([range], address) !== undefined);
  const avoided = is('othersMeanNothing') || is('hostAddressIsFree') ? [] : avoid;
  const taken = new Set([...avoided, ...store.all().map(({ address }) => address)]);
  if (is('readsThenWrites')) await hns.members(command.netns);
  for (const address of wanted.length > 0 ? wanted : addressesIn(range)) {
    if (!taken.has(address) && store.reserve(address, command)) return `${address}/${range.subnet.prefix}`;
  }
  throw new Failure(Code.full, 'Cannot reserve an address: none is free');
}

/** DNS of the configuration, with what the runtime says of it on top. */
function dnsOf({ command, is }: Context, given: Result): Json {
  const own = Object.keys(given.dns).length > 0 ? given.dns : get(command.conf, 'dns');
  const runtime = get(get(command.conf, 'runtimeConfig'), 'dns');
  const list = (theirs: string, ours: string): readonly string[] => {
    const first = strings(is('exactKeys') ? property(runtime, theirs) : get(runtime, theirs));
    return first.length > 0 ? first : strings(get(own, ours));
  };
  const [servers, search, options] = [
    list('servers', 'nameservers'),
    list('searches', 'search'),
    list('options', 'options'),
  ];
  return {
    ...(text(own, 'domain') === '' ? {} : { Domain: text(own, 'domain') }),
    ...(search.length > 0 ? { Search: search } : {}),
    ...(servers.length > 0 ? { ServerList: servers } : {}),
    ...(options.length > 0 ? { Options: options } : {}),
  };
}

function endpointDocument(context: Context, networkId: string, given: Result): Json {
  const { command } = context;
  const defaults = given.ips.map((ip) => ({
    NextHop: textAt(ip, 'gateway'),
    DestinationPrefix: textAt(ip, 'address').includes(':') ? '::/0' : '0.0.0.0/0',
  }));
  const further = routesOf(given).map((route) => ({ NextHop: route['gw'], DestinationPrefix: route['dst'] }));
  return {
    Name: endpointName(command.network, command),
    HostComputeNetwork: networkId,
    Policies: objects(get(command.conf, 'policies')).map((entry) => get(entry, 'value')),
    IpConfigurations: given.ips.map((ip) => ({ IpAddress: hostOf(textAt(ip, 'address')) })),
    Dns: dnsOf(context, given),
    Routes: [...defaults, ...further],
  };
}

/** The routes beside the default one, each with its gateway. */
export const routesOf = ({ routes, ips }: Result): readonly Json[] =>
  routes
    .filter(({ dst }) => !/\/0$/.test(String(dst)))
    .map((route) => ({ dst: route['dst'], gw: route['gw'] ?? ips[0]?.['gateway'] }));

/** What HNS made of it. */
function resultOf({ command }: Context, endpoint: Json, given: Result): Result {
  const dns = get(endpoint, 'Dns');
  const keys = { nameservers: 'ServerList', domain: 'Domain', search: 'Search', options: 'Options' };
  const filled = Object.entries(keys).filter(([, key]) => get(dns, key) !== undefined);
  return {
    interfaces: [{ name: command.ifname, mac: textAt(endpoint, 'MacAddress'), sandbox: command.sandbox }],
    ips: objects(endpoint['IpConfigurations']).map((ip) => {
      const asked = given.ips.find((one) => hostOf(textAt(one, 'address')) === ip['IpAddress']);
      const gateway = asked?.['gateway'] === undefined ? {} : { gateway: asked['gateway'] };
      return { address: `${String(ip['IpAddress'])}/${String(ip['PrefixLength'])}`, ...gateway, interface: 0 };
    }),
    routes: routesOf(given),
    dns: Object.fromEntries(filled.map(([name, key]) => [name, get(dns, key)])),
  };
}
