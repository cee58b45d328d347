/** The help texts, made from the table of commands. */
import type { CliCommand } from './shell.ts';

export function generalHelp(commands: readonly CliCommand[]): string {
  return [
    'wincni is a CNI plugin: a container runtime starts it, with CNI_COMMAND in the environment. By hand:',
    '',
    ...columns([
      ...commands.map((command) => [synopsis(command), command.help] as const),
      ['wincni --version', 'prints the version'],
      ['wincni --help', 'prints this; "wincni <command> --help" prints the options of a command'],
    ]),
  ].join('\n');
}

export function helpOf(command: CliCommand): string {
  const rows = Object.entries(command.options).map(([name, option]) => [spelled(name, option), option.help] as const);
  return [`usage: ${synopsis(command)}`, command.help, '', ...columns(rows)].join('\n');
}

function synopsis({ name, options }: CliCommand): string {
  const words = Object.entries(options).map(([option, given]) =>
    given.required === true ? spelled(option, given) : `[${spelled(option, given)}]`,
  );
  return ['wincni', name, ...words].join(' ');
}

const spelled = (name: string, { value }: { readonly value?: string }): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`;

/** Long lines get their text below. */
function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = 24;
  return rows.map(([left, right]) =>
    left.length < width ? `  ${left.padEnd(width)}${right}` : `  ${left}\n  ${' '.repeat(width)}${right}`,
  );
}
