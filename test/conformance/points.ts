/** The fixed checklist: every point a plugin on Windows nodes is held to, by id. */
import type { Point } from './point.ts';
import { ATTACH_POINTS } from './points/attach.ts';
import { CHECK_POINTS } from './points/check.ts';
import { DELEGATION_POINTS } from './points/delegation.ts';
import { GC_POINTS } from './points/gc.ts';
import { PROCESS_POINTS } from './points/process.ts';
import { WINDOWS_POINTS } from './points/windows.ts';

export const POINTS: readonly Point[] = [
  ...PROCESS_POINTS,
  ...ATTACH_POINTS,
  ...CHECK_POINTS,
  ...GC_POINTS,
  ...DELEGATION_POINTS,
  ...WINDOWS_POINTS,
];

/** The parts of the checklist, by their first point. */
export const PARTS: Readonly<Record<string, string>> = {
  P01: 'Process and streams',
  P13: 'Parameters',
  P19: 'ADD',
  P30: 'DEL',
  P39: 'CHECK',
  P49: 'STATUS',
  P57: 'VERSION',
  P60: 'GC',
  P71: 'Delegation',
  P77: 'Names and attachments',
  W01: 'Windows nodes',
};
