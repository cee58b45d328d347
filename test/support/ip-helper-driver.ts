/** A program for tests of IP Helper on Windows: what the probe makes of rows, and what the machine's tables are; JSON in and out. */
import { readFileSync } from 'node:fs';
import { encodeAdapters } from '../../native/simulator/host-adapter-list.ts';
import { addressOf, bind } from '../../src/ffi/library.ts';
import { windowsSystem } from '../../src/ffi/system.ts';
import { ipHelper } from '../../src/ip-helper/client.ts';
import { iphlpapi } from '../../src/ip-helper/entry-points.ts';
import { formatCidr } from '../../src/net/cidr.ts';
import { type Asked, Kind, type Told } from '../ip-helper/asked.ts';
import { SAMPLE } from '../ip-helper/sample.ts';

const PROBE = {
  probe_size: ['uint32', ['uint32']],
  probe_fill: ['void', ['uint32', 'pointer', 'uint32']],
  probe_say: ['void', ['uint32', 'pointer', 'pointer', 'uint32']],
} as const;

function answer({ probe, fill, say }: Asked): Told {
  const calls = bind(probe, PROBE).sync;
  const told = (kind: number, row: Buffer): string => {
    const text = Buffer.alloc(64 * 1024);
    calls.probe_say(kind, row, text, text.length);
    return text.toString('utf8', 0, text.indexOf(0));
  };
  const filled = (kind: number, number: number): Told['filled'][number] => {
    const row = Buffer.alloc(calls.probe_size(kind));
    calls.probe_fill(kind, row, number);
    return { hex: row.toString('hex'), said: told(kind, row) };
  };
  return {
    sizes: Object.values(Kind).map((kind) => calls.probe_size(kind)),
    filled: fill.map(([kind, number]) => filled(kind, number)),
    said: say.map(([kind, hex]) => told(kind, Buffer.from(hex, 'hex'))),
    sample: told(Kind.adapters, sampleInPlace()),
    ...machine(),
  };
}

/** The pointers of the list have to be those of the buffer that it is in. */
function sampleInPlace(): Buffer {
  const buffer = Buffer.alloc(encodeAdapters(SAMPLE, 0n).length);
  encodeAdapters(SAMPLE, addressOf(buffer)).copy(buffer);
  return buffer;
}

/** What the real iphlpapi.dll tells of this machine; Wine's has no GetBestRoute2. */
function machine(): Pick<Told, 'routes' | 'adapters' | 'addresses'> {
  const helper = ipHelper(iphlpapi(windowsSystem()));
  const routes = [...helper.routes(4), ...helper.routes(6)];
  return {
    routes: routes.map(({ destination, nextHop, metric, index }) => [
      `${formatCidr(destination)} ${nextHop.text} ${metric}`,
      index,
    ]),
    adapters: helper.adapters().map(({ index, mac, addresses }) => ({
      index: index[4],
      mac: mac?.digits ?? '',
      addresses: addresses.map(({ cidr }) => formatCidr(cidr)),
    })),
    addresses: [...helper.addresses(4), ...helper.addresses(6)].map(({ cidr }) => formatCidr(cidr)),
  };
}

process.stdout.write(`${JSON.stringify(answer(JSON.parse(readFileSync(0, 'utf8')) as Asked))}\n`);
