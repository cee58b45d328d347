/** The matrix of a plugin that runs in this process, where nothing takes time. */
import type { Subject } from '../conformance/subject.ts';
import { KINDS } from './kinds.ts';
import { SCENES } from './scene.ts';
import { type Matrix, type Options, runMatrix } from './suite.ts';

/** Calls inside the process answer at once; and what is left of a killed command keeps the process for its usual time. */
export const HERE = {
  cniPath: '/opt/cni/bin',
  limitMs: 20_000,
  shortSeconds: 0.05,
  usualSeconds: 5,
  atOnce: 16,
  fileKills: ['before', 'after'],
} as const satisfies Partial<Options>;

const USUAL: Omit<Options, 'subject'> = {
  ...HERE,
  isOurs: true,
  scenes: SCENES,
  kinds: KINDS,
  fileKills: [],
  isSample: false,
  cleanUp: 'both ways',
};

export async function runHere(subject: Subject, options: Partial<Omit<Options, 'subject'>>): Promise<Matrix> {
  try {
    return await runMatrix({ ...USUAL, ...options, subject });
  } finally {
    await subject.end();
  }
}

/** "ADD 5 HcnCreateEndpoint, late: leak: …". */
export const found = ({ points }: Matrix): readonly string[] =>
  points.flatMap(({ scene, call, kind, findings }) =>
    findings.map(({ is, text }) => `${scene} ${call}, ${kind}: ${is}: ${text}`),
  );
