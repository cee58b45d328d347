/** The main job shown to a person: pods attached, checked and detached by the plugin on a simulated Windows node. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, spawnSimulator } from '../native/simulator/client.ts';
import { bold, cyan, dim, green, red } from './colour.ts';
import { type NodeState, readState, stateLines } from './demo-node.ts';

const ROOT = process.cwd();
const NETWORK = 'cbr0';
const SUBNET = '10.244.3.0/24';

interface Pod {
  readonly name: string;
  readonly containerId: string;
  readonly netns: string;
}

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly ms: number;
}

/** One step of the story: what is run, and what has to be true of its result and of the node afterwards. */
interface Step {
  readonly verb: string;
  readonly pod: Pod;
  readonly why: string;
  readonly holds: (ran: Ran, node: NodeState) => boolean;
}

const folder = mkdtempSync(join(tmpdir(), 'wincni-demo-'));
const conf = JSON.parse(readFileSync(join(ROOT, 'conf/win-bridge.conf'), 'utf8')) as { readonly ipam: object };
const configuration = { ...conf, name: NETWORK, ipam: { ...conf.ipam, dataDir: folder } };
const results = new Map<string, unknown>();

/** Starts the plugin as a container runtime does: CNI_* in the environment, the configuration on stdin. */
function runPlugin(simulator: Simulator, verb: string, pod: Pod): Promise<Ran> {
  const cni = {
    CNI_COMMAND: verb,
    CNI_CONTAINERID: pod.containerId,
    CNI_NETNS: pod.netns,
    CNI_IFNAME: 'eth0',
    CNI_PATH: ROOT,
  };
  const env = { ...cni, HNS_SIMULATOR: simulator.address, HNS_SIMULATOR_LIBRARY: join(ROOT, 'dist/native/libhns.so') };
  const previous = verb === 'CHECK' ? { prevResult: results.get(pod.name) } : {};
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, [join(ROOT, 'dist/wincni.cjs')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, stdout, ms: performance.now() - started });
    });
    child.stdin.end(JSON.stringify({ ...configuration, ...previous }));
  });
}

/** What a node's agent and containerd do before a plugin is called: the HNS network, and a namespace for each pod. */
async function prepare(simulator: Simulator): Promise<readonly [Pod, Pod]> {
  const create = async (kind: string, settings: object): Promise<string> => {
    const id = randomUUID();
    const document = JSON.stringify({ ...settings, SchemaVersion: { Major: 2, Minor: 0 } });
    const reply = await simulator.call({ function: `HcnCreate${kind}`, args: { id, settings: document } });
    if (reply.hresult < 0) throw new Error(`Cannot create the ${kind}: ${reply.error ?? reply.hresult}`);
    return id;
  };
  const routes = [{ NextHop: '10.244.3.1', DestinationPrefix: '0.0.0.0/0' }];
  const subnets = [{ IpAddressPrefix: SUBNET, Routes: routes }];
  await create('Network', { Name: NETWORK, Type: 'L2Bridge', Ipams: [{ Type: 'Static', Subnets: subnets }] });
  const pod = async (name: string): Promise<Pod> => ({
    name,
    containerId: `${name}-${randomUUID().slice(0, 8)}`,
    netns: await create('Namespace', {}),
  });
  return [await pod('web'), await pod('api')];
}

function story(web: Pod, api: Pod): readonly Step[] {
  const attached = ({ endpoints, leases }: NodeState, count: number): boolean =>
    endpoints.length === count && leases.length === count && endpoints.every((one) => one.attached);
  return [
    {
      verb: 'ADD',
      pod: web,
      why: 'a pod is attached',
      holds: ({ code }, node) => code === 0 && attached(node, 1),
    },
    {
      verb: 'CHECK',
      pod: web,
      why: 'prevResult, endpoint, namespace and lease agree',
      holds: ({ code, stdout }, node) => code === 0 && stdout === '' && attached(node, 1),
    },
    {
      verb: 'ADD',
      pod: api,
      why: 'a second pod gets the next address',
      holds: ({ code }, node) => code === 0 && attached(node, 2),
    },
    {
      verb: 'DEL',
      pod: web,
      why: 'detach, delete the endpoint, then free the address',
      holds: ({ code }, node) => code === 0 && attached(node, 1),
    },
    {
      verb: 'DEL',
      pod: web,
      why: 'again: all is gone already, which is fine',
      holds: ({ code }, node) => code === 0 && attached(node, 1),
    },
    {
      verb: 'DEL',
      pod: api,
      why: 'nothing is left',
      holds: ({ code }, node) => code === 0 && attached(node, 0) && node.members === 0,
    },
  ];
}

async function tell(simulator: Simulator, step: Step, number: number): Promise<boolean> {
  const { verb, pod } = step;
  const before = readState(await simulator.dump(), join(folder, NETWORK));
  await simulator.clearTrace();
  const ran = await runPlugin(simulator, verb, pod);
  const after = readState(await simulator.dump(), join(folder, NETWORK));
  if (verb === 'ADD' && ran.code === 0) results.set(pod.name, JSON.parse(ran.stdout));
  const isGood = step.holds(ran, after);
  const mark = isGood ? green('ok') : red('FAILED');
  console.log(`\n${bold(`${number}. ${verb} ${pod.name}`)}  ${dim(step.why)}  ${mark}  ${ran.ms.toFixed(0)} ms`);
  console.log(cyan(`   CNI_COMMAND=${verb} CNI_CONTAINERID=${pod.containerId} CNI_IFNAME=eth0`));
  console.log(cyan(`   CNI_NETNS=${pod.netns} wincni < conf/win-bridge.conf`));
  console.log(`   exit ${ran.code}, stdout ${ran.stdout === '' ? dim('empty') : ran.stdout.trim()}`);
  for (const line of stateLines(before, after)) console.log(`   ${line}`);
  const calls = (await simulator.trace()).filter((call) => !call.function.startsWith('HcnClose'));
  console.log(`   HNS calls  ${calls.length}: ${calls.map((call) => call.function.replace('Hcn', '')).join(', ')}`);
  return isGood;
}

/** Every process has to give back what HNS gave it. */
async function noLeaks(simulator: Simulator): Promise<boolean> {
  await simulator.settle(5000);
  const left = (await simulator.processes()).filter((one) => one.live !== 0 || one.openHandles.length > 0);
  console.log(`\nHandles left open and strings left unfreed, over all commands: ${left.length}`);
  return left.length === 0;
}

async function main(): Promise<boolean> {
  const simulator = await spawnSimulator();
  try {
    const [web, api] = await prepare(simulator);
    console.log(bold('wincni on a simulated Windows node'));
    console.log(`HNS simulator at ${simulator.address}; network ${NETWORK} (L2Bridge, ${SUBNET}); leases in ${folder}`);
    let isGood = true;
    for (const [index, step] of story(web, api).entries()) isGood = (await tell(simulator, step, index + 1)) && isGood;
    return (await noLeaks(simulator)) && isGood;
  } finally {
    await simulator.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const isGood = await main();
console.log(isGood ? 'demo: ok' : 'demo: failed');
process.exit(isGood ? 0 : 1);
