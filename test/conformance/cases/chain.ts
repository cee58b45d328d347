/** Stories about ADD after another plugin of a chain. */
import type { Case } from '../case.ts';
import { claim, same } from '../claim.ts';
import { type Json, objects, textAt, texts } from '../json.ts';
import type { Lab } from '../lab.ts';
import type { View } from '../result.ts';
import { added } from '../steps.ts';
import { WITH_INTERFACES } from '../versions.ts';

/** What a plugin earlier in the chain answered. */
function earlier(version: string): Json {
  const family = version.startsWith('1.') ? {} : { version: '4' };
  const mtu = version === '1.1.0' ? { mtu: 1450 } : {};
  return {
    cniVersion: version,
    interfaces: [
      { name: 'probe-host', mac: '02:00:00:00:00:01', ...mtu },
      { name: 'probe0', mac: '02:00:00:00:00:02', sandbox: 'somewhere', ...mtu },
    ],
    ips: [{ ...family, address: '192.0.2.7/25', gateway: '192.0.2.1', interface: 1 }],
    routes: [{ dst: '198.51.100.0/24', gw: '192.0.2.1', ...(version === '1.1.0' ? { priority: 5 } : {}) }],
    dns: { nameservers: ['192.0.2.53'], domain: 'probe.test', search: ['probe.test'], options: ['ndots:5'] },
  };
}

const chained = (lab: Lab): Promise<View> => added(lab, lab.pod(1), lab.conf({ prevResult: earlier(lab.version) }));

export const CHAIN_CASES: readonly Case[] = [
  {
    points: ['P21'],
    title: 'prevResult is passed on, with the own interface added',
    versions: WITH_INTERFACES,
    run: async (lab) => {
      const { interfaces, ips, routes, dns } = await chained(lab);
      const names = interfaces.map((one) => textAt(one, 'name'));
      for (const name of ['probe-host', 'probe0', 'eth0'])
        claim(names.includes(name), `"${name}" is not in "${names.join('", "')}"`);
      const nameAt = (address: string): string =>
        names[ips.find((ip) => ip.address === address)?.interface ?? -1] ?? 'none';
      same(nameAt('192.0.2.7/25'), 'probe0', 'interface of the address from prevResult');
      const own = lab.endpoints()[0]?.addresses[0] ?? '';
      same(nameAt(`${own}/24`), 'eth0', 'interface of the own address');
      claim(
        routes.some(({ dst }) => dst === '198.51.100.0/24'),
        'the route from prevResult is gone',
      );
      claim(texts(dns['nameservers']).includes('192.0.2.53'), 'the name server from prevResult is gone');
    },
  },
  {
    points: ['P22'],
    title: 'entries of prevResult that are not the own ones come back equal',
    versions: WITH_INTERFACES,
    run: async (lab) => {
      const { interfaces, ips, routes, dns } = await chained(lab);
      const before = earlier(lab.version);
      const strangers = interfaces.filter((one) => textAt(one, 'name').startsWith('probe'));
      same(strangers, before['interfaces'], 'interfaces from prevResult');
      const addresses = ips.filter(({ address }) => address === '192.0.2.7/25').map((ip) => ip.json);
      const indexless = (all: readonly Json[]): readonly Json[] => all.map(({ interface: _, ...rest }) => rest);
      same(indexless(addresses), indexless(objects(before['ips'])), 'addresses from prevResult');
      same(
        routes.filter(({ dst }) => dst === '198.51.100.0/24'),
        before['routes'],
        'routes from prevResult',
      );
      same(dns, before['dns'], 'dns from prevResult');
    },
  },
];
