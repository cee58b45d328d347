/** Bandwidth of the runtime: bits become bytes, and a limit that HNS does not have is refused. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bandwidth, bandwidthPolicies } from '../../src/policy/bandwidth.ts';
import { Code } from '../../src/spec/error.ts';
import { throwsCni } from '../support/throws.ts';

const limits = suite('bandwidth');
const PATH = 'runtimeConfig.bandwidth';
const MAX_UINT32 = 0xffff_ffff;

const READ: readonly (readonly [written: object, egressRate: number])[] = [
  [{}, 0],
  [{ egressRate: 8_000_000 }, 8_000_000],
  [{ IngressRate: 0, IngressBurst: MAX_UINT32, EgressRate: 8_000_000, EgressBurst: MAX_UINT32 }, 8_000_000],
  [{ ingressRate: 0, egressRate: 0, egressBurst: 1 }, 0],
  [{ ingressBurst: MAX_UINT32 }, 0],
  [{ egressRate: null }, 0],
];
for (const [written, egressRate] of READ) {
  limits(`bandwidth() reads ${JSON.stringify(written)}`, () => {
    assert.equal(bandwidth(written, PATH), { egressRate });
  });
}

const REFUSED: readonly (readonly [written: unknown, message: string])[] = [
  [{ ingressRate: 1 }, `${PATH}.ingressRate: HNS cannot limit what a pod receives, expected 0 or none`],
  [
    { IngressRate: 8_000_000, EgressRate: 8_000_000 },
    `${PATH}.ingressRate: HNS cannot limit what a pod receives, expected 0 or none`,
  ],
  [{ egressRate: '8M' }, `${PATH}.egressRate: it is "8M", expected an integer that is not negative`],
  [{ egressRate: -1 }, `${PATH}.egressRate: it is -1, expected an integer that is not negative`],
  [{ egressBurst: 1.5 }, `${PATH}.egressBurst: it is 1.5, expected an integer that is not negative`],
  ['8M', `${PATH}: it is "8M", expected a JSON object`],
];
for (const [written, message] of REFUSED) {
  limits(`bandwidth() refuses ${JSON.stringify(written)}`, () => {
    assert.is(throwsCni(() => bandwidth(written, PATH), Code.InvalidConfig).message, `Cannot use ${message}`);
  });
}

const BYTES: readonly (readonly [bits: number, bytes: number])[] = [
  [1, 1],
  [3, 1],
  [8, 1],
  [12, 2],
  [100, 13],
  [8_000_000, 1_000_000],
];
for (const [egressRate, bytes] of BYTES) {
  limits(`bandwidthPolicies() caps ${egressRate} bits at ${bytes} bytes`, () => {
    const made = [{ Type: 'QOS', Settings: { MaximumOutgoingBandwidthInBytes: bytes } }];
    assert.equal(bandwidthPolicies({ egressRate }), made);
  });
}
limits('bandwidthPolicies() makes none without a rate', () => {
  assert.equal(bandwidthPolicies({ egressRate: 0 }), []);
});
limits('bandwidthPolicies() never makes 0, and is off by less than a byte', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (egressRate) => {
      const [policy] = bandwidthPolicies({ egressRate });
      const bytes = Number(policy?.Settings['MaximumOutgoingBandwidthInBytes']);
      assert.ok(Number.isInteger(bytes) && bytes >= 1);
      assert.ok(Math.abs(bytes * 8 - egressRate) < 8);
    }),
  );
});

limits.run();
