/** One ACL rule: lists of addresses and ports, and what a rule cannot mean. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addressList, checkAcl, checkMatch, familyOf, itemsOf, portList } from '../../src/policy/acl-fields.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const acl = suite('acl-fields');

const ADDRESSES: readonly (readonly [written: string, list: string])[] = [
  ['', ''],
  [' ', ''],
  ['10.1.0.0/16', '10.1.0.0/16'],
  [' 10.1.0.0/16 ,10.2.0.3', '10.1.0.0/16,10.2.0.3'],
  ['fd00::/64,fd00::1', 'fd00::/64,fd00::1'],
  ['azure-npm-1234,my_set', 'azure-npm-1234,my_set'],
  ['10.1.2.3/16', '10.1.2.3/16'],
];
for (const [written, list] of ADDRESSES) {
  acl(`addressList() reads "${written}" as "${list}"`, () => {
    assert.is(addressList(written, 'x'), list);
  });
}
for (const written of ['10.1.0.0/33', '10.0.0.300', '1234', 'a b', '10.1.0.0/16,', '10.1.0.0/16;10.2.0.0/16', 'x/y']) {
  acl(`addressList() refuses "${written}"`, () => {
    throwsCni(() => addressList(written, 'a.b'), Code.InvalidConfig, /^Cannot use a\.b: .*expected IP addresses/);
  });
}
for (const written of ['Any', 'any', '10.0.0.1, ANY']) {
  acl(`addressList() refuses "${written}", which HNS does`, () => {
    throwsCni(
      () => addressList(written, 'a.b'),
      Code.InvalidConfig,
      /^Cannot use a\.b: .*expected "" for any address$/,
    );
  });
}
for (const written of [10, ['10.0.0.1'], null, undefined]) {
  acl(`addressList() refuses ${JSON.stringify(written)}, which is no text`, () => {
    throwsCni(() => addressList(written, 'a.b'), Code.InvalidConfig, /^Cannot use a\.b: .*expected addresses such as/);
  });
}

const PORTS: readonly (readonly [written: unknown, list: string])[] = [
  ['', ''],
  ['80', '80'],
  [80, '80'],
  ['80,443, 8000-9000', '80,443,8000-9000'],
  ['1-65535', '1-65535'],
  ['80-80', '80-80'],
];
for (const [written, list] of PORTS) {
  acl(`portList() reads ${JSON.stringify(written)} as "${list}"`, () => {
    assert.is(portList(written, 'x'), list);
  });
}
for (const written of ['0', '65536', '90-80', '80-90-100', '80-', '-80', '80,,443', 'http', '080', 0, 1.5, ['80']]) {
  acl(`portList() refuses ${JSON.stringify(written)}`, () => {
    throwsCni(() => portList(written, 'a.b'), Code.InvalidConfig, /^Cannot use a\.b: .*expected ports such as/);
  });
}
acl('portList() of its own answer changes nothing', () => {
  const one = fc.integer({ min: 1, max: 65_535 });
  const item = fc.oneof(
    one.map(String),
    fc.tuple(one, one).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  );
  fc.assert(
    fc.property(fc.array(item, { minLength: 1 }), fc.constantFrom(',', ' , '), (items, comma) => {
      const list = portList(items.join(comma), 'x');
      assert.is(list, items.join(','));
      assert.is(portList(list, 'x'), list);
    }),
  );
});

acl('familyOf() is that of an address or block, and none of a set', () => {
  assert.equal(['10.0.0.1', '10.0.0.0/8', 'fd00::1', '::/0', 'set'].map(familyOf), [4, 4, 6, 6, undefined]);
});
acl('itemsOf() has none for what says any', () => {
  assert.equal(['', undefined, 'a,b'].map(itemsOf), [[], [], ['a', 'b']]);
});

const MEANINGLESS: readonly (readonly [rule: Record<string, unknown>, path: string, why: RegExp])[] = [
  [{ LocalPorts: '80' }, 'x.LocalPorts', /a rule of any protocol has no ports/],
  [{ Protocols: '256', LocalPorts: '80' }, 'x.LocalPorts', /a rule of any protocol has no ports/],
  [{ Protocols: '1', RemotePorts: '80' }, 'x.RemotePorts', /protocol 1 has no ports/],
  [{ Protocols: '6,1', RemotePorts: '80' }, 'x.RemotePorts', /protocol 6,1 has no ports/],
  [{ RemoteAddresses: '10.0.0.1,fd00::1' }, 'x.RemoteAddresses', /mixes IPv4 and IPv6/],
  [{ LocalAddresses: '10.0.0.1', RemoteAddresses: 'set,::/0' }, 'x.RemoteAddresses', /mixes IPv4 and IPv6/],
];
for (const [rule, path, why] of MEANINGLESS) {
  acl(`checkMatch() refuses ${JSON.stringify(rule)}`, () => {
    assert.is(
      throwsCni(
        () => {
          checkMatch(rule, 'x');
        },
        Code.InvalidConfig,
        why,
      ).details,
      `JSON path ${path}`,
    );
  });
}
for (const rule of [
  {},
  { Protocols: '6,17,132', LocalPorts: '80', RemotePorts: '1-9' },
  { Protocols: '1', LocalPorts: '' },
  { LocalAddresses: 'fd00::1,set', RemoteAddresses: '::/0' },
]) {
  acl(`checkMatch() takes ${JSON.stringify(rule)}`, () => {
    checkMatch(rule, 'x');
  });
}

for (const rule of [{}, { Priority: 0 }, { Priority: 0, RuleType: 'Switch' }]) {
  acl(`checkAcl() refuses ${JSON.stringify(rule)}, which has no priority`, () => {
    const error = throwsCni(
      () => {
        checkAcl(rule, 'x');
      },
      Code.InvalidConfig,
      /expected an integer in \[1, 65500\]$/,
    );
    assert.is(error.details, 'JSON path x.Priority');
  });
}
for (const rule of [{ Priority: 1 }, { Priority: 65_500 }, { RuleType: 'Host' }, { RuleType: 'Host', Priority: 0 }]) {
  acl(`checkAcl() takes ${JSON.stringify(rule)}`, () => {
    checkAcl(rule, 'x');
  });
}

acl.run();
