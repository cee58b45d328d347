/** GUIDs as HNS writes them: upper case, hyphens, no braces; equal ids are equal texts. */
import { Code, refuse } from './errors.ts';
import type { Node } from './node.ts';

export const ZERO = '00000000-0000-0000-0000-000000000000';
const FORM = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

/** The canonical text of a GUID written in any case, braces allowed, or undefined when it is none. */
export function canonical(text: string): string | undefined {
  const bare = text.replace(/^\{(.*)\}$/, '$1').toUpperCase();
  return FORM.test(bare) ? bare : undefined;
}

/** As `canonical`; what is no GUID ends the call (HCN_E_GUID_CONVERSION_FAILURE is for texts inside documents only). */
export const guidOf = (text: string): string => canonical(text) ?? refuse(Code.InvalidParameter);

/** The id of a new object: the one that was asked for, else a new one. */
export function idFor(node: Node, taken: ReadonlyMap<string, unknown>, asked = ZERO): string {
  const wanted = guidOf(asked);
  if (taken.has(wanted)) refuse(node.switches.duplicateId);
  return wanted === ZERO ? node.newGuid() : wanted;
}
