/** Why a command of the minimal plugin fails; printing it is plugin.ts. */

export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: number;
  readonly details: string;

  constructor(code: number, message: string, details = '') {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Codes of SPEC.md 1.1.0 section 5 "Error" and section 2 "STATUS"; the plugin's own begin at 100. */
export const Code = {
  version: 1,
  field: 2,
  environment: 4,
  io: 5,
  decode: 6,
  config: 7,
  later: 11,
  unavailable: 50,
  degraded: 51,
  hns: 100,
  exists: 101,
  full: 102,
  check: 103,
  delegate: 104,
  bug: 999,
} as const;
