/** The commands of the command line, a row each. */
import { CniError } from '../spec/error.ts';
import { PLUGIN_NAMES } from '../spec/plugin-names.ts';
import { install } from './install.ts';
import { type Machine, thisMachine } from './machine.ts';
import { INSTALL_NAMES, type InstallName } from './names.ts';
import { NODE_DOWN, NODE_UP } from './node-network.ts';
import { complainOf } from './report.ts';
import { ROUTES_SYNC } from './routes-sync.ts';
import { type CliCommand, type CliOption, type Exit, type Shell, UsageError, type Values } from './shell.ts';
import { uninstall } from './uninstall.ts';

const BIN_DIR: CliOption = {
  type: 'string',
  value: 'DIR',
  required: true,
  help: "the folder of the runtime's CNI plugins; install makes it when it is not there",
};

export const COMMANDS: readonly CliCommand[] = [
  {
    name: 'install',
    help: 'puts this executable into a CNI bin folder, under the names of the plugins it replaces',
    options: {
      'bin-dir': BIN_DIR,
      as: {
        type: 'string',
        value: 'NAME,...',
        help: `which names beside wincni: ${PLUGIN_NAMES.join(', ')} (default: those of the last time, at first all)`,
      },
      'dry-run': { type: 'boolean', help: 'says what it would do, and does nothing' },
      'no-acl': { type: 'boolean', help: 'leaves the rights of the folders alone' },
    },
    run: (values, shell) => {
      const options = {
        binDir: String(values['bin-dir']),
        names: namesIn(values),
        dryRun: values['dry-run'] === true,
        acl: values['no-acl'] !== true,
      };
      return on(shell, (machine) => install(options, machine));
    },
  },
  {
    name: 'uninstall',
    help: 'removes what install made there, and puts back what was there before',
    options: { 'bin-dir': BIN_DIR },
    run: (values, shell) => on(shell, (machine) => uninstall({ binDir: String(values['bin-dir']) }, machine)),
  },
  NODE_UP,
  NODE_DOWN,
  ROUTES_SYNC,
];

/** A failure that the command did not tell of itself. */
function on(shell: Shell, run: (machine: Machine) => Exit): Exit {
  try {
    return run(thisMachine(shell));
  } catch (failure) {
    complainOf(CniError.from(failure), shell);
    return 1;
  }
}

function namesIn({ as }: Values): readonly InstallName[] | undefined {
  if (typeof as !== 'string') return undefined;
  return as.split(',').map((given) => {
    const found = INSTALL_NAMES.find((name) => name === given.trim());
    if (found !== undefined) return found;
    throw new UsageError(`--as: "${given}" is no name of a plugin, expected some of ${INSTALL_NAMES.join(', ')}`);
  });
}
