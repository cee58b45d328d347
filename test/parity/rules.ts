/**
 * The rules that hold for every scenario: what counts as the same although it is not equal. The list is short and fixed; whatever
 * else differs is an entry of its own in explained/. docs/parity.md prints the texts.
 */
import { isObject, type Json, objects } from '../conformance/json.ts';
import { isError, type Outcome } from './outcome.ts';

export interface Seen {
  readonly theirs: Outcome;
  readonly ours: Outcome;
}

export interface Context {
  /** What our plugin was given. */
  readonly ifname: string | undefined;
  readonly netns: string | undefined;
  /** An ADD of an attachment that an earlier ADD of ours made, and that no DEL or GC has removed since. */
  readonly isRepeatedAdd: boolean;
  /** cnitool ran the plugin: of an error nothing is on its stdout. */
  readonly isClient: boolean;
}

export interface Rule {
  readonly name: string;
  /** For the document: what is held to be the same, and why. */
  readonly text: string;
  readonly apply: (seen: Seen, context: Context) => Seen;
}

export const ATTACHMENT_EXISTS = 103;

/** HNS's clock, and the id of a switch that nobody asks for. */
const WITHOUT_MEANING: Readonly<Record<string, string>> = {
  LastUpdateTime: '{{time}}',
  SwitchGuid: '{{switch}}',
};

function withoutMeaning(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMeaning);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, WITHOUT_MEANING[key] ?? withoutMeaning(item)]),
  );
}

const onState = (outcome: Outcome): Outcome => ({
  ...outcome,
  endpoints: withoutMeaning(outcome.endpoints) as Json,
  networks: withoutMeaning(outcome.networks) as Json,
});

/** An interface of a result with the peer's name and without the sandbox, where both are what the command said. */
function likeTheirs(ours: Json, theirs: Json | undefined, { ifname, netns }: Context): Json {
  if (theirs === undefined || ours['name'] !== ifname || ours['sandbox'] !== netns) return ours;
  const named = { ...ours, name: theirs['name'] };
  return theirs['sandbox'] === undefined ? without(named, 'sandbox') : { ...named, sandbox: theirs['sandbox'] };
}

/** An address that points at the one interface there is says no more than one that points nowhere. */
function withoutIndex(ours: Json, theirs: Json | undefined): Json {
  if (theirs === undefined || ours['interface'] !== 0 || theirs['interface'] !== undefined) return ours;
  return without(ours, 'interface');
}

const without = (object: Json, key: string): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

function namedLikeTheirs(theirs: unknown, ours: unknown, context: Context): unknown {
  if (!isObject(theirs) || !isObject(ours)) return ours;
  const [peers, own] = [objects(theirs['interfaces']), objects(ours['interfaces'])];
  if (peers.length === 0 || own.length !== 1) return ours;
  const ips = objects(ours['ips']);
  return {
    ...ours,
    interfaces: own.map((each, index) => likeTheirs(each, peers[index], context)),
    ...(ips.length === 0 ? {} : { ips: ips.map((each, index) => withoutIndex(each, objects(theirs['ips'])[index])) }),
  };
}

const codeAlone = (stdout: unknown): unknown => (isError(stdout) ? { code: stdout['code'] } : stdout);

const withoutFiles = (files: Json, isOut: (path: string) => boolean): Json =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !isOut(path)));

function isRecord(path: string, { theirs, ours }: Seen): boolean {
  if (path.split('/').includes('.wincni')) return true;
  const folder = path.replace(/lock$/, '');
  return (
    path.endsWith('/lock') &&
    ours.files[path] === '' &&
    Object.keys(ours.files).some((each) => each.startsWith(`${folder}.wincni/`)) &&
    !Object.keys(theirs.files).some((each) => each.startsWith(folder))
  );
}

export const RULES: readonly Rule[] = [
  {
    name: 'ids',
    text:
      'Ids, MAC addresses and times that HNS chose are compared by what they stand for: the same one in the same places, in all steps. ' +
      "Our endpoint ids follow from network, container and interface, so that an endpoint made anew has its predecessor's id.",
    apply: ({ theirs, ours }) => ({ theirs: onState(theirs), ours: onState(ours) }),
  },
  {
    name: 'interface',
    text:
      'In the result, the interface is named `CNI_IFNAME`, has the `sandbox` it was put into, and each address points at it; ' +
      'the peers name it after the endpoint and say nothing else. containerd looks for the interface by its name.',
    apply: ({ theirs, ours }, context) => ({
      theirs,
      ours: 'stdout' in ours ? { ...ours, stdout: namedLikeTheirs(theirs.stdout, ours.stdout, context) } : ours,
    }),
  },
  {
    name: 'records',
    text:
      'Our records below `.wincni` in the folder of a network, and the empty `lock` where we alone have that folder, stand beside ' +
      "host-local's files; they are not compared.",
    apply: ({ theirs, ours }) => ({
      theirs,
      ours: { ...ours, files: withoutFiles(ours.files, (path) => isRecord(path, { theirs, ours })) },
    }),
  },
  {
    name: 'repeated ADD',
    text:
      'An ADD of an attachment that is there is error 103 with us, as the specification has it; the node is compared all the same. ' +
      'The peers answer with the endpoint that is there, or free its address.',
    apply: ({ theirs, ours }, { isRepeatedAdd, isClient }) => {
      const isRefused = isError(ours.stdout)
        ? ours.stdout['code'] === ATTACHMENT_EXISTS
        : isClient && ours.exitCode === 1;
      if (!isRepeatedAdd || !isRefused) return { theirs, ours };
      return { theirs, ours: { ...ours, exitCode: theirs.exitCode ?? null, stdout: theirs.stdout } };
    },
  },
  {
    name: 'error text',
    text: 'Of an error, the exit code and `code` are compared. Its words are ours, by design.',
    apply: ({ theirs, ours }) => ({
      theirs: 'stdout' in theirs ? { ...theirs, stdout: codeAlone(theirs.stdout) } : theirs,
      ours: 'stdout' in ours ? { ...ours, stdout: codeAlone(ours.stdout) } : ours,
    }),
  },
  {
    name: "cnitool's files",
    text: 'What libcni keeps for itself, in `var/lib/cni/results`, is not compared: it is no work of the plugin.',
    apply: ({ theirs, ours }, { isClient }) => {
      const isOut = (path: string): boolean => isClient && path.startsWith('var/lib/cni/results/');
      return {
        theirs: { ...theirs, files: withoutFiles(theirs.files, isOut) },
        ours: { ...ours, files: withoutFiles(ours.files, isOut) },
      };
    },
  },
];

/** Both sides after all rules. */
export const underRules = (seen: Seen, context: Context): Seen =>
  RULES.reduce((now, rule) => rule.apply(now, context), seen);
