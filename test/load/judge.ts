/** What a command had to answer, and who may have an address: what is wrong, in words. Pure. */

import { isObject, type Json, objects, textAt } from '../conformance/json.ts';
import type { Endpoint } from '../conformance/node.ts';
import type { Operation } from './plan.ts';
import type { LoadPod } from './setups.ts';

export interface Answer {
  readonly code: number | null;
  /** stdout, and as JSON where it is one object. */
  readonly text: string;
  readonly out: Json | undefined;
}

/** Why this is no right answer; undefined when it is one. */
export function wrongWith({ verb, state }: Operation, answer: Answer, families: number): string | undefined {
  switch (verb) {
    case 'ADD':
      return answer.code === 0 && addressesIn(answer.out).length === families ? undefined : told(answer);
    case 'CHECK':
      return (state === 'live' ? isSilent(answer) : isError(answer)) ? undefined : told(answer);
    case 'DEL':
      return isSilent(answer) ? undefined : told(answer);
  }
}

const isSilent = ({ code, text }: Answer): boolean => code === 0 && text === '';
const isError = ({ code, out }: Answer): boolean =>
  code === 1 && typeof out?.['code'] === 'number' && out['code'] > 0 && textAt(out, 'msg') !== '';
const told = ({ code, text }: Answer): string => `exit status ${code ?? 'of a killed process'}, "${text.trim()}"`;

/** The addresses of a result, without their prefix lengths. */
export const addressesIn = (result: unknown): readonly string[] =>
  objects(isObject(result) ? result['ips'] : undefined).map((each) => textAt(each, 'address').replace(/\/.*/, ''));

/** What is known of the node when an ADD has answered. */
export interface Known {
  /** Addresses of each pod from the answer of its ADD until its DEL is started. */
  readonly ledger: ReadonlyMap<LoadPod, readonly string[]>;
  readonly endpoints: readonly Endpoint[];
}

/** Every address of this pod that another pod has too, or that HNS does not have in this pod's namespace alone. */
export function givenTwice(
  pod: LoadPod,
  addresses: readonly string[],
  { ledger, endpoints }: Known,
): readonly string[] {
  return addresses.flatMap((address) => {
    const others = [...ledger].filter(([other, theirs]) => other !== pod && theirs.includes(address));
    const places = endpoints
      .filter((each) => each.addresses.includes(address))
      .map(({ namespace }) => namespace ?? '-');
    if (others.length === 0 && places.length === 1 && places[0] === pod.netns) return [];
    const holders = others.map(([{ containerId }]) => containerId).join(', ') || 'no other pod';
    return [`${address} of ${pod.containerId}: told to ${holders}, in HNS in ${places.join(', ') || 'no namespace'}`];
  });
}
