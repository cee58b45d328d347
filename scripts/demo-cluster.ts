/** Three simulated nodes that find the way to each other's pods: `wincni routes sync --watch` on each, one list, host-gw then overlay. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bold, dim, green, red } from './colour.ts';
import { type ClusterNode, type Mode, startNode } from './demo-cluster-node.ts';

/** A node as the list has it. */
interface Listed {
  readonly name: string;
  readonly podCIDRs: readonly string[];
  readonly addresses: readonly string[];
  readonly macAddress: string;
}

const CONVERGE_MS = 30_000;

/** One step of the story: what happens, and the list that the nodes share from then on. */
interface Step {
  readonly what: string;
  readonly list: readonly Listed[];
  /** What else happens, to the node itself. */
  readonly to?: (nodes: readonly ClusterNode[]) => Promise<void>;
}

const folder = mkdtempSync(join(tmpdir(), 'wincni-demo-'));
const file = join(folder, 'peers.json');

function story(all: readonly Listed[]): readonly Step[] {
  const [one, two, three] = all;
  if (one === undefined || two === undefined || three === undefined) throw new Error('there are three nodes');
  const changed = { ...two, podCIDRs: ['10.244.20.0/24'] };
  return [
    { what: 'node-1 and node-2 are in the list', list: [one, two] },
    { what: 'node-3 joins', list: all },
    { what: 'node-2 gets another pod CIDR', list: [one, changed, three] },
    {
      what: 'somebody removes what leads to node-3 on node-1; the next healing makes it again',
      list: [one, changed, three],
      to: async ([first]) => {
        await first?.lose(three.podCIDRs[0] ?? '');
      },
    },
    { what: 'node-3 leaves', list: [one, changed] },
  ];
}

/** In its place at once, as the file should be replaced. */
function share(list: readonly Listed[]): void {
  writeFileSync(`${file}.new`, JSON.stringify({ peers: list }, undefined, 2));
  renameSync(`${file}.new`, file);
}

/** The blocks that a node is to have a way to. */
const wanted = (node: ClusterNode, list: readonly Listed[]): string =>
  list
    .filter(({ name }) => name !== node.name)
    .flatMap(({ podCIDRs }) => podCIDRs)
    .sort()
    .join();

/** Until every node of the list has a way to every other one, and to nobody else. */
async function converged(nodes: readonly ClusterNode[], list: readonly Listed[]): Promise<boolean> {
  const end = performance.now() + CONVERGE_MS;
  while (performance.now() < end) {
    const ways = await Promise.all(nodes.map((node) => node.ways()));
    const isGood = nodes.every((node, at) => {
      const blocks = (ways[at] ?? []).map((way) => way.split(' ')[0] ?? '');
      return blocks.sort().join() === wanted(node, list);
    });
    if (isGood) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

async function tell(step: Step, number: number, nodes: readonly ClusterNode[]): Promise<boolean> {
  const before = await Promise.all(nodes.map((node) => node.ways()));
  const said = nodes.map((node) => node.said());
  const started = performance.now();
  await step.to?.(nodes);
  share(step.list);
  const isGood = await converged(nodes, step.list);
  const ms = performance.now() - started;
  console.log(`\n${bold(`${number}. ${step.what}`)}  ${isGood ? green('ok') : red('FAILED')}  ${ms.toFixed(0)} ms`);
  for (const [at, node] of nodes.entries()) {
    const [old, now] = [before[at] ?? [], await node.ways()];
    console.log(`   ${node.name}`);
    for (const line of differences(old, now)) console.log(`     ${line}`);
    for (const line of node.said().slice(said[at]?.length)) console.log(dim(`       wincni: ${line}`));
  }
  return isGood;
}

/** Each way once: as it stayed, as it came (+), as it went (-). */
function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const all = [...new Set([...before, ...after])].sort();
  if (all.length === 0) return [dim('  none')];
  return all.map((way) => {
    if (!after.includes(way)) return red(`- ${way}`);
    return before.includes(way) ? dim(`  ${way}`) : green(`+ ${way}`);
  });
}

async function part(mode: Mode): Promise<boolean> {
  console.log(
    `\n${bold(mode === 'L2Bridge' ? 'host-gw: routes of the host' : 'overlay: remote subnets of the HNS network')}`,
  );
  const nodes = await Promise.all([1, 2, 3].map((n) => startNode(n, mode, { folder, file })));
  try {
    const all = await Promise.all(nodes.map((node) => node.listed()));
    share([]);
    for (const node of nodes) node.watch();
    let isGood = true;
    for (const [index, step] of story(all).entries()) isGood = (await tell(step, index + 1, nodes)) && isGood;
    const exits = await Promise.all(nodes.map((node) => node.endWatch()));
    console.log(`\nThe three watches, told to end, answered ${exits.join(', ')}`);
    return isGood && exits.every((exit) => exit === 0);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

async function main(): Promise<boolean> {
  console.log(bold('wincni routes sync --watch on three simulated Windows nodes'));
  console.log(`The list of nodes is ${file}`);
  try {
    const hostGw = await part('L2Bridge');
    return (await part('Overlay')) && hostGw;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const isGood = await main();
console.log(isGood ? 'demo: ok' : 'demo: failed');
process.exit(isGood ? 0 : 1);
