/** docs/parity.md, generated: what is compared, the rules, and the differences by reason. */
import { fileURLToPath } from 'node:url';
import type { Entry } from './judge.ts';
import { KINDS, REASONS } from './reasons.ts';
import { RULES } from './rules.ts';
import { SCENARIOS } from './scenario.ts';

export const DOCUMENT = fileURLToPath(new URL('../../docs/parity.md', import.meta.url));

const HEAD = `# Parity

wincni.exe takes the place of win-bridge, win-overlay, host-local, nat, sdnbridge and sdnoverlay. What those and static do was recorded, in
${SCENARIOS} scenarios, on an HNS simulator: \`test/fixtures/peer-traces\`. \`npm run parity\` plays every scenario again with wincni in
the peer's place, on the simulator of this project, and compares the node after every step. This page is generated from
\`test/parity\` by \`npm run parity -- --docs\`.

## What is compared

After each command of a scenario, and after each change to the service between two commands:

- the document of each endpoint, all fields; the members of each namespace; the networks; the endpoints of compute systems;
- the files on drive C:, that is the leases, byte for byte;
- the exit code, and stdout as JSON. stderr is not compared.

Each scenario begins with the recorded seeds, an empty drive, and the executable under the names of all peers. Faults are injected
where they were injected into the peer: where wincni makes other calls, the difference stands below. Where a peer
starts host-local or static as a process, wincni does their work in its own.

Steps of cnitool: under Wine, cnitool.exe v1.3.0 is run. On Linux the executable is started with what libcni would give it: \`name\` and
\`cniVersion\` of the list, \`runtimeConfig\` with the capabilities that the plugin declares, the result of ADD as \`prevResult\` of CHECK and
DEL (from version 0.4.0), no container for STATUS and GC (from 1.1.0), and, before GC, a DEL of what is remembered. The
namespace stays the path that cnitool makes of it. Of the answer, cnitool prints the result of ADD, and nothing of an error.

On Linux, drive C: is a temporary folder, paths in the configuration and \`CNI_PATH\` lead into it, and the default folders follow the
variable \`HNS_SIMULATOR_ROOT\`, which only the Linux build reads.

## Rules for all scenarios
`;

const LIST = `
## Differences

Anything else that differs stands in a reviewed list, \`test/parity/explained\`: with its scenario, step and path, both values and the
reason. An entry holds for this one difference. A difference without an entry is an error, and so is an entry that does not occur any more.

\`npm run parity [-- --plugin PATH] [--wine] [--only GLOB] [--json FILE] [--write-unexplained FILE]\` prints a row for each scenario and
the line \`parity: n scenarios, m same, k explained, 0 unexplained\`; the exit code is 1 when something is unexplained.
\`--write-unexplained\` writes what is missing from the list in the list's form, with empty reasons, which are errors until somebody
has looked at them. \`npm test\` makes the same comparison, one test a scenario, on Linux and under Wine.
`;

/** The whole text. */
export function documentOf(list: readonly Entry[]): string {
  const rules = RULES.map(({ name, text }) => `- **${name}**: ${text}`);
  const parts = Object.entries(KINDS).flatMap(([kind, title]) => {
    const rows = Object.keys(REASONS).filter((reason) => reason.startsWith(`${kind}.`));
    return rows.length === 0 ? [] : ['', `### ${title}`, '', ...TABLE, ...rows.map((reason) => rowOf(reason, list))];
  });
  return `${HEAD}\n${rules.join('\n')}\n${LIST}${parts.join('\n')}\n`;
}

const TABLE = ['| What differs, and why | Differences | Scenarios |', '| --- | --- | --- |'];

function rowOf(reason: string, list: readonly Entry[]): string {
  const entries = list.filter((entry) => entry.reason === reason);
  const names = [...new Set(entries.map(({ scenario }) => scenario))].sort();
  return `| ${REASONS[reason] ?? ''} | ${entries.length} | ${names.join(', ')} |`;
}
