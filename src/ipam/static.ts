/** `ipam.type` "static": addresses that the configuration names, or whoever asks for others. Nothing is kept from being given twice. Pure. */
import { type Cidr, contains, parseCidr } from '../net/cidr.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { badArgument, type CniArguments } from '../spec/arguments.ts';
import { type Decoder, fail, type Json, join, list, optional, record, refuse, required, text } from '../spec/decode.ts';
import { addressOrNone } from './ranges.ts';
import type { Asked } from './requested.ts';

export interface StaticAddress {
  readonly address: Cidr;
  readonly gateway: Ip | undefined;
}

/** What asks for addresses, the place that counts first: the last one is CNI_ARGS, whose addresses join those of the configuration. */
export interface StaticAsk {
  readonly places: readonly (readonly Asked[])[];
  readonly args: CniArguments;
}

/** The addresses of the section at `path`, at least one; throws code 7 with the JSON path, code 4 for CNI_ARGS. */
export function decodeStatic(section: Json, path: string, { places, args }: StaticAsk): readonly StaticAddress[] {
  const [runtime = [], inArgs = [], environment = []] = places;
  const instead = [runtime, inArgs].find((place) => place.length > 0);
  const configured = optional(section, 'addresses', { path, as: list(staticAddress) }) ?? [];
  const addresses =
    instead?.map(withPrefix) ?? withGateways([...configured, ...environment.map(withPrefix)], args.gateways);
  const at = join(path, 'addresses');
  if (addresses.length === 0) fail(at, 'at least one address', undefined);
  const all = addresses.map(({ address }) => address.ip.text);
  const twice = all.find((one, index) => all.indexOf(one) < index);
  if (twice !== undefined) refuse(at, `${twice} is there twice`);
  return addresses;
}

const FORM = 'an address with its prefix length, such as "10.244.3.77/24"';

const staticAddress: Decoder<StaticAddress> = (value, path) => {
  const object = record(value, path);
  const as: Decoder<Cidr> = (item, at) => parseCidr(text(item, at)) ?? fail(at, FORM, item);
  const address = required(object, 'address', { path, as });
  const gateway = optional(object, 'gateway', { path, as: addressOrNone });
  if (gateway !== undefined && gateway.family !== address.ip.family) {
    fail(join(path, 'gateway'), `an IPv${address.ip.family} address`, gateway.text);
  }
  return { address, gateway };
};

const withPrefix = (asked: Asked): StaticAddress => ({
  address: parseCidr(asked.text) ?? asked.refuse(FORM),
  gateway: undefined,
});

/** GATEWAY of CNI_ARGS is that of every address whose subnet it lies in. */
function withGateways(addresses: readonly StaticAddress[], gateways: readonly string[]): readonly StaticAddress[] {
  const named = gateways.map((one) => {
    const gateway = parseIp(one);
    if (gateway !== undefined && addresses.some(({ address }) => contains(address, gateway))) return gateway;
    throw badArgument(`GATEWAY is "${one}", expected an address in the subnet of one that is given`);
  });
  return addresses.map((one) => ({
    address: one.address,
    gateway: named.findLast((gateway) => contains(one.address, gateway)) ?? one.gateway,
  }));
}
