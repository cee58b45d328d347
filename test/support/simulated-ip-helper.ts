/** The port to IP Helper filled by the simulator inside this process: the same rows as behind the C entry points. */
import type { Args, Reply } from '../../native/simulator/call.ts';
import type { Dispatcher } from '../../native/simulator/dispatch.ts';
import { ipHelper } from '../../src/ip-helper/client.ts';
import { FORWARD_ROW_SIZE } from '../../src/ip-helper/forward-row.ts';
import type { IpHelper } from '../../src/ip-helper/ip-helper.ts';
import { UNSPECIFIED } from '../../src/ip-helper/sockaddr.ts';

export interface SimulatedIpCaller {
  readonly dispatcher: Pick<Dispatcher, 'dispatchNow'>;
  /** The token of the calling process. */
  readonly process: string;
}

/** Where the adapter list would be; any address but NULL. */
const ADDRESS = 0x10000;
/** Bytes in front of the rows of a table. */
const TABLE_HEAD = 8;

/** Latency is not lived through; a call that would never come back throws `Killed`. */
export function simulatedIpHelper({ dispatcher, process }: SimulatedIpCaller): IpHelper {
  const call = (name: string, args: Args): Reply => dispatcher.dispatchNow({ process, function: name, args });
  return ipHelper({
    onRow: (name, row) => {
      const { hresult, response } = call(name, { row: row.toString('hex') });
      bytesOf(response).copy(row);
      return hresult;
    },
    table: (name, family) => {
      const { hresult, response } = call(name, { family });
      return { status: hresult, rows: bytesOf(response).subarray(TABLE_HEAD) };
    },
    bestRoute: (destination) => {
      const { hresult, response } = call('GetBestRoute2', { destination: destination.toString('hex') });
      const found = bytesOf(response);
      return { status: hresult, row: found.subarray(0, FORWARD_ROW_SIZE), source: found.subarray(FORWARD_ROW_SIZE) };
    },
    adapters: () => {
      const { hresult, response } = call('GetAdaptersAddresses', { family: UNSPECIFIED, address: ADDRESS });
      return { status: hresult, bytes: bytesOf(response), address: BigInt(ADDRESS) };
    },
  });
}

const bytesOf = (response = ''): Buffer => Buffer.from(response, 'hex');
