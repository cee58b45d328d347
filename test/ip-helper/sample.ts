/** Two adapters with something in every field, for tests that carry them through memory. */
import { type Adapter, IfType, Origin, PREFERRED } from '../../src/ip-helper/ip-helper.ts';
import { cidr, ip } from '../support/net.ts';

export const SAMPLE: readonly Adapter[] = [
  {
    luid: 0x0006_0000_0800_0000n,
    index: { 4: 12, 6: 13 },
    guid: '4D36E972-E325-11CE-BFC1-08002BE10318',
    alias: 'vEthernet (Ethernet) 名前',
    description: 'Hyper-V Virtual Ethernet Adapter',
    mac: { digits: '000d3a112233' },
    type: IfType.Ethernet,
    up: true,
    dhcp: true,
    mtu: 1450,
    metric: { 4: 25, 6: 26 },
    compartment: 1,
    addresses: [
      { cidr: cidr('10.240.0.30/24'), prefixOrigin: Origin.Dhcp, suffixOrigin: Origin.Dhcp, dadState: PREFERRED },
      { cidr: cidr('fd00:240::30/64'), prefixOrigin: Origin.Manual, suffixOrigin: 5, dadState: 1 },
    ],
    gateways: [ip('10.240.0.1'), ip('fd00:240::1')],
    dnsServers: [ip('168.63.129.16'), ip('fd00::53')],
    dnsSuffix: 'cluster.example',
  },
  {
    luid: 0x0018_0000_0000_0000n,
    index: { 4: 1, 6: 1 },
    guid: '4D36E972-E325-11CE-BFC1-08002BE10319',
    alias: 'Loopback',
    description: '',
    mac: undefined,
    type: IfType.Loopback,
    up: false,
    dhcp: false,
    mtu: 0xffff_ffff,
    metric: { 4: 75, 6: 76 },
    compartment: 3,
    addresses: [],
    gateways: [],
    dnsServers: [],
    dnsSuffix: '',
  },
];
