/** What a disturbed command may answer: CNI's form, and a code that says what happened. */
import { hex, statusOf } from '../../src/hns/status.ts';
import { Code } from '../../src/spec/error.ts';
import { textAt } from '../conformance/json.ts';
import type { Ran } from './field.ts';
import { type Finding, wrong } from './finding.ts';

export interface Question {
  readonly verb: string;
  readonly cniVersion: string;
  /** What HNS answered; undefined when it did not. */
  readonly hresult: number | undefined;
  /** Whether the codes are those of docs/errors.md, beyond what the specification says. */
  readonly isOurs: boolean;
}

/** What is wrong with the answer of a command that was not killed. */
export function answerFindings(ran: Ran, question: Question): readonly Finding[] {
  return ran.code === 0 ? successFindings(ran, question) : failureFindings(ran, question);
}

function successFindings({ stdout, json }: Ran, { verb }: Question): readonly Finding[] {
  if (verb === 'ADD') return json === undefined ? [wrong(`ADD succeeded and printed ${brief(stdout)}`)] : [];
  return stdout.trim() === '' ? [] : [wrong(`${verb} succeeded and printed ${brief(stdout)}`)];
}

function failureFindings({ stdout, json }: Ran, question: Question): readonly Finding[] {
  const { verb, cniVersion, hresult } = question;
  const code = json?.['code'];
  if (json === undefined || typeof code !== 'number') {
    return [wrong(`${verb} failed and printed ${brief(stdout)}, expected one error object`)];
  }
  const findings: Finding[] = [];
  if (textAt(json, 'msg') === '') findings.push(wrong(`${verb} failed without msg: ${brief(stdout)}`));
  if (json['cniVersion'] !== cniVersion) findings.push(wrong(`${verb} failed in another cniVersion: ${brief(stdout)}`));
  if (!isRightCode(code, question)) findings.push(wrong(`${verb} failed with code ${code}: ${brief(stdout)}`));
  if (
    hresult !== undefined &&
    !isTaken(hresult) &&
    !names(`${textAt(json, 'msg')} ${textAt(json, 'details')}`, hresult)
  ) {
    findings.push(wrong(`${verb} failed without a word of ${hex(hresult)}: ${brief(stdout)}`));
  }
  if (hresult !== undefined && question.isOurs && isPassing(hresult)) {
    findings.push(wrong(`${verb} gave up at the first ${hex(hresult)}: ${brief(stdout)}`));
  }
  return findings;
}

/** HNS did nothing, and does it when it is asked again: the command succeeds. */
const isPassing = (hresult: number): boolean => ['transient', 'unavailable'].includes(statusOf(hresult).outcome);

/** What says that an object is there, or is not, is told in words for that object. */
const isTaken = (hresult: number): boolean => ['missing', 'exists'].includes(statusOf(hresult).outcome);

/** The HRESULT, or what is in it of Win32, as Go programs print it. */
const names = (text: string, hresult: number): boolean =>
  text.toLowerCase().includes(hex(hresult).toLowerCase()) || text.includes(`0x${(hresult & 0xffff).toString(16)}`);

/** Codes below 100 mean what the specification says; 11 is for what may succeed later (SPEC.md 1.1.0 section 5 "Error"). */
function isRightCode(code: number, { hresult, isOurs }: Question): boolean {
  const outcome = hresult === undefined ? 'unknown' : statusOf(hresult).outcome;
  const mayPass = outcome !== 'final';
  if (!isOurs) return code >= Code.Hns || (mayPass && code === Code.TryAgainLater);
  return CODES[outcome].includes(code);
}

/** docs/errors.md, "HRESULTs". */
const CODES: Readonly<Record<ReturnType<typeof statusOf>['outcome'], readonly number[]>> = {
  unavailable: [Code.TryAgainLater],
  transient: [Code.TryAgainLater],
  unknown: [Code.TryAgainLater],
  final: [Code.Hns],
  reserved: [Code.Hns],
  exists: [Code.Hns, Code.AttachmentExists],
  missing: [Code.Hns, Code.InvalidEnvironment, Code.TryAgainLater, Code.NetworkMissing],
};

export const brief = (text: string): string => {
  const line = text.trim().replaceAll('\n', '\\n');
  if (line === '') return 'nothing';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};
