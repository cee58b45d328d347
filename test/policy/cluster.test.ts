/** What a cluster's blocks become for one endpoint. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Around, clusterPrefixes, hasOwn } from '../../src/policy/cluster.ts';
import type { EndpointPolicy } from '../../src/policy/endpoint-policy.ts';
import { cidr } from '../support/net.ts';

const ROUTE: EndpointPolicy = { Type: 'SDNRoute', Settings: { DestinationPrefix: '10.1.0.0/16', NeedEncap: true } };
const NAT: EndpointPolicy = { Type: 'OutBoundNAT', Settings: { Exceptions: ['10.1.0.0/16'] } };
const LOOPBACK: EndpointPolicy = { Type: 'OutBoundNAT', Settings: { Destinations: ['10.244.3.7'] } };

const S4 = '10.96.0.0/12';
const S6 = 'fd00:10:96::/108';
const P4 = '10.244.0.0/16';
const P6 = 'fd00:10:244::/48';
const NODE = '10.240.0.30';

interface Row {
  readonly services?: readonly string[];
  readonly pods?: readonly string[];
  readonly around?: Partial<Around>;
  readonly routes: readonly string[];
  readonly exceptions: readonly string[];
}

const ROWS: Readonly<Record<string, Row>> = {
  'nothing said': { routes: [], exceptions: [] },
  'both on an overlay': { services: [S4], pods: [P4], routes: [S4], exceptions: [P4, S4] },
  'both on an L2Bridge': {
    services: [S4],
    pods: [P4],
    around: { node: NODE },
    routes: [S4, '10.240.0.30/32'],
    exceptions: [P4, S4, '10.240.0.30/32'],
  },
  'services alone translate nothing': {
    services: [S4],
    around: { node: NODE },
    routes: [S4, '10.240.0.30/32'],
    exceptions: [],
  },
  'services are kept where another key translates': {
    services: [S4],
    around: { exceptions: [P4] },
    routes: [S4],
    exceptions: [S4],
  },
  'pods alone': { pods: [P4], around: { node: NODE }, routes: ['10.240.0.30/32'], exceptions: [P4, '10.240.0.30/32'] },
  'a pod with IPv4 alone': {
    services: [S4, S6],
    pods: [P4, P6],
    routes: [S4],
    exceptions: [P4, S4],
  },
  'a pod with IPv6 alone': {
    services: [S4, S6],
    pods: [P4, P6],
    around: { families: [6], node: NODE },
    routes: [S6],
    exceptions: [P6, S6],
  },
  'a pod with both families': {
    services: [S4, S6],
    pods: [P4, P6],
    around: { families: [4, 6], node: NODE },
    routes: [S4, S6, '10.240.0.30/32'],
    exceptions: [P4, P6, S4, S6, '10.240.0.30/32'],
  },
  'a node with an IPv6 address': {
    pods: [P6],
    around: { families: [4, 6], node: 'fd00::30' },
    routes: ['fd00::30/128'],
    exceptions: [P6, 'fd00::30/128'],
  },
  'a family that only services have is not translated': {
    services: [S4, S6],
    pods: [P4],
    around: { families: [4, 6] },
    routes: [S4, S6],
    exceptions: [P4, S4],
  },
  'own routes': {
    services: [S4],
    pods: [P4],
    around: { policies: [ROUTE], node: NODE },
    routes: [],
    exceptions: [P4, S4, '10.240.0.30/32'],
  },
  'own exceptions': { services: [S4], pods: [P4], around: { policies: [NAT] }, routes: [S4], exceptions: [] },
  'the loopback is no exception of its own': {
    services: [S4],
    pods: [P4],
    around: { policies: [LOOPBACK] },
    routes: [S4],
    exceptions: [P4, S4],
  },
};

const cluster = suite('clusterPrefixes()');

for (const [what, { services = [], pods = [], around, routes, exceptions }] of Object.entries(ROWS)) {
  cluster(what, () => {
    const found = clusterPrefixes(
      { services: services.map(cidr), pods: pods.map(cidr) },
      { policies: [], exceptions: [], node: undefined, families: [4], ...around },
    );
    assert.equal(found, { routes, exceptions });
  });
}

cluster('nothing is left to add when the configuration has both types itself', () => {
  assert.equal([[ROUTE, NAT], [ROUTE], [NAT], [ROUTE, LOOPBACK], []].map(hasOwn), [true, false, false, false, false]);
});

cluster.run();
