/** What HNS made of an endpoint is compared with all that was asked for, however the configuration asked. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Code } from '../../src/spec/error.ts';
import { answering } from '../support/answering.ts';
import { fails, must, nothingLeft, onNode, POD } from '../support/pods.ts';

const readBack = suite('reading back');

const ROUTE = { name: 'EndpointPolicy', value: { Type: 'ROUTE', DestinationPrefix: '10.96.0.0/12' } };
const NAT = { name: 'EndpointPolicy', value: { Type: 'OutBoundNAT', ExceptionList: ['10.0.0.0/8'] } };

/** The document without its policies. */
function withoutPolicies(endpoint: string): string {
  return JSON.stringify({ ...(JSON.parse(endpoint) as object), Policies: undefined });
}

const ASKED: readonly (readonly [conf: object, found: string])[] = [
  [{ policies: [ROUTE] }, 'it has no SDNRoute policy, expected one'],
  [{ ipMasqNetwork: '10.0.0.0/8' }, 'it has no OutBoundNAT policy, expected one'],
  [{ loopbackDSR: true }, 'it has no OutBoundNAT policy, expected one'],
  [
    { policies: [ROUTE, NAT, ROUTE], ipMasqNetwork: '10.0.0.0/8', loopbackDSR: true },
    'it has no SDNRoute policy, expected one; it has no OutBoundNAT policy, expected one',
  ],
];
for (const [conf, found] of ASKED) {
  readBack(
    `ADD undoes and CHECK reports an endpoint without the policies of ${Object.keys(conf).join(', ')}`,
    onNode(async (node) => {
      const prevResult = await must(node.run('ADD', POD, node.conf({ ...conf })));
      answering(node, withoutPolicies);
      const check = await fails(
        node.run('CHECK', POD, node.conf({ ...conf, prevResult })),
        Code.CheckFailed,
        /^Cannot confirm /,
      );
      assert.ok(check.msg.endsWith(`: ${found}`), check.msg);
      await must(node.run('DEL', POD, node.conf({ ...conf })));
      const add = await fails(node.run('ADD', POD, node.conf({ ...conf })), Code.Hns, /as HNS made it: /);
      assert.ok(add.msg.endsWith(`: ${found}`), add.msg);
      nothingLeft(node);
    }),
  );
}

readBack.run();
