/** What is on the demo's node, and what a command changed: endpoints, namespace members and leases as lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dim, green, red } from './colour.ts';

export interface NodeState {
  readonly endpoints: readonly { readonly line: string; readonly attached: boolean }[];
  readonly namespaces: readonly string[];
  /** Endpoints listed by all namespaces together. */
  readonly members: number;
  readonly leases: readonly string[];
}

interface EndpointDocument {
  readonly ID: string;
  readonly Name: string;
  readonly MacAddress: string;
  readonly HostComputeNamespace: string;
  readonly IpConfigurations: readonly { readonly IpAddress: string }[];
}
interface NamespaceDocument {
  readonly ID: string;
  readonly Resources?: readonly { readonly Data: { readonly Id: string } }[];
}

/** Reads the simulator's dump and the leases folder of the network. */
export function readState(
  dump: { readonly endpoints: readonly unknown[]; readonly namespaces: readonly unknown[] },
  leases: string,
): NodeState {
  const documents = dump.endpoints as readonly EndpointDocument[];
  const endpoints = documents.map((one) => {
    const attached = !/^0{8}-/.test(one.HostComputeNamespace);
    const where = attached ? `in namespace ${short(one.HostComputeNamespace)}` : 'not attached';
    return { attached, line: `${one.Name} ${one.IpConfigurations[0]?.IpAddress ?? '-'} ${one.MacAddress} ${where}` };
  });
  const nameOf = (id: string): string => documents.find((one) => one.ID === id.toUpperCase())?.Name ?? id;
  const namespaces = (dump.namespaces as readonly NamespaceDocument[]).map(({ ID, Resources = [] }) => ({
    id: short(ID),
    members: Resources.map(({ Data }) => nameOf(Data.Id)),
  }));
  return {
    endpoints,
    namespaces: namespaces.map(({ id, members }) => `${id} ${members.length === 0 ? 'is empty' : members.join(', ')}`),
    members: namespaces.flatMap(({ members }) => members).length,
    leases: leaseLines(leases),
  };
}

const short = (guid: string): string => guid.slice(0, 8).toLowerCase();

function leaseLines(folder: string): readonly string[] {
  const names = list(folder).filter((name) => /^[0-9.]+$/.test(name));
  return names.map((name) => `${name} ${readFileSync(join(folder, name), 'utf8').replace(/\r?\n/, ' ')}`);
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Each object once: as it stayed, as it came (+), as it went (-). */
export function stateLines(before: NodeState, after: NodeState): readonly string[] {
  return [
    ...section('endpoints', before.endpoints.map(lineOf), after.endpoints.map(lineOf)),
    ...section('namespaces', before.namespaces, after.namespaces),
    ...section('leases', before.leases, after.leases),
  ];
}

const lineOf = ({ line }: { readonly line: string }): string => line;

function section(title: string, before: readonly string[], after: readonly string[]): readonly string[] {
  const all = [...new Set([...before, ...after])].sort();
  const lines = all.map((line) => {
    if (!after.includes(line)) return red(`- ${line}`);
    return before.includes(line) ? dim(`  ${line}`) : green(`+ ${line}`);
  });
  const shown = lines.length === 0 ? [dim('  none')] : lines;
  return shown.map((line, at) => `${(at === 0 ? title : '').padEnd(10)} ${line}`);
}
