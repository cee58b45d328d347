/** Points P60 to P70: GC. */
import type { Point } from '../point.ts';

export const GC_POINTS: readonly Point[] = [
  {
    id: 'P60',
    level: 'SHOULD',
    source: '2 GC',
    text: 'GC removes the resources of attachments that are not in cni.dev/valid-attachments.',
    does: 'Detaches and deletes their endpoints.',
  },
  {
    id: 'P61',
    level: 'SHOULD',
    source: '2 GC',
    text: 'GC frees the addresses of stale attachments.',
    does: 'Frees leases, and drops tombstones and orphans.',
  },
  {
    id: 'P62',
    level: 'MAY',
    source: '2 GC',
    text: 'GC may take the namespaces of stale attachments for gone.',
    does: 'Needs none of them.',
  },
  {
    id: 'P63',
    level: 'SHOULD',
    source: '2 GC',
    text: 'GC goes on after an error and reports all errors at the end.',
    does: 'Removes what it can; the error names each that is left.',
  },
  {
    id: 'P64',
    level: 'MUST',
    source: '2 GC',
    text: 'GC is passed to the delegate.',
    does: 'Runs it with the same configuration and reports its error.',
  },
  {
    id: 'P65',
    level: 'MUST',
    source: '2 GC',
    text: 'A successful GC prints nothing on stdout.',
    does: 'Prints nothing.',
  },
  {
    id: 'P66',
    level: 'MUST',
    source: '2 GC',
    text: 'GC leaves valid attachments alone; both containerID and ifname must match.',
    does: 'Compares both.',
  },
  {
    id: 'P67',
    level: 'MUST',
    source: '2 GC',
    text: 'GC needs CNI_COMMAND and CNI_PATH only.',
    does: 'Reads no variable of a container.',
  },
  {
    id: 'P68',
    level: 'MUST',
    source: 'libcni',
    text: 'GC is refused with code 1 below 1.1.0; the older key cni.dev/attachments is accepted.',
    does: 'Both; the newer key wins.',
  },
  {
    id: 'P69',
    level: 'MUST',
    source: '2 GC',
    text: 'Without a list nothing alive goes; with an empty one all of this network is stale.',
    does: 'Without a list only what is provably dead goes: no endpoint, and made before the last boot.',
  },
  {
    id: 'P70',
    level: 'MUST',
    source: '2 GC',
    text: 'GC touches the named network only.',
    does: 'Looks at leases and endpoints of that network.',
  },
];
