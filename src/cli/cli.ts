/** The command line: which command is meant, with which options, its help, and its exit status. Loaded only when it is used. */
import { parseArgs } from 'node:util';
import { COMMANDS } from './commands.ts';
import { generalHelp, helpOf } from './help.ts';
import { type CliCommand, type Exit, type Shell, UsageError, type Values } from './shell.ts';

/** Runs what the arguments ask for. */
export async function runCli(
  args: readonly string[],
  shell: Shell,
  commands: readonly CliCommand[] = COMMANDS,
): Promise<Exit> {
  const [only] = args.length === 1 ? args : [];
  if (only === '--version') {
    shell.print(`wincni ${shell.version}`);
    return 0;
  }
  if (only === '--help') {
    shell.print(generalHelp(commands));
    return 0;
  }
  const command = commands.find(({ name }) => isSame(name.split(' '), args));
  if (command === undefined) {
    shell.complain(`wincni: "${args.join(' ')}" is no command\n\n${generalHelp(commands)}`);
    return 2;
  }
  return runCommand(command, args.slice(command.name.split(' ').length), shell);
}

/** Whether the words of a command are the first of the arguments. */
const isSame = (words: readonly string[], args: readonly string[]): boolean =>
  words.every((word, index) => word === args[index]);

async function runCommand(command: CliCommand, args: readonly string[], shell: Shell): Promise<Exit> {
  if (args.includes('--help')) {
    shell.print(helpOf(command));
    return 0;
  }
  try {
    return await command.run(read(command, args), shell);
  } catch (failure) {
    if (!(failure instanceof UsageError)) throw failure;
    shell.complain(`wincni ${command.name}: ${failure.message}\n\n${helpOf(command)}`);
    return 2;
  }
}

function read({ options }: CliCommand, args: readonly string[]): Values {
  const values = parse(options, args);
  for (const [name, { required, value = '' }] of Object.entries(options)) {
    if (values[name] === '') throw new UsageError(`--${name} is empty, expected ${value}`);
    if (required === true && values[name] === undefined)
      throw new UsageError(`--${name} is missing, expected ${value}`);
  }
  return values;
}

function parse(options: CliCommand['options'], args: readonly string[]): Values {
  const types = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]));
  try {
    return parseArgs({ args: [...args], options: types, strict: true, allowPositionals: false }).values;
  } catch (failure) {
    // Node explains at length how to pass something that looks like an option; its first sentence says what is wrong.
    const [sentence = ''] = (failure as Error).message.split(/\.\s/);
    throw new UsageError(sentence);
  }
}
