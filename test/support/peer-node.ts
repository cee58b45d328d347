/** A node that recorded peers and our plugin take turns on: what a peer was recorded to do is done again, for any pod. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Args, Reply } from '../../native/simulator/call.ts';
import { type LocalSimulator, startSimulator } from '../../native/simulator/client.ts';
import { hex } from '../../native/simulator/errors.ts';
import { createTool } from '../parity/libcni.ts';
import type { Ended } from '../parity/outcome.ts';
import type { PluginStep } from '../parity/scenario.ts';
import { carryOut, type Stage } from '../parity/stage.ts';
import { type Bindings, bound, compare } from './compare.ts';
import { type LocalDrive, openLocalDrive } from './in-process.ts';
import { describe } from './node.ts';
import type { RecordedCall } from './peer-traces.ts';

/** A command of the peer with its calls. */
export type PeerStep = PluginStep & { readonly calls?: readonly RecordedCall[] };

export interface PeerNode {
  readonly simulator: LocalSimulator;
  readonly drive: LocalDrive;
  /** Makes the calls of a recorded step and answers what the peer printed. Each must end as it was recorded to. */
  readonly peer: (step: PeerStep) => Promise<unknown>;
  /** Puts files on the drive: path below `C:\` and content; null is a folder. */
  readonly put: (files: Readonly<Record<string, string | null>>) => void;
  /** Our plugin in the place of the peer. */
  readonly ours: (step: PluginStep) => Promise<Ended>;
  /** host-local's DEL: removes the files that name this holder. */
  readonly release: (containerId: string, ifname: string) => void;
  /** flannel's DEL: removes the scratch file, which must be there. */
  readonly forget: (containerId: string) => void;
  /** `<endpoint name> <address> <namespace or "-">`, sorted. */
  readonly endpoints: () => readonly string[];
  /** Resources of all namespaces together. */
  readonly members: () => readonly unknown[];
  /** Files that stand for an attachment, of host-local, of flannel and ours: paths below `C:\`. */
  readonly holdings: () => readonly string[];
}

/** Runs a test on a node with these seeds. */
export async function onPeerNode(seeds: readonly unknown[], use: (node: PeerNode) => Promise<void>): Promise<void> {
  const simulator = await startSimulator({ seeds });
  const drive = openLocalDrive(simulator);
  try {
    await use(nodeOn(simulator, drive));
  } finally {
    drive.end();
    await simulator.stop();
  }
}

function nodeOn(simulator: LocalSimulator, drive: LocalDrive): PeerNode {
  const stage: Stage = { simulator, drive, tool: createTool(), attachments: new Set(), lists: {} };
  const { hns } = simulator;
  return {
    simulator,
    drive,
    peer: (step) => replayed(simulator, step),
    put: (files) => {
      for (const [path, content] of Object.entries(files)) put(join(drive.root, path), content);
    },
    ours: async (step) => {
      const { ended } = await carryOut(stage, step);
      if (ended === undefined) throw new Error('no command was run');
      return ended;
    },
    release: (containerId, ifname) => {
      for (const path of filesOf(drive).filter(isLease)) {
        const file = join(drive.root, path);
        if (readFileSync(file, 'utf8').trim() === `${containerId}\r\n${ifname}`) rmSync(file);
      }
    },
    forget: (containerId) => {
      rmSync(join(drive.root, 'var/lib/cni/flannel', containerId));
    },
    endpoints: () => hns.dump().endpoints.map(describe).sort(),
    members: () => hns.dump().namespaces.flatMap((one) => (one as { Resources?: unknown[] }).Resources ?? []),
    holdings: () =>
      filesOf(drive)
        .filter((path) => isLease(path) || isScratch(path) || isRecord(path))
        .sort(),
  };
}

const filesOf = (drive: LocalDrive): readonly string[] =>
  Object.entries(drive.files()).flatMap(([path, content]) => (content === null ? [] : [path]));
/** An address's file: of an IPv6 address in Windows' spelling. */
const isLease = (path: string): boolean => /\/[0-9a-f]*[._][0-9a-f._]*$/.test(path);
const isScratch = (path: string): boolean => path.startsWith('var/lib/cni/flannel/');
export const isRecord = (path: string): boolean => /\/\.wincni\/(attachments|tombstones)\//.test(path);

function put(path: string, content: string | null): void {
  mkdirSync(content === null ? path : dirname(path), { recursive: true });
  if (content !== null) writeFileSync(path, content);
}

async function replayed({ dispatcher, hns }: LocalSimulator, { calls = [], stdout }: PeerStep): Promise<unknown> {
  const bindings: Bindings = { byPlaceholder: new Map() };
  for (const [index, recorded] of calls.entries()) {
    const args = argsOf(recorded, bindings);
    const reply = await dispatcher.dispatch({ process: 'peer', function: recorded.function, args });
    assert.is(hex(reply.hresult), recorded.hresult, `call ${index}, ${recorded.function}: ${reply.response ?? ''}`);
    bind(recorded, reply, bindings);
  }
  hns.processes.end('peer', 'ended');
  return JSON.parse(bound(JSON.stringify(stdout), bindings)) as unknown;
}

/** What HNS chose takes the place of its placeholders. What else differs is the business of the replay test. */
function bind({ handle, response }: RecordedCall, reply: Reply, bindings: Bindings): void {
  compare({ recorded: handle, ours: reply.handle }, 'handle', bindings);
  const ours: unknown = reply.response === undefined ? undefined : JSON.parse(reply.response);
  compare({ recorded: response, ours }, 'response', bindings);
}

/** The recorded request as the export's arguments: documents as text, placeholders as what they stand for. */
const argsOf = ({ function: call, request }: RecordedCall, bindings: Bindings): Args =>
  Object.fromEntries(
    Object.entries(request).map(([name, value]) => {
      const text = bound(typeof value === 'string' ? value : JSON.stringify(value), bindings);
      return [
        call === 'HNSCall' && name === 'request' ? 'body' : name,
        /^\{\{handle/.test(String(value)) ? Number(text) : text,
      ];
    }),
  );
