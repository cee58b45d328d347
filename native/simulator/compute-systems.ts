/** Compute systems: the calls of vmcompute.dll by which an endpoint is put into a container that runs already. */
import { handleIn, written } from './arguments.ts';
import { attachContainer, detachContainer } from './attachments.ts';
import type { Context, Export } from './call.ts';
import { Code, refuse } from './errors.ts';
import { guidOf } from './guid.ts';
import { type Doc, oneOf, parseDoc, text } from './json.ts';
import type { ComputeSystem, Endpoint, Node } from './node.ts';
import type { Kind } from './processes.ts';

/** The state in which a compute system can be modified. */
const RUNNING = 'Running';

/** The exports of the Host Compute Service that are modelled. Nobody is ever called back. */
export const COMPUTE_EXPORTS: readonly (readonly [string, Export])[] = [
  ['HcsOpenComputeSystem', (context) => ({ handle: open(context) })],
  ['HcsCloseComputeSystem', (context) => close(context, 'ComputeSystem', 'system')],
  ['HcsGetComputeSystemProperties', (context) => ({ response: JSON.stringify(propertiesOf(opened(context))) })],
  ['HcsModifyComputeSystem', modify],
  ['HcsRegisterComputeSystemCallback', register],
  ['HcsUnregisterComputeSystemCallback', (context) => close(context, 'ComputeSystemCallback', 'callback')],
];

function open({ node, processes, process, args }: Context): number {
  const object = node.computeSystems.get(written(args, 'id')) ?? refuse(node.switches.systemNotFound);
  return processes.open(process, { kind: 'ComputeSystem', object });
}

function close({ processes, process, args }: Context, kind: Kind, name: string): Record<string, never> {
  processes.close(process, handleIn(args, name), kind);
  return {};
}

/** The compute system behind the handle argument; a handle outlives the container and is of no use then. */
function opened({ node, processes, process, args }: Context): ComputeSystem {
  const about = { kind: 'ComputeSystem', unknown: node.switches.unknownHandle } as const;
  const system = processes.resolve(process, handleIn(args, 'system'), about) as ComputeSystem;
  return node.computeSystems.get(system.id) === system ? system : refuse(node.switches.systemEnded);
}

function register(context: Context): { readonly handle: number } {
  const object = opened(context);
  return { handle: context.processes.open(context.process, { kind: 'ComputeSystemCallback', object }) };
}

const propertiesOf = ({ id, owner, state }: ComputeSystem): Doc => ({
  Id: id,
  SystemType: 'Container',
  RuntimeOsType: 'Windows',
  Owner: owner,
  State: state,
  Name: id,
});

/** Hot attach: `{"ResourceType":"Network","RequestType":"Add","Settings":"<endpoint>"}`, and Remove. */
function modify(context: Context): Record<string, never> {
  const { node, args } = context;
  const system = opened(context);
  const request = parseDoc(written(args, 'configuration'), Code.SystemInvalidJson);
  const type = oneOf(['Add', 'Remove'] as const, text(request, 'RequestType')) ?? refuse(Code.SystemUnknownMessage);
  if (text(request, 'ResourceType') !== 'Network') refuse(Code.SystemUnknownMessage);
  if (system.state !== RUNNING) refuse(Code.SystemWrongState);
  const endpoint = node.endpoints.get(guidOf(text(request, 'Settings') ?? '')) ?? refuse(Code.EndpointNotFound);
  if (type === 'Add') put(node, system, endpoint);
  else take(node, system, endpoint);
  return {};
}

function put(node: Node, system: ComputeSystem, endpoint: Endpoint): void {
  attachContainer(node, endpoint, system.id);
  system.endpoints = [...new Set([...system.endpoints, endpoint.id])];
}

function take(node: Node, system: ComputeSystem, endpoint: Endpoint): void {
  detachContainer(node, endpoint, system.id);
  system.endpoints = system.endpoints.filter((id) => id !== endpoint.id);
}

/** Adds a compute system of a seed: `{Id, Owner?, State?}`. */
export function createSystem(node: Node, seed: Doc): void {
  const id = text(seed, 'Id') ?? refuse(Code.InvalidParameter);
  const about = { owner: text(seed, 'Owner') ?? 'docker', state: text(seed, 'State') ?? RUNNING };
  node.computeSystems.set(id, { id, ...about, endpoints: [] });
}

/** The container ends. HNS is not told: its endpoints stay as they are. */
export function endSystem(node: Node, id: string): void {
  if (!node.computeSystems.delete(id)) refuse(Code.SystemNotFound);
}

/** An endpoint is gone, and every compute system is without it. */
export function forgetEndpoint(node: Node, endpoint: string): void {
  for (const system of node.computeSystems.values()) {
    system.endpoints = system.endpoints.filter((id) => id !== endpoint);
  }
}
