/** win-overlay's configuration: what it reads beside the shared keys, and what an endpoint becomes of it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { requestOf } from '../../src/plugins/request.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';
import { confOf, type On, wantedOf } from '../support/wanted.ts';

const ON: On = { network: { type: 'Overlay' }, nodeAddress: '10.240.0.30' };
const request = (more: object = {}, on: On = {}): ReturnType<typeof requestOf> =>
  requestOf(wantedOf(confOf('win-overlay', more), { ...ON, ...on }));

const overlay = suite('win-overlay');

overlay('has the gateway of the HNS network, a MAC of prefix and address, and the address of the node', () => {
  const made = request();
  assert.equal(made.Routes, [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }]);
  assert.is(made.MacAddress, '0E-2A-0a-f4-03-07');
  assert.equal(made.Policies, [{ Type: 'ProviderAddress', Settings: { ProviderAddress: '10.240.0.30' } }]);
});
overlay('takes another prefix as it is spelled, and a MAC of the runtime before it', () => {
  assert.is(request({ endpointMacPrefix: '0a-fF' }).MacAddress, '0a-fF-0a-f4-03-07');
  assert.is(request({ endpointMacPrefix: '' }).MacAddress, '0E-2A-0a-f4-03-07');
  assert.is(request({ runtimeConfig: { mac: '00:15:5d:00:00:01' } }).MacAddress, '00-15-5D-00-00-01');
});
for (const prefix of ['0a:ff', 'zz-zz', '0E-2A-', 5]) {
  overlay(`refuses the prefix ${JSON.stringify(prefix)}`, () => {
    const error = throwsCni(() => confOf('win-overlay', { endpointMacPrefix: prefix }), Code.InvalidConfig);
    assert.is(
      error.message,
      `Cannot use endpointMacPrefix: it is ${JSON.stringify(prefix)}, expected two bytes such as "0E-2A"`,
    );
  });
}
overlay('leaves the MAC to HNS where there is no IPv4 address', () => {
  assert.is(request({}, { addresses: ['fd00::7/64'] }).MacAddress, undefined);
  assert.is(request({}, { addresses: [] }).MacAddress, undefined);
});
overlay('takes an explicit gateway before that of the network', () => {
  assert.equal(request({ gateway: '10.244.3.9' }).Routes?.[0]?.NextHop, '10.244.3.9');
});
overlay('with ipMasq excepts the subnet of the HNS network, and what flannel names, from translation', () => {
  const exceptions = (more: object): unknown =>
    request(more).Policies?.find(({ Type }) => Type === 'OutBoundNAT')?.Settings?.['Exceptions'];
  assert.equal(exceptions({ ipMasq: true }), ['10.244.3.0/24']);
  assert.equal(exceptions({ ipMasq: true, ipMasqNetwork: '10.244.0.0/16' }), ['10.244.0.0/16']);
  assert.is(exceptions({ ipMasq: false, ipMasqNetwork: '10.244.0.0/16' }), undefined);
});
overlay('is on networks of type Overlay alone', () => {
  assert.equal(
    confOf('win-overlay').profiles.map(({ networkTypes }) => networkTypes),
    [['Overlay']],
  );
});

overlay.run();
