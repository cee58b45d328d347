/** All stories of the suite, in the order of the checklist. */
import type { Case } from './case.ts';
import { ADD_CASES } from './cases/add.ts';
import { ADDRESS_CASES } from './cases/addresses.ts';
import { CHAIN_CASES } from './cases/chain.ts';
import { CHECK_CASES } from './cases/check.ts';
import { DEL_CASES } from './cases/del.ts';
import { DELEGATION_CASES } from './cases/delegation.ts';
import { FAILURE_CASES } from './cases/failures.ts';
import { GC_CASES } from './cases/gc.ts';
import { KILL_CASES } from './cases/kills.ts';
import { PARAMETER_CASES } from './cases/parameters.ts';
import { PROCESS_CASES } from './cases/process.ts';
import { STATUS_CASES } from './cases/status.ts';
import { VERSION_CASES } from './cases/version.ts';
import { WINDOWS_CASES } from './cases/windows.ts';

export const ALL_CASES: readonly Case[] = [
  ...PROCESS_CASES,
  ...PARAMETER_CASES,
  ...ADD_CASES,
  ...CHAIN_CASES,
  ...DEL_CASES,
  ...CHECK_CASES,
  ...STATUS_CASES,
  ...VERSION_CASES,
  ...GC_CASES,
  ...DELEGATION_CASES,
  ...WINDOWS_CASES,
  ...ADDRESS_CASES,
  ...KILL_CASES,
  ...FAILURE_CASES,
];
