/** The list of attachments that a runtime gives to GC (SPEC.md 1.1.0 section 2 "GC"). */
import { isRecord, type Json, join, list, member, text } from './decode.ts';

export interface ValidAttachment {
  readonly containerId: string;
  readonly ifname: string;
}

/** `cni.dev/valid-attachments`, or the name libcni gave it first; undefined when a runtime sent neither. */
export function validAttachments(config: Json): readonly ValidAttachment[] | undefined {
  for (const key of ['cni.dev/valid-attachments', 'cni.dev/attachments']) {
    const value = member(config, key);
    if (value !== undefined) return list(validAttachment)(value, key);
  }
  return undefined;
}

function validAttachment(value: unknown, path: string): ValidAttachment {
  const object = isRecord(value) ? value : {};
  return {
    containerId: text(member(object, 'containerID'), join(path, 'containerID')),
    ifname: text(member(object, 'ifname'), join(path, 'ifname')),
  };
}
