/** IP protocols as configurations write them, by name or number, to the numbers that HNS wants. Pure. */
import { type Decoder, fail } from '../spec/decode.ts';

export const TCP = 6;
export const UDP = 17;
const SCTP = 132;
/** HNS's number for any protocol in an ACL. */
export const ANY = 256;

/** Numbers of IANA's registry under the names that Windows plugins read. */
const NUMBERS: Readonly<Record<string, number>> = {
  icmp: 1,
  icmpv4: 1,
  igmp: 2,
  tcp: TCP,
  udp: UDP,
  icmpv6: 58,
  sctp: SCTP,
};

/** Those whose packets have ports. */
const WITH_PORTS: readonly number[] = [TCP, UDP, SCTP];

export const hasPorts = (protocol: number): boolean => WITH_PORTS.includes(protocol);

/** The number of a protocol by its name in any case, or by its number as text; undefined when it is neither. */
function protocolNumber(written: unknown): number | undefined {
  if (typeof written === 'string' && !/^\d{1,3}$/.test(written)) {
    const name = written.toLowerCase();
    return Object.hasOwn(NUMBERS, name) ? NUMBERS[name] : undefined;
  }
  if (typeof written !== 'number' && typeof written !== 'string') return undefined;
  const number = Number(written);
  return Number.isInteger(number) && number >= 0 && number <= ANY ? number : undefined;
}

/** One protocol, by name or number. */
export const protocol: Decoder<number> = (value, path) =>
  protocolNumber(value) ?? fail(path, 'a protocol such as "tcp" or 6', value);

/** The two whose ports HNS maps. */
export const mappedProtocol: Decoder<typeof TCP | typeof UDP> = (value, path) => {
  const number = protocolNumber(value);
  return number === TCP || number === UDP
    ? number
    : fail(path, '"tcp" or "udp", for HNS maps ports of no other protocol', value);
};

/** A comma list of protocols as ACLs have it: names become numbers; "" is any protocol, and so is 256. */
export const protocolList: Decoder<string> = (value, path) => {
  if (value === '') return '';
  const items = typeof value === 'string' ? value.split(',').map((item) => item.trim()) : [value];
  const numbers = items.map(protocolNumber);
  return numbers.every((number) => number !== undefined)
    ? numbers.join(',')
    : fail(path, 'protocols such as "6,17", or "256" for any', value);
};
