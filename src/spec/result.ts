/** The success result of ADD as this plugin works with it: the shape of CNI 1.x (SPEC.md 1.1.0 section 5 "Success"). */

export interface ResultInterface {
  readonly name: string;
  /** As HNS gives it, with dashes, which is what win-bridge prints. */
  readonly mac?: string;
  readonly sandbox?: string;
}

export interface ResultIp {
  /** CIDR. */
  readonly address: string;
  readonly gateway?: string;
  /** Index into `interfaces`; always below their number (containerd panics on one equal to it). */
  readonly interface?: number;
}

export interface ResultRoute {
  readonly dst: string;
  readonly gw?: string;
}

export interface ResultDns {
  readonly nameservers?: readonly string[];
  readonly domain?: string;
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

/** What is known of a result in any version; `cniVersion` is added when it is written. */
export interface Result {
  readonly interfaces: readonly ResultInterface[];
  readonly ips: readonly ResultIp[];
  readonly routes?: readonly ResultRoute[];
  readonly dns?: ResultDns;
}
