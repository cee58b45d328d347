/** Steps that many stories share: commands that must succeed or fail, and states of the node. */
import { brief, claim, same } from './claim.ts';
import type { Json } from './json.ts';
import { textAt } from './json.ts';
import type { Attachment, Lab, Ran } from './lab.ts';
import type { Endpoint, NetworkName } from './node.ts';
import { hostOf, type View, viewOf } from './result.ts';
import { hasCheck } from './versions.ts';

/** An ADD that must succeed. */
export async function added(lab: Lab, pod: Attachment, conf: Json = lab.conf()): Promise<View> {
  const ran = succeeded(await lab.cni('ADD', pod, { conf }), 'ADD');
  claim(ran.json !== undefined, `ADD printed no JSON object but ${brief(ran.stdout)}`);
  return viewOf(ran.json, textAt(conf, 'cniVersion'));
}

/** A DEL that must succeed; with the result of ADD, as a runtime does from 0.4.0 on. */
export async function deleted(lab: Lab, pod: Attachment, conf: Json = lab.conf(), result?: View): Promise<Ran> {
  return succeeded(await lab.cni('DEL', pod, { conf: withResult(conf, result) }), 'DEL');
}

export const checked = (lab: Lab, pod: Attachment, result: Json, conf: Json = lab.conf()): Promise<Ran> =>
  lab.cni('CHECK', pod, { conf: { ...conf, prevResult: result } });

const withResult = (conf: Json, result: View | undefined): Json =>
  result === undefined || !hasCheck(textAt(conf, 'cniVersion')) ? conf : { ...conf, prevResult: result.json };

export function succeeded(ran: Ran, what: string): Ran {
  claim(ran.code === 0, `${what} ended with ${String(ran.code)}, expected 0: ${brief(ran.stdout || ran.stderr)}`);
  return ran;
}

export interface ErrorObject {
  readonly code: number;
  /** `msg` and `details`. */
  readonly text: string;
  readonly json: Json;
}

/** What a failed command printed; claims no more than that it failed with a coded error object on stdout. */
export function failed(ran: Ran, what: string): ErrorObject {
  claim(ran.code !== 0 && !ran.wasKilled, `${what} ended with ${String(ran.code)}, expected a failure`);
  const { json } = ran;
  const code = json?.['code'];
  claim(json !== undefined && typeof code === 'number', `${what} failed without an error object: ${brief(ran.stdout)}`);
  return { code, text: `${textAt(json, 'msg')} ${textAt(json, 'details')}`, json };
}

export function failedWith(ran: Ran, code: number, what: string): ErrorObject {
  const error = failed(ran, what);
  claim(error.code === code, `${what} failed with code ${error.code}, expected ${code}: ${error.text}`);
  return error;
}

/** The sole endpoint with this address. */
export function endpointAt(lab: Lab, address: string): Endpoint {
  const found = lab.endpoints().filter(({ addresses }) => addresses.includes(hostOf(address)));
  claim(found.length === 1, `${found.length} endpoints have the address ${address}, expected 1`);
  return found[0] ?? notReached();
}

/** The address of a result's first entry, without its prefix. */
export const addressOf = (view: View): string => hostOf(view.ips[0]?.address ?? '');

/** Claims that nothing of any attachment is on the node or in host-local's folder. */
export function nothingLeft(lab: Lab, network: NetworkName = 'cbr0'): void {
  same(
    lab.endpoints().map(({ name }) => name),
    [],
    'endpoints left on the node',
  );
  same(lab.members(), [], 'endpoints still listed by a namespace');
  same(lab.leases(network), [], 'addresses still reserved');
}

/** Claims that these addresses, and no others, have an endpoint and a reservation. */
export function onlyAlive(lab: Lab, addresses: readonly string[], network: NetworkName = 'cbr0'): void {
  const wanted = [...addresses].sort();
  same(
    lab
      .endpoints()
      .flatMap((endpoint) => endpoint.addresses)
      .sort(),
    wanted,
    'addresses of the endpoints',
  );
  same(lab.leases(network), wanted, 'addresses reserved');
}

/** Does `work` for every item, at most `atOnce` at a time; answers in the order of the items. */
export async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = [...items.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, item] = next;
      results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

export const numbers = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** After `ms` at most. */
export async function until(isTrue: () => boolean, ms: number, what: string): Promise<void> {
  const limit = performance.now() + ms;
  while (!isTrue()) {
    claim(performance.now() < limit, `${what} did not happen within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A configuration whose `ipam` is the fake delegate, which answers ADD with this address. */
export function delegating(lab: Lab, address = '10.244.5.77/24', more: Json = {}): Json {
  const { version } = lab;
  lab.delegate.answer('ADD', { stdout: ipamResult(version, address) });
  return lab.conf({ name: lab.ownNetwork, ipam: { type: 'fake-ipam', keep: { nested: [1, 'zwei', null] } }, ...more });
}

/** The abbreviated result of an IPAM plugin (SPEC.md 1.1.0 section 5, and the older tags). */
function ipamResult(cniVersion: string, address: string): Json {
  const gateway = '10.244.5.2';
  if (cniVersion === '0.1.0' || cniVersion === '0.2.0') return { cniVersion, ip4: { ip: address, gateway } };
  const family = cniVersion.startsWith('1.') ? {} : { version: '4' };
  return { cniVersion, ips: [{ ...family, address, gateway }] };
}

function notReached(): never {
  throw new Error('this cannot be');
}
