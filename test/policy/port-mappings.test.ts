/** Port mappings of the runtime: as containerd and others write them, and what the host cannot do. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mappingName, mappingsClash, type PortMapping, portMappings } from '../../src/policy/port-mappings.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const mappings = suite('portMappings');
const PATH = 'runtimeConfig.portMappings';
const WEB: PortMapping = { protocol: 6, hostPort: 8080, containerPort: 80, hostIp: undefined };

const READ: readonly (readonly [written: readonly object[], read: readonly PortMapping[]])[] = [
  [[], []],
  [[{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }], [WEB]],
  [[{ HostPort: 8080, ContainerPort: 80, Protocol: 'tcp', HostIP: '' }], [WEB]],
  [[{ hostPort: 8080, containerPort: 80, protocol: 'TCP', hostIP: '0.0.0.0' }], [WEB]],
  [[{ hostPort: 8080, containerPort: 80, protocol: '6', hostIP: '::' }], [WEB]],
  [[{ hostPort: 8080, containerPort: 80, protocol: 6, hostIP: null }], [WEB]],
  [
    [{ hostPort: 53, containerPort: 53, protocol: 'udp', hostIP: '10.240.0.30' }],
    [{ protocol: 17, hostPort: 53, containerPort: 53, hostIp: '10.240.0.30' }],
  ],
  [
    [{ hostPort: 53, containerPort: 53, protocol: 'udp', hostIP: 'FD00:0:0::1' }],
    [{ protocol: 17, hostPort: 53, containerPort: 53, hostIp: 'fd00::1' }],
  ],
  [[{ hostPort: 0, containerPort: 80, protocol: 'tcp' }], []],
  [[{ containerPort: 80, protocol: 'tcp' }], []],
  [
    [
      { hostPort: 0, containerPort: 80, protocol: 'tcp' },
      { hostPort: 0, containerPort: 81, protocol: 'tcp' },
      { hostPort: 8080, containerPort: 80, protocol: 'tcp' },
    ],
    [WEB],
  ],
  [
    [
      { hostPort: 8080, containerPort: 80, protocol: 'tcp' },
      { hostPort: 8080, containerPort: 80, protocol: 'udp' },
      { hostPort: 8081, containerPort: 80, protocol: 'tcp' },
    ],
    [WEB, { ...WEB, protocol: 17 }, { ...WEB, hostPort: 8081 }],
  ],
  [
    [
      { hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '10.0.0.1' },
      { hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '10.0.0.2' },
    ],
    [
      { ...WEB, hostIp: '10.0.0.1' },
      { ...WEB, hostIp: '10.0.0.2' },
    ],
  ],
];
for (const [written, read] of READ) {
  mappings(`portMappings() reads ${JSON.stringify(written)}`, () => {
    assert.equal(portMappings(written, PATH), read);
  });
}

const ONLY = 'expected "tcp" or "udp", for HNS maps ports of no other protocol';
const port = (more: object): object => ({ hostPort: 8080, containerPort: 80, protocol: 'tcp', ...more });
const REFUSED: readonly (readonly [written: unknown, message: string])[] = [
  [{}, `${PATH}: it is {}, expected a JSON array`],
  [['x'], `${PATH}[0]: it is "x", expected a JSON object`],
  [[port({ protocol: undefined })], `${PATH}[0].protocol: it is absent, ${ONLY}`],
  [[port({ protocol: '' })], `${PATH}[0].protocol: it is "", ${ONLY}`],
  [[port({}), port({ protocol: 'sctp' })], `${PATH}[1].protocol: it is "sctp", ${ONLY}`],
  [[port({ protocol: 'icmpv4' })], `${PATH}[0].protocol: it is "icmpv4", ${ONLY}`],
  [[port({ protocol: 'sctp', hostPort: 0 })], `${PATH}[0].protocol: it is "sctp", ${ONLY}`],
  [[port({ hostPort: -1 })], `${PATH}[0].hostPort: it is -1, expected an integer in [0, 65535]`],
  [[port({ hostPort: '8080' })], `${PATH}[0].hostPort: it is "8080", expected an integer in [0, 65535]`],
  [[port({ containerPort: 0 })], `${PATH}[0].containerPort: it is 0, expected an integer in [1, 65535]`],
  [
    [port({ hostIP: '10.0.0' })],
    `${PATH}[0].hostIP: it is "10.0.0", expected an IP address of the host, or "" for all of them`,
  ],
  [[port({ hostIP: 7 })], `${PATH}[0].hostIP: it is 7, expected a string`],
  [[port({}), port({ containerPort: 81 })], `${PATH}[1]: host port 8080/tcp is mapped by ${PATH}[0] already`],
  [
    [port({ hostPort: 0 }), port({}), port({ protocol: '6', hostIP: '10.0.0.1' })],
    `${PATH}[2]: host port 8080/tcp of 10.0.0.1 is mapped by ${PATH}[1] already`,
  ],
];
for (const [written, message] of REFUSED) {
  mappings(`portMappings() refuses with "${message}"`, () => {
    const error = throwsCni(() => portMappings(written, PATH), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}

const anyMapping: fc.Arbitrary<PortMapping> = fc.record(
  {
    protocol: fc.constantFrom<6 | 17>(6, 17),
    hostPort: fc.integer({ min: 0, max: 2 }),
    containerPort: fc.integer({ min: 1, max: 2 }),
    hostIp: fc.constantFrom(undefined, '10.0.0.1', '10.0.0.2', 'fd00::1'),
  },
  { noNullPrototype: true },
);
mappings('mappingsClash() does not depend on the order, and holds for a mapping and itself', () => {
  fc.assert(
    fc.property(anyMapping, anyMapping, (a, b) => {
      assert.is(mappingsClash(a, b), mappingsClash(b, a));
      assert.is(mappingsClash(a, a), a.hostPort !== 0);
      if (a.hostPort !== b.hostPort || a.protocol !== b.protocol) assert.not(mappingsClash(a, b));
    }),
  );
});
mappings('portMappings() answers mappings that do not clash, or refuses', () => {
  fc.assert(
    fc.property(fc.array(anyMapping, { maxLength: 5 }), (all) => {
      const written = all.map(({ hostIp, ...rest }) => ({ ...rest, hostIP: hostIp ?? '' }));
      const clashes = all.some((one, index) => all.slice(0, index).some((other) => mappingsClash(one, other)));
      if (clashes) throwsCni(() => portMappings(written, PATH), Code.InvalidConfig, /already$/);
      else
        assert.equal(
          portMappings(written, PATH),
          all.filter(({ hostPort }) => hostPort > 0),
        );
    }),
  );
});

mappings('mappingName() is for people', () => {
  assert.is(mappingName(WEB), 'host port 8080/tcp');
  assert.is(mappingName({ ...WEB, protocol: 17, hostIp: 'fd00::1' }), 'host port 8080/udp of fd00::1');
});

mappings.run();
