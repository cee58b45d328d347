/** `policies` and `AdditionalArgs`: read in both spellings, told apart, refused by path. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { additionalArgs, policies } from '../../src/policy/endpoint-policies.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const entry = (value: unknown): unknown => ({ name: 'EndpointPolicy', value });

const decode = suite('policies()');

decode('policies() keeps the order', () => {
  const both = policies(
    [entry({ Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12' }), entry({ Type: 'OutBoundNAT' })],
    'policies',
  );
  assert.equal(both, [
    { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12' } },
    { Type: 'OutBoundNAT', Settings: {} },
  ]);
  assert.equal(policies([], 'policies'), []);
});
decode('policies() reads the name of an entry in any case, as win-bridge does', () => {
  const value = { Type: 'OutBoundNAT' };
  assert.is(policies([{ NAME: 'endpointpolicy', Value: value }], 'policies')[0]?.Type, 'OutBoundNAT');
});
decode('policies() lets a policy through that it does not know', () => {
  const value = { Type: 'Future', Settings: { A: 1 } };
  assert.equal(policies([entry(value)], 'policies'), [value]);
});

const rule = (more: object): unknown =>
  entry({ Type: 'ACL', Settings: { Action: 'Allow', Direction: 'In', Priority: 200, ...more } });
const nat = (more: object): unknown => entry({ Type: 'OutBoundNAT', ...more });

const REFUSED: readonly (readonly [value: unknown, message: string])[] = [
  [{}, 'policies: it is {}, expected a JSON array'],
  [['x'], 'policies[0]: it is "x", expected a JSON object'],
  [[{}], 'policies[0].name: it is absent, expected "EndpointPolicy"'],
  [[{ name: 'NetworkPolicy' }], 'policies[0].name: it is "NetworkPolicy", expected "EndpointPolicy"'],
  [[entry(undefined)], 'policies[0].value: it is absent, expected a JSON object'],
  [[entry('text')], 'policies[0].value: it is "text", expected a JSON object'],
  [[entry({})], 'policies[0].value.Type: it is absent, expected a text that is not empty'],
  [
    [entry({ Type: 'Future', A: 1 })],
    'policies[0].value.Type: a policy of type "Future" is not known, expected its fields in Settings',
  ],
  [
    [nat({}), nat({ Settings: { Exceptions: ['10.96.0.0/12', '10.96.0'] } })],
    'policies[1].value.Settings.Exceptions[1]: it is "10.96.0", expected a CIDR or an IP address',
  ],
  [[nat({ ExceptionList: [5] })], 'policies[0].value.ExceptionList[0]: it is 5, expected a CIDR or an IP address'],
  [
    [nat({ Settings: { Exceptions: ['10.0.0.0/8'], ExceptionList: ['10.1.0.0/16'] } })],
    'policies[0].value.Settings.ExceptionList: it says the same as Exceptions, expected one of them',
  ],
  [
    [nat({ VIP: '10.0.0.1', ExceptionList: [] }), nat({ Settings: { VirtualIP: '10.0.0.2' } })],
    'policies[1].value.Settings.VirtualIP: it differs from that of an earlier OutBoundNAT policy',
  ],
  [
    [rule({}), nat({}), entry({ Type: 'ACL', Action: 'Block', Direction: 'in', Priority: 200 })],
    'policies[2].value.Priority: 200 is also that of policies[0].value.Settings.Priority, another Switch rule for In, ' +
      'expected distinct ones for rules that do not both Block',
  ],
];
for (const [value, message] of REFUSED) {
  decode(`policies() refuses with "${message}"`, () => {
    const error = throwsCni(() => policies(value, 'policies'), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}

decode.run();

const args = suite('additionalArgs()');

args('additionalArgs() tells policies of the endpoint and of the network apart', () => {
  const route = { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.96.0.0/12', NeedEncap: true } };
  const found = additionalArgs(
    [
      { Name: 'NetworkPolicy', Value: { Type: 'VxlanPort', Settings: { Port: 4789 } } },
      { name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', ExceptionList: ['10.244.0.0/16'] } },
      { Name: 'endpointpolicy', Value: route },
      { Name: 'NetworkPolicy', Value: { Type: 'ACL', Settings: { Anything: 1 } } },
    ],
    'AdditionalArgs',
  );
  assert.equal(found, {
    endpoint: [{ Type: 'OutBoundNAT', Settings: { Exceptions: ['10.244.0.0/16'] } }, route],
    network: [
      { Type: 'VxlanPort', Settings: { Port: 4789 } },
      { Type: 'ACL', Settings: { Anything: 1 } },
    ],
  });
  assert.equal(additionalArgs([], 'AdditionalArgs'), { endpoint: [], network: [] });
});

const ARGS_REFUSED: readonly (readonly [value: unknown, message: string])[] = [
  [
    [{ Name: 'OutBoundNatPolicy', Value: {} }],
    'AdditionalArgs[0].Name: it is "OutBoundNatPolicy", expected one of "EndpointPolicy", "NetworkPolicy"',
  ],
  [[{ Name: 'EndpointPolicy', Value: 'text' }], 'AdditionalArgs[0].Value: it is "text", expected a JSON object'],
  [
    [{ Name: 'NetworkPolicy', Value: { Type: 'VxlanPort', Settings: {} } }],
    'AdditionalArgs[0].Value.Settings.Port: it is absent, expected an integer in [1, 65535]',
  ],
];
for (const [value, message] of ARGS_REFUSED) {
  args(`additionalArgs() refuses with "${message}"`, () => {
    const error = throwsCni(() => additionalArgs(value, 'AdditionalArgs'), Code.InvalidConfig);
    assert.is(error.message, `Cannot use ${message}`);
  });
}
args('additionalArgs() refuses rules of a network that contradict each other', () => {
  const acl = (Action: string): unknown => ({
    Name: 'NetworkPolicy',
    Value: { Type: 'NetworkACL', Settings: { Action, Direction: 'In', Priority: 1 } },
  });
  const error = throwsCni(() => additionalArgs([acl('Allow'), acl('Block')], 'A'), Code.InvalidConfig);
  assert.is(error.details, 'JSON path A[1].Value.Settings.Priority');
});
/** The rules that the configuration generator of sdnbridge writes: two of one number, in any case. */
args('additionalArgs() takes what sdnbridge has for its configurations', () => {
  const acl = (Settings: object): unknown => ({ Name: 'EndpointPolicy', Value: { Type: 'ACL', Settings } });
  const dns = {
    RemoteAddresses: '168.63.129.16/32',
    Remoteports: '53',
    Action: 'Allow',
    Direction: 'Out',
    Priority: 5002,
  };
  const found = additionalArgs([acl({ ...dns, Protocols: '6' }), acl({ ...dns, Protocols: '17' })], 'AdditionalArgs');
  assert.equal(
    found.endpoint.map(({ Settings }) => [Settings['Protocols'], Settings['RemotePorts'], Settings['Priority']]),
    [
      ['6', '53', 5002],
      ['17', '53', 5002],
    ],
  );
});

args.run();
