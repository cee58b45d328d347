/** The port the C entry points connect to, on loopback: frames in, calls dispatched, frames out. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Dispatcher } from './dispatch.ts';
import { Killed } from './faults.ts';
import type { Hns } from './hns.ts';
import { createReader, dieFrame, type Message, replyFrame } from './protocol.ts';

export const LOOPBACK = '127.0.0.1';

export interface Service {
  readonly port: number;
  /** Resolves when no process is connected any more; rejects after `milliseconds`. */
  readonly settle: (milliseconds: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Connections by process; a process has ended when its last one closes. */
interface Room {
  readonly hns: Hns;
  readonly dispatcher: Dispatcher;
  readonly connections: Map<string, Set<Socket>>;
  readonly onEmpty: Set<() => void>;
}

/** Listens on `port`, or on one the system chooses when it is 0. */
export async function startService(hns: Hns, dispatcher: Dispatcher, port = 0): Promise<Service> {
  const room: Room = { hns, dispatcher, connections: new Map(), onEmpty: new Set() };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    attend(room, socket);
  });
  const bound = await listen(server, port);
  return {
    port: bound,
    settle: (milliseconds) => settle(room, milliseconds),
    stop: () => stopServer(server, sockets),
  };
}

/** Serves one connection: one thread of one process. */
function attend(room: Room, socket: Socket): void {
  const read = createReader();
  let process: string | undefined;
  const leave = (): void => {
    if (process !== undefined) depart(room, process, socket);
  };
  socket.on('close', leave);
  socket.on('error', () => socket.destroy());
  const take = (message: Message): void => {
    if (message.kind === 'hello') {
      process = message.process;
      arrive(room, message, socket);
    } else if (process !== undefined) {
      handle(room, message, { process, socket });
    }
  };
  socket.on('data', (chunk) => {
    try {
      read(chunk).forEach(take);
    } catch {
      // Not one of our entry points: whoever it is, the others must not suffer.
      socket.destroy();
    }
  });
}

function arrive(room: Room, { process, exe, pid }: Extract<Message, { kind: 'hello' }>, socket: Socket): void {
  const known = room.connections.get(process) ?? new Set();
  room.connections.set(process, known.add(socket));
  room.hns.processes.begin(process, { exe, pid });
}

function depart(room: Room, process: string, socket: Socket): void {
  const left = room.connections.get(process);
  left?.delete(socket);
  if (left === undefined || left.size > 0) return;
  room.connections.delete(process);
  room.hns.processes.end(process, 'ended');
  if (room.connections.size === 0) for (const done of room.onEmpty) done();
}

/**
 * How long a process that was told to die may take. Wine now and then keeps a connection of one that is gone, which was made
 * while it died.
 */
const DEATH_MS = 1000;

function handle(
  room: Room,
  message: Exclude<Message, { kind: 'hello' }>,
  { process, socket }: { readonly process: string; readonly socket: Socket },
): void {
  const { hns, dispatcher } = room;
  if (message.kind === 'freed') {
    hns.processes.freed(process, message.strings);
    return;
  }
  dispatcher.dispatch({ process, function: message.function, args: message.args }).then(
    ({ error, ...reply }) => {
      const told = error === undefined || !message.wantsError ? reply : { ...reply, error };
      hns.processes.allocated(
        process,
        [told.response, 'error' in told ? told.error : undefined].filter(isGiven).length,
      );
      socket.write(replyFrame(told));
    },
    (failure: unknown) => {
      if (failure instanceof Killed) {
        socket.write(dieFrame());
        setTimeout(() => {
          for (const each of room.connections.get(process) ?? []) each.destroy();
        }, DEATH_MS).unref();
      }
      // A fault of the simulator itself: the caller sees the connection break, the tests see why.
      else socket.destroy(failure instanceof Error ? failure : undefined);
    },
  );
}

const isGiven = (text: string | undefined): boolean => text !== undefined;

/**
 * A process may have ended while a connection of it still waits to be accepted, or to be read for the first time: each takes
 * a turn of the event loop.
 */
async function settle(room: Room, milliseconds: number): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  await emptied(room, milliseconds);
}

function emptied({ connections, onEmpty }: Room, milliseconds: number): Promise<void> {
  if (connections.size === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      onEmpty.delete(done);
      resolve();
    };
    const timer = setTimeout(() => {
      onEmpty.delete(done);
      reject(new Error(`${connections.size} processes are still connected after ${milliseconds} ms`));
    }, milliseconds);
    onEmpty.add(done);
  });
}

/** The port that the server listens on, on loopback. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
    });
  });
}

/** Closes the server and every connection to it. */
export function stopServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    for (const socket of sockets) socket.destroy();
  });
}
