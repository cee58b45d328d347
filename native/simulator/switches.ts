/** What is not known of HNS: each guess that the simulator's answers depend on, by name, with the default it is given. */
import { Code } from './errors.ts';

const V1_ERROR_STYLES = ['hresult', 'json', 'mixed'] as const;
/** The values that a switch of few texts can have. */
export const CHOICES: Readonly<Record<string, readonly unknown[]>> = { v1ErrorStyle: V1_ERROR_STYLES };

/** One member for each guess; HRESULTs are unsigned, and 0 means that the call succeeds. */
export interface Switches {
  /** Adding an endpoint to the namespace it is in already. */
  readonly reattachSameNamespace: number;
  /** Adding an endpoint that is in another namespace. */
  readonly attachElsewhere: number;
  /** Removing an endpoint from a namespace, a container or the host, which it is not in. */
  readonly detachMissing: number;
  /** Attaching an endpoint to a container, or to the host, that it is attached to. */
  readonly attachTwice: number;
  /** Deleting a namespace that has endpoints; 0 leaves them behind, detached. */
  readonly deleteNamespaceWithEndpoints: number;
  /** Deleting the default namespace of the host. */
  readonly deleteDefaultNamespace: number;
  /** Asking for the gateway, network or broadcast address of a subnet. */
  readonly reservedAddress: number;
  /** Asking for an address outside every subnet of the network. */
  readonly addressOutside: number;
  /** Creating an object with the id of an existing one. */
  readonly duplicateId: number;
  /** Creating a network with the name of an existing one. */
  readonly duplicateNetworkName: number;
  /** Network names that differ in case only are the same name. */
  readonly networkNamesIgnoreCase: boolean;
  /** Putting a network on an adapter that has a network of another type. */
  readonly adapterOfOtherType: number;
  /** A second overlay network with one VSID. */
  readonly sharedVsid: number;
  /** A NAT or ICS network whose prefix overlaps that of another. */
  readonly overlappingPrefix: number;
  /**
   * Milliseconds from the making of an external network until it has a ManagementIP, and an overlay network its
   * ProviderAddress and DrMacAddress policies; -1: what a seed or request does not bring never appears.
   */
  readonly lateAddressMs: number;
  /**
   * Milliseconds for which the link is down when the first external network comes onto a NIC, and when the last one leaves
   * it; until then the host has neither the addresses of the adapter nor its routes.
   */
  readonly vSwitchDownMs: number;
  /** Addresses that were configured by hand do not come along to the virtual adapter, nor do its routes. */
  readonly vSwitchLosesStaticAddress: boolean;
  /** Routes with a next hop do not come along to the virtual adapter. */
  readonly vSwitchLosesRoutes: boolean;
  /** DNS servers and suffix do not come along to the virtual adapter. */
  readonly vSwitchLosesDns: boolean;
  /** Two addresses of one family in one endpoint. */
  readonly twoAddressesOfFamily: number;
  /** A policy type that HNS does not know. */
  readonly unknownPolicyType: number;
  /** A policy on a type of network that it does not work on. */
  readonly policyOfOtherNetwork: number;
  /** The same for a port mapping. */
  readonly mappingOfOtherNetwork: number;
  /** ACLs of the switch work on NAT networks, as newer builds are reported to have it. */
  readonly natTakesAcl: boolean;
  /** An ACL of the switch that names no priority. */
  readonly aclWithoutPriority: number;
  /** An ACL with ports whose protocols are not all of TCP, UDP and SCTP. */
  readonly aclPortsOfOtherProtocol: number;
  /** A policy without settings, or with unusable ones. */
  readonly invalidPolicy: number;
  /** Using a handle whose object has been deleted. */
  readonly deletedObject: number;
  /** A handle that this process was never given or has closed. */
  readonly unknownHandle: number;
  /** Opening a compute system that does not run. */
  readonly systemNotFound: number;
  /** A handle whose compute system has ended. */
  readonly systemEnded: number;
  /** A request document without SchemaVersion. */
  readonly missingSchemaVersion: number;
  /**
   * How HNSCall tells of a failure: `hresult` by its HRESULT alone, `json` by S_OK and an envelope without success,
   * `mixed` by the envelope for codes of HNS's own and by the HRESULT for those of Win32.
   */
  readonly v1ErrorStyle: (typeof V1_ERROR_STYLES)[number];
  /** A policy list without endpoints. */
  readonly emptyPolicyList: number;
  /** A filter key that no object has: true lets every object through, false none. */
  readonly unknownFilterKeyMatches: boolean;
  /** An Update of endpoint policies leaves those that are not ACLs in place. */
  readonly updateKeepsOtherPolicies: boolean;
  /** HNS adds an L2Driver policy to endpoints of L2Bridge and L2Tunnel networks. */
  readonly addL2Driver: boolean;
  /** The prefix of a NAT network that names none. */
  readonly natPrefix: string;
  /** Endpoints survive a restart of the service. */
  readonly restartKeepsEndpoints: boolean;
  /** Networks with flag 8 (non-persistent) survive a restart of the service. */
  readonly restartKeepsNonPersistent: boolean;
  /** External networks without flag 8 survive a reboot. */
  readonly rebootKeepsExternal: boolean;
}

/** The defaults are those the recorded peer traces were made with; where these are silent, the more likely answer. */
export const DEFAULTS: Switches = {
  reattachSameNamespace: Code.Ok,
  attachElsewhere: Code.EndpointHasNamespace,
  detachMissing: Code.NotFound,
  attachTwice: Code.AlreadyAttached,
  deleteNamespaceWithEndpoints: Code.Ok,
  deleteDefaultNamespace: Code.RequestUnsupported,
  reservedAddress: Code.AddressReserved,
  addressOutside: Code.InvalidIp,
  duplicateId: Code.AlreadyExists,
  duplicateNetworkName: Code.NetworkExists,
  networkNamesIgnoreCase: true,
  adapterOfOtherType: Code.InvalidParameter,
  sharedVsid: Code.InvalidPolicy,
  overlappingPrefix: Code.DuplicateName,
  lateAddressMs: -1,
  vSwitchDownMs: 0,
  vSwitchLosesStaticAddress: false,
  vSwitchLosesRoutes: false,
  vSwitchLosesDns: false,
  twoAddressesOfFamily: Code.InvalidEndpoint,
  unknownPolicyType: Code.InvalidPolicyType,
  policyOfOtherNetwork: Code.InvalidPolicyType,
  mappingOfOtherNetwork: Code.MappingNotSupported,
  natTakesAcl: true,
  aclWithoutPriority: Code.InvalidPolicy,
  aclPortsOfOtherProtocol: Code.InvalidPolicy,
  invalidPolicy: Code.InvalidPolicy,
  deletedObject: Code.UsedAfterUnload,
  unknownHandle: Code.InvalidHandle,
  systemNotFound: Code.SystemNotFound,
  systemEnded: Code.SystemStopped,
  missingSchemaVersion: Code.InvalidJson,
  v1ErrorStyle: 'hresult',
  emptyPolicyList: Code.InvalidPolicy,
  unknownFilterKeyMatches: false,
  updateKeepsOtherPolicies: true,
  addL2Driver: true,
  natPrefix: '172.30.0.0/20',
  restartKeepsEndpoints: false,
  restartKeepsNonPersistent: false,
  rebootKeepsExternal: true,
};
