/** The command line of people, on this machine. */
import { runCli } from './cli/cli.ts';
import { end, loadMachine, readStdin, writeStderr, writeStdout } from './edge.ts';

export async function byHand(args: readonly string[], version: string): Promise<void> {
  const { platform, system } = await loadMachine();
  const lines =
    (write: (text: string) => void) =>
    (line: string): void => {
      write(`${line}\n`);
    };
  const [print, complain] = [lines(writeStdout), lines(writeStderr)];
  const windows = process.platform === 'win32';
  const shell = { version, windows, defaults: platform.defaults, stdin: readStdin, system, print, complain };
  end(await runCli(args, shell));
}
