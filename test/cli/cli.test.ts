/** The command line: which arguments are which command, what is said of wrong ones, and the exit status. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runCli } from '../../src/cli/cli.ts';
import { type CliCommand, type Exit, type Shell, UsageError, type Values } from '../../src/cli/shell.ts';

interface Ran {
  readonly exit: Exit;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], commands?: readonly CliCommand[]): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const shell: Shell = {
    version: '1.2.3',
    windows: false,
    defaults: { dataDir: '/var/lib/cni/networks', logFile: '/var/log/wincni/wincni.log' },
    stdin: () => Buffer.from(''),
    system: () => {
      throw new Error('nothing of Windows is here');
    },
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  };
  const exit = await (commands === undefined ? runCli(args, shell) : runCli(args, shell, commands));
  return { exit, out: out.join('\n'), err: err.join('\n') };
}

const cli = suite('runCli()');

cli('--version prints the version', async () => {
  assert.equal(await run(['--version']), { exit: 0, out: 'wincni 1.2.3', err: '' });
});
cli('--help names every command, and a command its options', async () => {
  const general = await run(['--help']);
  assert.equal([general.exit, general.err], [0, '']);
  for (const text of ['wincni install --bin-dir DIR', 'wincni uninstall --bin-dir DIR', '--version', '--help']) {
    assert.ok(general.out.includes(text), text);
  }
  const install = await run(['install', '--help']);
  assert.equal([install.exit, install.err], [0, '']);
  for (const text of ['--as NAME,...', 'win-bridge, win-overlay, flannel', '--dry-run', '--no-acl']) {
    assert.ok(install.out.includes(text), text);
  }
});

const WRONG: readonly (readonly [what: string, args: readonly string[], message: string])[] = [
  ['another command', ['instal'], 'wincni: "instal" is no command'],
  ['an option before the command', ['--bin-dir', 'x', 'install'], 'wincni: "--bin-dir x install" is no command'],
  ['more than --version', ['--version', 'x'], 'wincni: "--version x" is no command'],
  ['a missing option', ['install'], 'wincni install: --bin-dir is missing, expected DIR'],
  ['an empty option', ['install', '--bin-dir='], 'wincni install: --bin-dir is empty, expected DIR'],
  [
    'an option without its value',
    ['install', '--bin-dir'],
    "wincni install: Option '--bin-dir <value>' argument missing",
  ],
  [
    'a value where there is none',
    ['install', '--bin-dir=x', '--dry-run=yes'],
    "wincni install: Option '--dry-run' does not take an argument",
  ],
  ['an unknown option', ['uninstall', '--bin-dir=x', '--dry-run'], "wincni uninstall: Unknown option '--dry-run'"],
  ['a word too many', ['uninstall', '--bin-dir=x', 'y'], "wincni uninstall: Unexpected argument 'y'"],
  [
    'an unknown name',
    ['install', '--bin-dir=x', '--as=nat,calico'],
    'wincni install: --as: "calico" is no name of a plugin, expected some of wincni, win-bridge,',
  ],
  ['an empty name', ['install', '--bin-dir=x', '--as=nat,'], 'wincni install: --as: "" is no name of a plugin'],
];
for (const [what, args, message] of WRONG) {
  cli(`${what} is exit 2, with what was wrong first and the help below, all on stderr`, async () => {
    const { exit, out, err } = await run(args);
    assert.equal([exit, out], [2, '']);
    assert.is(err.slice(0, message.length), message);
    assert.match(err, /\n\n(?:usage: wincni \w+ --bin-dir DIR|wincni is a CNI plugin)/);
  });
}

cli('what is run from the sources is not installed', async () => {
  const { exit, out, err } = await run(['install', '--bin-dir', '/nonexistent/bin']);
  assert.equal([exit, out], [1, '']);
  assert.match(
    err,
    /^Cannot install ".*node.*": it is Node with the bundle, expected the executable that the build makes$/,
  );
});

cli('a command of two words gets its options; its failures are its own', async () => {
  const seen: Values[] = [];
  const command = (name: string, answer: () => Exit): CliCommand => ({
    name,
    help: 'does it',
    options: { network: { type: 'string', value: 'NAME', help: 'which' }, force: { type: 'boolean', help: 'now' } },
    run: (values) => {
      seen.push(values);
      return answer();
    },
  });
  const refuse = (): Exit => {
    throw new UsageError('--network and --force exclude each other');
  };
  const commands = [command('node up', () => 1), command('node down', refuse)];
  assert.is((await run(['node', 'up', '--network=cbr0', '--force'], commands)).exit, 1);
  assert.equal({ ...seen[0] }, { network: 'cbr0', force: true });
  const down = await run(['node', 'down'], commands);
  assert.is(down.exit, 2);
  assert.match(
    down.err,
    /^wincni node down: --network and --force exclude each other\n\nusage: wincni node down \[--network NAME\] \[--force\]\n/,
  );
  assert.is((await run(['node'], commands)).exit, 2);
});
cli.run();
