/** Points P71 to P80: delegation, names, and attachments among others. */
import type { Point } from '../point.ts';

export const DELEGATION_POINTS: readonly Point[] = [
  {
    id: 'P71',
    level: 'MUST',
    source: '4',
    text: 'The delegate is looked for in the folders of CNI_PATH; one that is not there is an error.',
    does: 'Looks there for any ipam.type that it does not serve itself, on Windows with .exe first.',
  },
  {
    id: 'P72',
    level: 'MUST',
    source: '4',
    text: 'The delegate gets the same environment and the complete, unmodified configuration.',
    does: 'Passes stdin on byte for byte.',
  },
  {
    id: 'P73',
    level: 'MUST',
    source: '4',
    text: 'Its result is read from its stdout, success is exit code 0.',
    does: 'Uses the addresses, gateway, routes and dns it answers; its error object is passed on.',
  },
  { id: 'P74', level: 'SHOULD', source: '4', text: 'Its stderr goes to the own stderr.', does: 'Passes it on.' },
  {
    id: 'P75',
    level: 'MUST',
    source: '4, 2',
    text: 'The delegate is run for CHECK, DEL, GC and STATUS, too, and its errors are returned.',
    does: 'For every verb, with its message.',
  },
  {
    id: 'P76',
    level: 'MUST',
    source: '5',
    text: 'A plugin that acts as a delegate for addresses answers an abbreviated result.',
    does: 'Is never one: its own allocator is inside.',
    untested: { kind: 'not applicable', reason: 'a plugin that makes interfaces is not called as an IPAM plugin' },
  },
  {
    id: 'P77',
    level: 'MUST',
    source: '1',
    text: 'A network name starts alphanumeric and goes on with alphanumerics, "_", "." and "-"; what Windows cannot have as a file name is refused.',
    does: 'Refuses others with code 7, device names and a dot at the end included.',
  },
  {
    id: 'P78',
    level: 'MUST',
    source: '1',
    text: 'type and ipam.type hold no path separators.',
    does: 'Refuses them with code 7; nothing outside CNI_PATH is started.',
  },
  {
    id: 'P79',
    level: 'MUST',
    source: '3',
    text: 'Several networks and several interfaces of one container are attachments of their own.',
    does: 'An attachment is network, container id and interface name.',
  },
  {
    id: 'P80',
    level: 'MUST',
    source: '3',
    text: 'DEL right after a killed ADD leaves nothing behind.',
    does: 'Writes down what it is about to make before it asks HNS for it.',
  },
];
