/** CNI_ARGS: `KEY=VALUE` pairs joined by `;`, as a runtime passes them. */
import { CniError, Code } from './error.ts';

/** What of CNI_ARGS is used. The addresses are text as it came: whether they are any is IPAM's to say, and only ADD minds. */
export interface CniArguments {
  readonly podNamespace: string | undefined;
  readonly podName: string | undefined;
  /** `IP`: addresses asked for, each with or without a prefix length. */
  readonly ips: readonly string[];
  /** `GATEWAY`: of those addresses. */
  readonly gateways: readonly string[];
  /** `MAC`: six octets between dashes or colons. */
  readonly mac: string | undefined;
  /** Whether keys that mean nothing to a plugin are to be ignored. */
  readonly ignoreUnknown: boolean;
}

export const NO_ARGUMENTS: CniArguments = {
  podNamespace: undefined,
  podName: undefined,
  ips: [],
  gateways: [],
  mac: undefined,
  ignoreUnknown: false,
};

/** Keys a kubelet's runtime sends (containerd internal/cri/server), and those of CONVENTIONS.md. */
const KNOWN = [
  'K8S_POD_NAMESPACE',
  'K8S_POD_NAME',
  'K8S_POD_INFRA_CONTAINER_ID',
  'K8S_POD_UID',
  'IP',
  'MAC',
  'GATEWAY',
  'IgnoreUnknown',
];
const MAC = /^[0-9a-f]{2}(?:(?:-[0-9a-f]{2}){5}|(?::[0-9a-f]{2}){5})$/i;

/**
 * Reads CNI_ARGS; throws code 4 for a malformed pair, list or MAC, and for an unknown key unless `IgnoreUnknown` is `1` or
 * `true` (libcni's pkg/types/args.go).
 */
export function parseArguments(text: string): CniArguments {
  const pairs = new Map(text === '' ? [] : text.split(';').map(pair));
  const ignoreUnknown = ['1', 'true'].includes((pairs.get('IgnoreUnknown') ?? '').toLowerCase());
  for (const key of pairs.keys()) {
    if (!ignoreUnknown && !KNOWN.includes(key)) {
      throw badArgument(`the key "${key}" is unknown, expected IgnoreUnknown=1`);
    }
  }
  const mac = pairs.get('MAC') ?? '';
  if (mac !== '' && !MAC.test(mac)) throw badArgument(`MAC is "${mac}", expected one such as 00-15-5D-4B-01-07`);
  return {
    podNamespace: pairs.get('K8S_POD_NAMESPACE'),
    podName: pairs.get('K8S_POD_NAME'),
    ips: items('IP', pairs.get('IP') ?? ''),
    gateways: items('GATEWAY', pairs.get('GATEWAY') ?? ''),
    mac: mac === '' ? undefined : mac,
    ignoreUnknown,
  };
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw badArgument(`"${text}" is no KEY=VALUE pair`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A list between commas; templates leave an empty value where they have nothing to say. */
function items(key: string, value: string): readonly string[] {
  const found = value.trim() === '' ? [] : value.split(',').map((item) => item.trim());
  if (found.includes('')) throw badArgument(`${key} is "${value}", expected a value between all commas`);
  return found;
}

/** Code 4 for what stands in CNI_ARGS. */
export const badArgument = (what: string): CniError =>
  new CniError(Code.InvalidEnvironment, `Cannot use CNI_ARGS: ${what}`, { details: 'variable CNI_ARGS' });
