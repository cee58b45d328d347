/** A command for host-local: the same as for every plugin, but that the namespace is the caller's business. */
import { type Command, type Environment, readCommand } from '../spec/command.ts';

/** Any namespace: an IPAM plugin is called for every kind of them, and asks only that there is one. */
const ANY = '00000000-0000-0000-0000-000000000000';

/** Reads one command; `stdin` is asked for once at most. Throws codes 1, 4, 6 and 7, as for the network plugins. */
export function readHostLocalCommand(env: Environment, stdin: () => Uint8Array): Command {
  const hasNetns = (env['CNI_NETNS'] ?? '') !== '';
  return readCommand(hasNetns ? { ...env, CNI_NETNS: ANY } : env, stdin);
}
