/**
 * `npm run bench -- NAME`: one benchmark, its table on stdout. Options: --quick (small and few), --rounds N (30), --write (the
 * section and plot of docs/performance.md), --out FOLDER (instead of docs); of `peers` --peers FOLDER (their executables),
 * --only TEXT (those whose name has it) and --pods N (100); of `startup` --trace (what each verb touches, no times).
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { machineLine } from './machine-line.ts';
import { type BenchOptions, bodyOf, type Report, writeReport } from './report.ts';

/** What each verb may touch; `--trace --write` puts there what it does touch. */
const TRACE = 'test/fixtures/startup-trace.txt';

/** Loaded when asked for. */
const BENCHES: Readonly<Record<string, () => Promise<(options: BenchOptions) => Promise<Report>>>> = {
  ipam: async () => (await import('./ipam.ts')).ipam,
  routes: async () => (await import('./routes.ts')).routes,
  peers: async () => (await import('./peers.ts')).peers,
  startup: async () => (await import('./startup.ts')).startup,
};

const ROUNDS = 30;
const QUICK_ROUNDS = 3;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      write: { type: 'boolean', default: false },
      out: { type: 'string' },
      peers: { type: 'string' },
      only: { type: 'string' },
      pods: { type: 'string' },
      trace: { type: 'boolean', default: false },
    },
  });
  const [name = ''] = positionals;
  const bench = BENCHES[name];
  if (bench === undefined || positionals.length > 1) {
    throw new Error(`Cannot run "${positionals.join(' ')}", expected one of ${Object.keys(BENCHES).join(', ')}`);
  }
  if (name === 'startup' && values.trace) {
    const { traceOfStarts } = await import('./startup-trace.ts');
    const text = await traceOfStarts();
    console.log(text);
    if (values.write) writeFileSync(TRACE, text);
    return;
  }
  const rounds = roundsOf(values);
  const context = {
    name,
    command: ['npm run bench --', ...args].join(' '),
    machine: machineLine(tmpdir()),
    date: new Date(),
  };
  const say = (line: string): void => {
    console.error(line);
  };
  const report = await (await bench())({
    ...values,
    rounds,
    pods: values.pods === undefined ? undefined : numberOf('pods', values.pods),
    say,
  });
  console.log(`${report.title}\n\n${bodyOf(report, context)}`);
  if (values.write) for (const path of await writeReport(report, context, values.out ?? 'docs')) say(`wrote ${path}`);
}

interface Wanted {
  readonly quick: boolean;
  readonly rounds?: string | undefined;
  readonly write: boolean;
  readonly out?: string | undefined;
}

/** @throws Error for no number, and for a run that is too short to stand in the documents. */
function roundsOf({ quick, rounds: stated, write, out }: Wanted): number {
  const rounds = numberOf('rounds', stated ?? String(quick ? QUICK_ROUNDS : ROUNDS));
  if (write && out === undefined && (quick || rounds < ROUNDS)) {
    throw new Error(`Cannot write so short a run into docs, expected ${ROUNDS} rounds in full, or --out FOLDER`);
  }
  return rounds;
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`Cannot use --${option}, expected a number from 1`);
  return number;
}

main(process.argv.slice(2)).catch((failure: unknown) => {
  console.error(failure instanceof Error ? failure.message : failure);
  process.exitCode = 1;
});
