/** The adapter after HNS has moved its settings: waited for, compared with what was noted before, what Windows lost put back. */
import type { Adapter } from '../ip-helper/ip-helper.ts';
import { formatCidr } from '../net/cidr.ts';
import { CniError, Code } from '../spec/error.ts';
import { holderOf } from './adapter-choice.ts';
import { isNothing, type Losses, lossesOf, type Snapshot, snapshotOf } from './host-snapshot.ts';
import type { Work } from './node-work.ts';

/** Notes on disk what the adapter of a NIC has, for as long as HNS may change it. */
export function noteHost({ ports, record }: Work, nic: string): void {
  const adapter = holderOf(ports.ipHelper.adapters(), nic);
  if (adapter === undefined) return;
  record.add({ nic, since: new Date(ports.clock.now()).toISOString(), ...settingsOf(ports, adapter) });
}

const settingsOf = ({ ipHelper }: Work['ports'], adapter: Adapter): Losses =>
  snapshotOf(adapter, [...ipHelper.routes(4), ...ipHelper.routes(6)]);

/** How long settings may come by themselves once the link is up. */
const ARRIVAL_MS = 5000;

/** Puts back what is noted and lost; tells what cannot be put back. Throws code 11 when the link does not come up. */
export async function settleHost(work: Work, snapshot: Snapshot): Promise<void> {
  const { nic } = snapshot;
  const adapter = await work.poll(() => linkedHolder(work, nic));
  if (adapter === undefined) throw linkDown(nic);
  await work.poll(() => (isNothing(lost(work, snapshot).losses) ? true : undefined), ARRIVAL_MS);
  await putBack(work, snapshot);
  const left = lost(work, snapshot);
  tell(work, snapshot, left);
  if (isNothing(left.losses)) work.record.settle(nic);
}

const linkedHolder = ({ ports }: Work, nic: string): Adapter | undefined => {
  const holder = holderOf(ports.ipHelper.adapters(), nic);
  return holder?.up === true ? holder : undefined;
};

interface Left {
  readonly adapter: Adapter;
  readonly losses: Losses;
}

function lost({ ports }: Work, snapshot: Snapshot): Left {
  const adapter = holderOf(ports.ipHelper.adapters(), snapshot.nic);
  if (adapter === undefined) throw linkDown(snapshot.nic);
  return { adapter, losses: lossesOf(snapshot, settingsOf(ports, adapter)) };
}

/** Addresses first, for a next hop has to be on link. What DHCP gave is DHCP's to give again. */
async function putBack(work: Work, snapshot: Snapshot): Promise<void> {
  const { ipHelper } = work.ports;
  const { adapter, losses } = lost(work, snapshot);
  const { luid, alias } = adapter;
  for (const { cidr } of losses.addresses.filter(({ manual }) => manual)) {
    const step = {
      what: `address ${formatCidr(cidr)}`,
      done: 'put back',
      more: ` on "${alias}", until the next restart`,
    };
    await work.step(step, () => ipHelper.createAddress({ luid, cidr }));
  }
  // Windows may have brought some along with the addresses.
  for (const route of lost(work, snapshot).losses.routes) {
    const what = `route ${formatCidr(route.destination)} by ${route.nextHop.text}`;
    const step = { what, done: 'put back', more: ` on "${alias}", until the next restart` };
    await work.step(step, () => ipHelper.createRoute({ luid, ...route }));
  }
}

function tell({ note, lack, record }: Work, snapshot: Snapshot, left: Left): void {
  const { nic } = snapshot;
  if (isNothing(left.losses)) {
    note(`adapter "${left.adapter.alias}": has all the settings that "${nic}" had`);
    return;
  }
  for (const { what, by } of remedies(snapshot, left)) lack(`Windows lost ${what} of "${nic}"; restore with: ${by}`);
  lack(`The next run looks again; if it is meant to be so, remove "${record.path}"`);
}

interface Remedy {
  readonly what: string;
  /** A command. */
  readonly by: string;
}

function remedies({ dnsServers }: Snapshot, { adapter, losses }: Left): readonly Remedy[] {
  const alias = `-InterfaceAlias ${quoted(adapter.alias)}`;
  const servers = (ips: Losses['dnsServers']): string => ips.map(({ text }) => text).join(',');
  return [
    ...losses.addresses.map(({ cidr, manual }) => ({
      what: `the address ${formatCidr(cidr)}`,
      by: manual
        ? `New-NetIPAddress ${alias} -IPAddress ${cidr.ip.text} -PrefixLength ${cidr.prefix}`
        : `ipconfig /renew "${adapter.alias}"`,
    })),
    ...losses.routes.map(({ destination, nextHop }) => ({
      what: `the route to ${formatCidr(destination)} by ${nextHop.text}`,
      by: `New-NetRoute ${alias} -DestinationPrefix ${formatCidr(destination)} -NextHop ${nextHop.text}`,
    })),
    ...(losses.dnsServers.length === 0
      ? []
      : [
          {
            what: `the DNS servers ${servers(losses.dnsServers)}`,
            by: `Set-DnsClientServerAddress ${alias} -ServerAddresses ${servers(dnsServers)}`,
          },
        ]),
    ...(losses.dnsSuffix === ''
      ? []
      : [
          {
            what: `the DNS suffix "${losses.dnsSuffix}"`,
            by: `Set-DnsClient ${alias} -ConnectionSpecificSuffix ${quoted(losses.dnsSuffix)}`,
          },
        ]),
  ];
}

/** As PowerShell reads it. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const linkDown = (nic: string): CniError =>
  new CniError(Code.TryAgainLater, `Cannot go on with the adapter "${nic}": its link is down, expected it up by now`, {
    details: 'its addresses and routes are noted, and put back by the next run',
  });
