/** Arbitrary rows for tests: every field takes any value that its type has. */
import fc from 'fast-check';
import type { Adapter, Address, AddressRow, RouteRow } from '../../src/ip-helper/ip-helper.ts';
import type { Cidr } from '../../src/net/cidr.ts';
import { BITS, type Family, type Ip, ipFrom } from '../../src/net/ip.ts';
import { family, ipValue } from '../support/net.ts';

/** uvu compares prototypes, too. */
const PLAIN = { noNullPrototype: true } as const;

const u32 = fc.nat(0xffff_ffff);
const i32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const luid = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

export const address = (only?: Family): fc.Arbitrary<Ip> =>
  ipValue(only).map(({ family: f, value }) => ipFrom(f, value));
const block = (only?: Family): fc.Arbitrary<Cidr> =>
  address(only).chain((ip) => fc.nat(BITS[ip.family]).map((prefix) => ({ ip, prefix })));

export const routeRow: fc.Arbitrary<RouteRow> = family.chain((f) =>
  fc.record(
    {
      luid,
      index: u32,
      destination: block(f),
      nextHop: address(f),
      validLifetime: u32,
      preferredLifetime: u32,
      metric: u32,
      protocol: i32,
      loopback: fc.boolean(),
      autoconfigureAddress: fc.boolean(),
      publish: fc.boolean(),
      immortal: fc.boolean(),
      age: u32,
      origin: i32,
    },
    PLAIN,
  ),
);

const ofAddress = { cidr: block(), prefixOrigin: i32, suffixOrigin: i32, dadState: i32 };
export const addressRow: fc.Arbitrary<AddressRow> = fc.record({ luid, index: u32, ...ofAddress }, PLAIN);
const unicast: fc.Arbitrary<Address> = fc.record(ofAddress, PLAIN);

/** Text without NUL, which would end it. */
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((each) => each.replaceAll('\0', ' '));
const mac = fc
  .bigInt({ min: 0n, max: (1n << 48n) - 1n })
  .map((value) => ({ digits: value.toString(16).padStart(12, '0') }));

export const adapter: fc.Arbitrary<Adapter> = fc.record(
  {
    luid,
    index: fc.record({ 4: u32, 6: u32 }, PLAIN),
    guid: fc.uuid().map((each) => each.toUpperCase()),
    alias: text,
    description: text,
    mac: fc.option(mac, { nil: undefined }),
    type: u32,
    up: fc.boolean(),
    dhcp: fc.boolean(),
    mtu: u32,
    metric: fc.record({ 4: u32, 6: u32 }, PLAIN),
    compartment: u32,
    addresses: fc.array(unicast, { maxLength: 4 }),
    gateways: fc.array(address(), { maxLength: 3 }),
    dnsServers: fc.array(address(), { maxLength: 3 }),
    dnsSuffix: text,
  },
  PLAIN,
);
