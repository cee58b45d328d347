/** Win32 codes of IP Helper: what a caller is told as a value, and the error for every other one. */
import { CniError, Code } from '../spec/error.ts';
import type { Outcome } from './ip-helper.ts';

/** winerror.h. */
export const Win32 = {
  Success: 0,
  AccessDenied: 5,
  NotEnoughMemory: 8,
  NotSupported: 50,
  InvalidParameter: 87,
  BufferOverflow: 111,
  NoData: 232,
  NotFound: 1168,
  NetworkUnreachable: 1231,
  ObjectAlreadyExists: 5010,
} as const;

const CAUSES: Readonly<Record<number, string>> = {
  [Win32.AccessDenied]: 'ERROR_ACCESS_DENIED, it must run with the rights of an administrator or of SYSTEM',
  [Win32.NotEnoughMemory]: 'ERROR_NOT_ENOUGH_MEMORY',
  [Win32.NotSupported]: 'ERROR_NOT_SUPPORTED, the host or the interface is without this family of addresses',
  [Win32.InvalidParameter]: 'ERROR_INVALID_PARAMETER, Windows takes no such row',
};

/** The outcome of a writing call. `task` says what was tried, after "Cannot". */
export function outcomeOf(status: number, call: string, task: string): Outcome {
  if (status === Win32.Success) return 'done';
  if (status === Win32.ObjectAlreadyExists) return 'exists';
  if (status === Win32.NotFound) return 'missing';
  throw refusal(status, call, task);
}

/** Whether a call failed for want of rights: so will every other one that changes something. */
export const isAccessDenied = ({ details }: CniError): boolean => details === detailsOf(Win32.AccessDenied);

const detailsOf = (status: number): string => `Win32 code ${status}`;

/** The error for a code that no caller acts on. */
export function refusal(status: number, call: string, task: string): CniError {
  const cause = CAUSES[status] ?? 'no cause is known for this code';
  return new CniError(Code.IpHelper, `Cannot ${task}: ${call} answered ${status} ${cause}`, {
    details: detailsOf(status),
  });
}
