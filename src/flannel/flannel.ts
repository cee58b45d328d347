/** flannel's verbs: each makes the delegate's configuration and hands the command on; what is kept meanwhile is the scratch file. */
import type { Files } from '../disk/files.ts';
import { validAttachments } from '../spec/attachments.ts';
import type { ConfiguredCommand, DelTarget } from '../spec/command.ts';
import { type Json, member, text } from '../spec/decode.ts';
import { CniError, Code } from '../spec/error.ts';
import { sandboxIn } from '../spec/netns.ts';
import {
  decodeFlannel,
  decodeFlannelForTeardown,
  type FlannelConfig,
  isPlugin,
  type Places,
  refuseMisplaced,
} from './config.ts';
import { bareConfig, delegateConfig, type Making, scratchOf, withRuntime } from './delegate-config.ts';
import { type Scratch, scratchIn } from './scratch.ts';
import { parseSubnetEnv, type SubnetEnv } from './subnet-env.ts';

export interface FlannelPorts extends Places {
  readonly files: Files;
  /** Runs the command with another configuration, by the plugin that its `type` names. */
  readonly run: (type: string, config: Json) => Promise<void>;
}

export async function flannel(command: ConfiguredCommand, ports: FlannelPorts): Promise<void> {
  const isTeardown = command.verb === 'DEL' || command.verb === 'GC';
  const config = (isTeardown ? decodeFlannelForTeardown : decodeFlannel)(command.config, ports);
  const making: Making = { config: command.config, flannel: config };
  const scratch = scratchIn(ports.files, config.dataDir);
  const fromDaemon = (): Json => {
    refuseMisplaced(command.config);
    return delegateConfig(making, daemonSays(ports.files, config) ?? notYet(config, command));
  };
  switch (command.verb) {
    case 'ADD':
      return add(ports, { scratch, sandboxId: sandboxOf(command.target), conf: fromDaemon() });
    case 'CHECK':
      return run(ports, keptFor(scratch, command).conf ?? fromDaemon());
    case 'DEL': {
      const { conf, isOfAnother } = keptFor(scratch, command);
      await run(ports, conf ?? forTeardown(making, ports.files));
      if (isOwn(command.target) && !isOfAnother) scratch.remove(sandboxOf(command.target));
      return;
    }
    case 'STATUS':
      return run(ports, fromDaemon());
    case 'GC':
      await run(ports, forTeardown(making, ports.files));
      forgetOthers(scratch, command.config);
      return;
    default:
      return command satisfies never;
  }
}

const run = ({ run: delegate }: FlannelPorts, conf: Json): Promise<void> =>
  delegate(text(conf['type'], 'delegate.type'), conf);

interface Adding {
  readonly scratch: Scratch;
  readonly sandboxId: string;
  readonly conf: Json;
}

/** Kept before the delegate runs, so that flannel's own plugin can undo a killed ADD too. A file that is there is of a living sandbox. */
async function add(ports: FlannelPorts, { scratch, sandboxId, conf }: Adding): Promise<void> {
  const isNew = scratch.keep(sandboxId, scratchOf(conf));
  try {
    await run(ports, conf);
  } catch (failure) {
    if (isNew) scratch.remove(sandboxId);
    throw failure;
  }
}

const sandboxOf = ({ netns, containerId }: DelTarget): string => sandboxIn(netns ?? '') ?? containerId;

/** Whether the sandbox is the container itself: one that shares another's leaves that one's file alone. */
const isOwn = (target: DelTarget): boolean => sandboxOf(target) === target.containerId;

interface Kept {
  /** What ADD kept, with what the runtime says now. */
  readonly conf: Json | undefined;
  /** The file is named after the sandbox alone: on a node with two flannel networks it may be of the other one. */
  readonly isOfAnother: boolean;
}

/** Whoever wrote the file, a path as `type` starts nothing. */
function keptFor(scratch: Scratch, { target, config }: { readonly target: DelTarget; readonly config: Json }): Kept {
  const conf = scratch.read(sandboxOf(target));
  const isOfAnother = conf !== undefined && conf['name'] !== member(config, 'name');
  const isUsable = conf !== undefined && !isOfAnother && isPlugin(conf['type']);
  return { conf: isUsable ? withRuntime(conf, config) : undefined, isOfAnother };
}

/** What flanneld left, when that can be read: a pod is taken down without it too. */
function forTeardown(making: Making, files: Files): Json {
  try {
    const env = daemonSays(files, making.flannel);
    return env === undefined ? bareConfig(making) : delegateConfig(making, env);
  } catch {
    return bareConfig(making);
  }
}

function daemonSays(files: Files, { subnetFile }: FlannelConfig): SubnetEnv | undefined {
  const content = files.readText(subnetFile);
  return content === undefined ? undefined : parseSubnetEnv(content, subnetFile);
}

function notYet({ subnetFile }: FlannelConfig, { verb }: ConfiguredCommand): never {
  throw new CniError(
    verb === 'STATUS' ? Code.NotAvailable : Code.TryAgainLater,
    `Cannot read "${subnetFile}": there is no such file yet, expected flanneld to write it`,
    { details: 'JSON path subnetFile; look at flanneld on this node' },
  );
}

/** With the runtime's list, files of sandboxes outside it are of nobody. */
function forgetOthers(scratch: Scratch, config: Json): void {
  const ids = validAttachments(config)?.map(({ containerId }) => containerId);
  if (ids === undefined) return;
  const name = text(member(config, 'name'), 'name');
  for (const sandboxId of scratch.sandboxesOf(name)) if (!ids.includes(sandboxId)) scratch.remove(sandboxId);
}
