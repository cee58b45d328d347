/** The judge tested: of a plugin that is broken in one way it says what is broken, at the call where it shows. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Native } from '../../src/hns/native.ts';
import type { Ended, Subject } from '../conformance/subject.ts';
import type { Parts } from '../support/in-process.ts';
import type { Finding } from './finding.ts';
import { runHere } from './here.ts';
import { inProcess } from './in-process.ts';
import { KINDS } from './kinds.ts';
import { SCENES } from './scene.ts';

interface Mutant {
  readonly how: string;
  readonly parts?: Partial<Parts>;
  /** What becomes of the configuration, and of the output. */
  readonly reads?: (conf: Record<string, unknown>) => object;
  readonly answers?: (ended: Ended) => Partial<Ended>;
  /** Where it is found: scene, call and kind. */
  readonly at: readonly [scene: string, call: string, kind: string];
  readonly finds: readonly Finding['is'][];
}

const native = (change: (real: Native) => Partial<Native>): Partial<Parts> => ({
  native: (real) => ({ ...real, ...change(real) }),
});
const SUCCESS = { hr: 0, json: '', error: '' };
const SECOND_ID = '5B0A8F4E-0000-4000-8000-000000000001';
const RPC_CALL_FAILED = 0x800706be | 0;
const ACCESS_DENIED = 0x80070005 | 0;

const failsWith =
  (change: (error: Record<string, unknown>) => object) =>
  (ended: Ended): Partial<Ended> =>
    ended.code === 0 ? {} : { stdout: JSON.stringify(change(JSON.parse(ended.stdout) as Record<string, unknown>)) };

const MUTANTS: readonly Mutant[] = [
  {
    how: 'frees in DEL what HNS may still make',
    parts: {
      leases: (leases) => ({
        ...leases,
        bury: async (key) => {
          const lease = await leases.find(key);
          if (lease !== undefined) await leases.release(lease);
        },
      }),
    },
    at: ['ADD', 'HcnCreateEndpoint', 'late kill'],
    finds: ['leak'],
  },
  {
    how: 'keeps addresses',
    parts: { leases: (leases) => ({ ...leases, release: () => Promise.resolve() }) },
    at: ['DEL', 'HcnEnumerateEndpoints', 'kill before'],
    finds: ['leak'],
  },
  {
    how: 'takes every deletion for done',
    parts: native((real) => ({ delete: async (...given) => ({ ...(await real.delete(...given)), ...SUCCESS }) })),
    at: ['DEL', 'HcnDeleteEndpoint', 'final'],
    finds: ['leak'],
  },
  {
    how: 'does not undo',
    parts: native(() => ({ delete: () => Promise.resolve(SUCCESS) })),
    at: ['ADD', 'HcnModifyNamespace', 'final'],
    finds: ['leak'],
  },
  {
    how: 'makes an endpoint again when HNS did not say what became of it',
    parts: native((real) => ({
      createEndpoint: async (network, id, settings) => {
        const first = await real.createEndpoint(network, id, settings);
        const again = { ...(JSON.parse(settings) as object), IpConfigurations: [], Policies: [] };
        if (first.hr === RPC_CALL_FAILED) await real.createEndpoint(network, SECOND_ID, JSON.stringify(again));
        return first;
      },
    })),
    at: ['ADD', 'HcnCreateEndpoint', 'broken off'],
    finds: ['leak'],
  },
  {
    how: 'leaves handles open',
    parts: native(() => ({ close: () => Promise.resolve() })),
    at: ['ADD', 'HcnOpenNetwork', 'final'],
    finds: ['leak'],
  },
  {
    how: 'deletes in GC what is valid',
    reads: (conf) => ('cni.dev/valid-attachments' in conf ? { ...conf, 'cni.dev/valid-attachments': [] } : conf),
    at: ['DEL', 'HcnOpenNamespace', 'kill before'],
    finds: ['leak'],
  },
  {
    how: 'has no deadline',
    reads: (conf) => ({ ...conf, timeoutSeconds: 5 }),
    at: ['DEL', 'HcnOpenNamespace', 'hang'],
    finds: ['hang'],
  },
  {
    how: 'prints two objects',
    answers: ({ stdout }) => ({ stdout: stdout + stdout }),
    at: ['DEL', 'HcnEnumerateEndpoints', 'final'],
    finds: ['wrong answer'],
  },
  {
    how: 'fails without a word',
    answers: () => ({ stdout: '' }),
    at: ['DEL', 'HcnEnumerateEndpoints', 'final'],
    finds: ['wrong answer'],
  },
  {
    how: 'says that a refusal may pass',
    answers: failsWith((error) => ({ ...error, code: 11 })),
    at: ['DEL', 'HcnEnumerateEndpoints', 'final'],
    finds: ['wrong answer'],
  },
  {
    how: 'says that what may pass is a refusal',
    answers: failsWith((error) => ({ ...error, code: 100 })),
    at: ['ADD', 'HcnCreateEndpoint', 'broken off'],
    finds: ['wrong answer'],
  },
  {
    how: 'does not say what HNS said',
    answers: failsWith((error) => ({ ...error, msg: 'Cannot do it', details: '' })),
    at: ['ADD', 'HcnOpenNetwork', 'final'],
    finds: ['wrong answer'],
  },
  {
    how: 'does not try again',
    parts: native((real) => ({
      enumerate: async (...given) => {
        const answer = await real.enumerate(...given);
        return answer.hr < 0 ? { ...answer, hr: ACCESS_DENIED } : answer;
      },
    })),
    at: ['DEL', 'HcnEnumerateEndpoints', 'transient'],
    finds: ['wrong answer'],
  },
  {
    how: 'tells of a success that is none',
    answers: ({ stdout }) => ({
      code: 0,
      stdout: stdout === '' ? '' : '{"cniVersion":"1.1.0","ips":[{"address":"10.244.3.99/24"}]}',
    }),
    at: ['ADD', 'HcnOpenNamespace', 'final'],
    finds: ['wrong answer'],
  },
];

const broken = ({ parts = {}, reads = (conf) => conf, answers = () => ({}) }: Mutant): Subject => {
  const subject = inProcess(parts);
  return {
    ...subject,
    run: async (env, stdin, surroundings) => {
      const conf = reads(JSON.parse(Buffer.from(stdin).toString('utf8')) as Record<string, unknown>);
      const ended = await subject.run(env, Buffer.from(JSON.stringify(conf)), surroundings);
      const isJudged = env['CNI_COMMAND'] !== 'VERSION' && (ended.code === 0 || ended.code === 1);
      return isJudged ? { ...ended, ...answers(ended) } : ended;
    },
  };
};

const judge = suite('a plugin that');

for (const mutant of MUTANTS) {
  const { how, at, finds } = mutant;
  const [scene, call, kind] = at;
  judge(`${how} is found at ${call} of ${scene}, ${kind}: ${finds.join(', ')}`, async () => {
    const { points } = await runHere(broken(mutant), {
      scenes: SCENES.filter(({ name }) => name === scene),
      kinds: KINDS.filter(({ name }) => name === kind),
      limitMs: 1000,
    });
    const here = points.find((point) => point.call.endsWith(call));
    const classes = new Set(here?.findings.map(({ is }) => is));
    assert.equal([...classes], finds, JSON.stringify(here));
  });
}

judge.run();
