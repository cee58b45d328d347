/** DNS of the configuration and of the runtime, and which of the two counts. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeDns, decodeRuntimeDns, mergeDns } from '../../src/spec/dns.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const dns = suite('dns');

const CONFIGURED: readonly (readonly [value: unknown, read: object])[] = [
  [{}, {}],
  [{ nameservers: [], domain: '', search: null }, {}],
  [
    { nameservers: ['10.96.0.10'], domain: 'a.local', search: ['b.local', 'c.local'], options: ['ndots:5'] },
    { nameservers: ['10.96.0.10'], domain: 'a.local', search: ['b.local', 'c.local'], options: ['ndots:5'] },
  ],
  [
    { Nameservers: ['10.96.0.10'], DOMAIN: 'a.local' },
    { nameservers: ['10.96.0.10'], domain: 'a.local' },
  ],
  [{ servers: ['10.96.0.10'] }, {}],
];
for (const [value, read] of CONFIGURED) {
  dns(`decodeDns() reads ${JSON.stringify(value)}`, () => {
    assert.equal(decodeDns(value, 'dns'), read);
  });
}

const RUNTIME: readonly (readonly [value: unknown, read: object])[] = [
  [{}, {}],
  [
    { Servers: ['10.96.0.10'], Searches: ['b.local'], Options: ['ndots:5'] },
    { nameservers: ['10.96.0.10'], search: ['b.local'], options: ['ndots:5'] },
  ],
  [{ servers: ['10.96.0.10'], searches: [] }, { nameservers: ['10.96.0.10'] }],
  [{ nameservers: ['10.96.0.10'], domain: 'a.local' }, {}],
];
for (const [value, read] of RUNTIME) {
  dns(`decodeRuntimeDns() reads ${JSON.stringify(value)}`, () => {
    assert.equal(decodeRuntimeDns(value, 'runtimeConfig.dns'), read);
  });
}

const REFUSED: readonly (readonly [value: unknown, message: string])[] = [
  ['10.96.0.10', 'dns: it is "10.96.0.10", expected a JSON object'],
  [{ nameservers: '10.96.0.10' }, 'dns.nameservers: it is "10.96.0.10", expected a JSON array'],
  [{ search: ['a', 5] }, 'dns.search[1]: it is 5, expected a string'],
  [{ domain: [] }, 'dns.domain: it is [], expected a string'],
];
for (const [value, message] of REFUSED) {
  dns(`decodeDns() refuses ${JSON.stringify(value)}`, () => {
    assert.is(throwsCni(() => decodeDns(value, 'dns'), Code.InvalidConfig).message, `Cannot use ${message}`);
  });
}
dns('decodeRuntimeDns() names the path of what it refuses', () => {
  const block = (): unknown => decodeRuntimeDns({ Servers: [1] }, 'runtimeConfig.dns');
  throwsCni(block, Code.InvalidConfig, /^Cannot use runtimeConfig\.dns\.servers\[0\]: it is 1/);
});

dns('mergeDns() replaces list by list and keeps what the runtime does not name', () => {
  const configured = { nameservers: ['1.1.1.1'], domain: 'a.local', search: ['a'], options: ['x'] };
  assert.equal(mergeDns(configured, { nameservers: ['10.96.0.10'], search: ['b'] }), {
    nameservers: ['10.96.0.10'],
    domain: 'a.local',
    search: ['b'],
    options: ['x'],
  });
  assert.equal(mergeDns(configured, {}), configured);
  assert.equal(mergeDns({}, configured), configured);
});

dns.run();
