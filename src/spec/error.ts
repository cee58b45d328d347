/** The one error of the plugin and the one table of its codes; what every layer throws and run.ts prints. */

/**
 * CNI error codes. 1-99 belong to the specification (SPEC.md 1.1.0, section "Error"); 100 and up are this plugin's own.
 * docs/errors.md explains each; a test keeps the two in step.
 */
export const Code = {
  IncompatibleVersion: 1,
  UnsupportedField: 2,
  UnknownContainer: 3,
  InvalidEnvironment: 4,
  Io: 5,
  Decode: 6,
  InvalidConfig: 7,
  TryAgainLater: 11,
  NotAvailable: 50,
  LimitedConnectivity: 51,
  Hns: 100,
  Ipam: 101,
  NetworkMissing: 102,
  AttachmentExists: 103,
  CheckFailed: 104,
  HnsUnavailable: 105,
  AddressesExhausted: 106,
  IpHelper: 107,
  Internal: 999,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

export interface CniErrorOptions {
  /** For the operator: JSON path, HRESULT in hex, the next command. */
  readonly details?: string;
  readonly cause?: unknown;
}

/** A failure in the words of CNI: `code` is what callers match, `message` what people read. */
export class CniError extends Error {
  override readonly name = 'CniError';
  readonly code: number;
  readonly details: string | undefined;

  constructor(code: number, message: string, options: CniErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }

  /** The error object CNI expects on stdout (SPEC.md 1.1.0 section 5 "Error"); `details` is left out, never empty. */
  toJSON(): { code: number; msg: string; details?: string } {
    return { code: this.code, msg: this.message, ...(this.details === undefined ? {} : { details: this.details }) };
  }

  /** The same failure with one more detail, such as what could not be cleaned up after it. */
  withDetail(detail: string): CniError {
    const details = this.details === undefined ? detail : `${this.details}; ${detail}`;
    return new CniError(this.code, this.message, { details, cause: this });
  }

  /** Anything thrown, as a CniError; a stranger is code 999 and never shows its stack. */
  static from(thrown: unknown): CniError {
    if (thrown instanceof CniError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new CniError(Code.Internal, `Cannot finish the command: ${message}`, { cause: thrown });
  }
}

type ErrorObject = ReturnType<CniError['toJSON']>;

/**
 * The error object of a DEL: containerd's client takes one that holds "not found" or "no such file or directory" for success,
 * and what is left would never be removed (go-cni cni.go, Remove).
 */
export function unmistakable({ code, msg, details }: ErrorObject): ErrorObject {
  const text = (value: string): string =>
    value.replaceAll(/not found/gi, 'missing').replaceAll(/no such file or directory/gi, 'missing file');
  return { code, msg: text(msg), ...(details === undefined ? {} : { details: text(details) }) };
}
