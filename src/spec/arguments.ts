/** CNI_ARGS: `KEY=VALUE` pairs joined by `;`, as a runtime passes them. */
import { CniError, Code } from './error.ts';

/** What of CNI_ARGS is used; the pod's names go to the log line only. */
export interface CniArguments {
  readonly podNamespace: string | undefined;
  readonly podName: string | undefined;
}

/** Keys a kubelet's runtime sends (containerd internal/cri/server), none of which changes the network. */
const KNOWN = ['K8S_POD_NAMESPACE', 'K8S_POD_NAME', 'K8S_POD_INFRA_CONTAINER_ID', 'K8S_POD_UID', 'IgnoreUnknown'];
/** Keys of CONVENTIONS.md that ask for something this plugin does not do. */
const UNSUPPORTED = ['IP', 'MAC', 'GATEWAY'];

/**
 * Reads CNI_ARGS; throws code 4 for a malformed pair, for a key that asks for what is not supported, and for an
 * unknown key unless `IgnoreUnknown` is `1` or `true` (libcni's pkg/types/args.go).
 */
export function parseArguments(text: string): CniArguments {
  const pairs = new Map(text === '' ? [] : text.split(';').map(pair));
  const ignoreUnknown = ['1', 'true'].includes((pairs.get('IgnoreUnknown') ?? '').toLowerCase());
  for (const key of pairs.keys()) {
    if (UNSUPPORTED.includes(key)) throw invalid(`the key "${key}" is not supported`);
    if (!ignoreUnknown && !KNOWN.includes(key)) throw invalid(`the key "${key}" is unknown, expected IgnoreUnknown=1`);
  }
  return { podNamespace: pairs.get('K8S_POD_NAMESPACE'), podName: pairs.get('K8S_POD_NAME') };
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw invalid(`"${text}" is no KEY=VALUE pair`);
  return [text.slice(0, at), text.slice(at + 1)];
}

const invalid = (what: string): CniError =>
  new CniError(Code.InvalidEnvironment, `Cannot use CNI_ARGS: ${what}`, { details: 'variable CNI_ARGS' });
