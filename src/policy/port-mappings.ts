/** `runtimeConfig.portMappings`: what the runtime asks for on the host's ports, as typed data. Pure. */
import { parseIp } from '../net/ip.ts';
import { type Decoder, fail, list, optional, record, refuse, required, text } from '../spec/decode.ts';
import { port, u16 } from './fields.ts';
import { mappedProtocol, TCP, type UDP } from './protocols.ts';

export interface PortMapping {
  readonly protocol: typeof TCP | typeof UDP;
  readonly hostPort: number;
  readonly containerPort: number;
  /** The one address of the host that the port is opened on, canonical; undefined is all of them. */
  readonly hostIp: string | undefined;
}

/** Reads the list; containerd writes `HostPort`, other runtimes `hostPort`. */
export const portMappings: Decoder<readonly PortMapping[]> = (value, path) => {
  const found = list(mapping)(value, path);
  for (const [index, later] of found.entries()) {
    const earlier = found.findIndex((other, before) => before < index && mappingsClash(other, later));
    if (earlier >= 0) refuse(`${path}[${index}]`, `${mappingName(later)} is mapped by ${path}[${earlier}] already`);
  }
  // A mapping without a host port asks for none, as in Kubernetes; containerd does not even send it.
  return found.filter(({ hostPort }) => hostPort !== 0);
};

/** Whether two mappings want the same port of the same address of the host. */
export const mappingsClash = (a: PortMapping, b: PortMapping): boolean =>
  a.hostPort !== 0 &&
  a.hostPort === b.hostPort &&
  a.protocol === b.protocol &&
  (a.hostIp === undefined || b.hostIp === undefined || a.hostIp === b.hostIp);

/** For people: `host port 8080/tcp`, with the address when it is one. */
export const mappingName = ({ protocol, hostPort, hostIp }: PortMapping): string =>
  `host port ${hostPort}/${protocol === TCP ? 'tcp' : 'udp'}${hostIp === undefined ? '' : ` of ${hostIp}`}`;

const mapping: Decoder<PortMapping> = (value, path) => {
  const object = record(value, path);
  return {
    protocol: required(object, 'protocol', { path, as: mappedProtocol }),
    hostPort: optional(object, 'hostPort', { path, as: u16 }) ?? 0,
    containerPort: required(object, 'containerPort', { path, as: port }),
    hostIp: optional(object, 'hostIP', { path, as: hostIp }),
  };
};

const EVERY_ADDRESS = ['0.0.0.0', '::'];

const hostIp: Decoder<string | undefined> = (value, path) => {
  const written = text(value, path);
  if (written === '') return undefined;
  const ip = parseIp(written) ?? fail(path, 'an IP address of the host, or "" for all of them', value);
  return EVERY_ADDRESS.includes(ip.text) ? undefined : ip.text;
};
