/** The list of peers: the other nodes of a cluster, their pods' blocks, and how they are reached; read from JSON, checked as a whole. */
import { type Cidr, compareCidr, formatCidr, networkOf, overlaps, parseCidr } from '../net/cidr.ts';
import { type Ip, parseIp, sameIp } from '../net/ip.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import { decodeConfig } from '../spec/command.ts';
import { type Decoder, fail, integer, list, optional, record, refuse, required, text } from '../spec/decode.ts';

export interface Peer {
  readonly name: string;
  /** Without host bits; no two of a list share an address. */
  readonly podCidrs: readonly Cidr[];
  /** Of the node, in the order of preference. */
  readonly addresses: readonly Ip[];
  /** That of its distributed router, on an overlay. */
  readonly mac: Mac | undefined;
  /** Where its overlay packets go; undefined: its first IPv4 address. */
  readonly providerAddress: Ip | undefined;
  /** On an overlay; undefined: that of the network. */
  readonly vsid: number | undefined;
}

/** VSIDs below are refused by HNS; the id has 24 bits in VXLAN (RFC 7348, section 5). */
const [FIRST_VSID, LAST_VSID] = [4096, 0xff_ffff];

/** A hundred times what 5,000 nodes take. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Throws code 6 when it is no JSON, code 7 with the JSON path of what is wrong in it; `what` names it in the text. */
export function decodePeers(bytes: Uint8Array, what: string): readonly Peer[] {
  const peers = required(decodeConfig(bytes, { what, maxBytes: MAX_BYTES }), 'peers', { path: '', as: list(peer) });
  refuseSameNames(peers);
  refuseOverlaps(peers);
  return peers;
}

const peer: Decoder<Peer> = (value, path) => {
  const object = record(value, path);
  return {
    name: required(object, 'name', { path, as: word }),
    podCidrs: required(object, 'podCIDRs', { path, as: list(block) }),
    addresses: required(object, 'addresses', { path, as: list(address) }),
    mac: optional(object, 'macAddress', { path, as: mac }),
    providerAddress: optional(object, 'providerAddress', { path, as: address4 }),
    vsid: optional(object, 'vsid', { path, as: integer(FIRST_VSID, LAST_VSID) }),
  };
};

const word: Decoder<string> = (value, path) =>
  text(value, path) === '' ? fail(path, 'the name of a node', value) : text(value, path);

const block: Decoder<Cidr> = (value, path) => {
  const cidr = parseCidr(text(value, path)) ?? fail(path, 'a block of addresses such as "10.244.2.0/24"', value);
  const network = networkOf(cidr);
  return sameIp(network, cidr.ip)
    ? cidr
    : fail(path, `a block without host bits: "${formatCidr({ ...cidr, ip: network })}"`, value);
};

const address: Decoder<Ip> = (value, path) => parseIp(text(value, path)) ?? fail(path, 'an IP address', value);

const address4: Decoder<Ip> = (value, path) => {
  const ip = address(value, path);
  return ip.family === 4 ? ip : fail(path, 'an IPv4 address', value);
};

const mac: Decoder<Mac> = (value, path) => parseMac(text(value, path)) ?? fail(path, 'a MAC address', value);

function refuseSameNames(peers: readonly Peer[]): void {
  const seen = new Map<string, number>();
  for (const [index, { name }] of peers.entries()) {
    const first = seen.get(name);
    if (first !== undefined) refuse(`peers[${index}].name`, `"${name}" is the name of peers[${first}], too`);
    seen.set(name, index);
  }
}

interface Placed {
  readonly cidr: Cidr;
  readonly path: string;
  readonly name: string;
}

/** Blocks that share an address hold one another, so that in order of their beginning only neighbours have to be compared. */
function refuseOverlaps(peers: readonly Peer[]): void {
  const placed = peers.flatMap(({ name, podCidrs }, index) =>
    podCidrs.map((cidr, at): Placed => ({ cidr, name, path: `peers[${index}].podCIDRs[${at}]` })),
  );
  let previous: Placed | undefined;
  for (const each of placed.sort((a, b) => compareCidr(a.cidr, b.cidr))) {
    if (previous !== undefined && overlaps(previous.cidr, each.cidr)) {
      const other = `${formatCidr(previous.cidr)} of "${previous.name}" (${previous.path})`;
      refuse(each.path, `${formatCidr(each.cidr)} of "${each.name}" shares addresses with ${other}`);
    }
    previous = each;
  }
}
