/** Why a difference is right: the words that entries of the reviewed list share. docs/parity.md is made from them. */

/** What a difference goes back to, in the order of the document. */
export const KINDS = {
  FAULT: 'A fault of the peer that is not copied',
  SPEC: 'The specification says otherwise',
  WINDOWS: 'A rule of Windows that the peer misses',
  OURS: 'Decided otherwise',
} as const;

/**
 * Keys begin with a kind. A text says what the peer does and what wincni does; it also stands for what follows from that in later
 * steps of the same scenario.
 */
export const REASONS: Readonly<Record<string, string>> = {
  'FAULT.addressFreedFirst':
    'The peer frees the address, then deletes the endpoint. When HNS does not delete it, the address is given to the next pod while ' +
    'the endpoint still has it. wincni keeps the lease until the endpoint is gone.',
  'FAULT.liveLeaseFreed':
    'The peer, when an ADD that was repeated fails, frees the address that the running pod has. wincni refuses the ADD and changes nothing.',
  'FAULT.natTwice':
    'The peer adds a second OutBoundNAT policy for `ipMasqNetwork` or `ipMasq` beside that of the configuration, and the two compete in the switch. ' +
    'wincni makes one of them, with the exceptions of both.',
  'FAULT.nilAddress': 'The peer prints "<nil>" as the address where the first one is IPv6. wincni prints the address.',
  'FAULT.oneEndpoint':
    'The peer has one endpoint for all interfaces of a container: ADD of the second answers with the endpoint of the first, and DEL of ' +
    'either deletes it. With wincni each interface has an endpoint and an address of its own.',
  'FAULT.detachFirst':
    'The peer gives DEL up when the endpoint cannot be taken out of its namespace, also when it is not in there. HNS deletes an endpoint ' +
    'wherever it is; wincni does not make the removal depend on the step before.',
  'FAULT.gcIgnored':
    'The peer answers GC and does nothing. wincni removes what is not on the list of valid attachments.',
  'FAULT.policySkipped':
    'The peer skips an entry of `policies` that it cannot use, and the pod runs without it. wincni refuses it with its JSON path.',
  'FAULT.policyEmptied':
    'The peer drops the settings of a policy that is written in the form of HNS v1, and HNS refuses what is left. wincni translates it.',
  'FAULT.dsrLeftOut':
    'The peer leaves direct server return out where HNS does not have it, without a word. wincni refuses `loopbackDSR` there.',
  'FAULT.attachForgotten':
    'The peer leaves an endpoint that did not get into its namespace where it is, and the next ADD answers with it, although it is in no ' +
    'namespace. wincni takes it away again, and each ADD ends with a pod that is attached.',
  'FAULT.macBytes':
    "The peer prints the six bytes of the MAC address as a text, of which no reader gets them back. wincni prints it in HNS's form.",
  'FAULT.dnsNotTold':
    'The peer gives the endpoint servers and suffixes for names, and its result has an empty `dns` whatever they are. wincni says what the ' +
    'endpoint has, and leaves out what is empty.',
  'FAULT.emptyServer':
    'The peer, where no server for names is configured, prints a list of one empty name. wincni leaves the key out.',
  'FAULT.mappingSkipped':
    'The peer leaves a port mapping out when it has no protocol or one that the peer does not know, and the pod runs without it; one of ' +
    'ICMP, which has no ports, it hands on. wincni refuses each with its JSON path.',
  'FAULT.mappingsNotRead':
    'The peer does not look at `runtimeConfig.portMappings` under HNS v1, and the pod runs without them. wincni makes them.',
  'FAULT.nilDestination':
    'The peer, where HNS chooses the address, writes the policy of `loopbackDSR` before there is one, for the address "<nil>". wincni ' +
    'adds it when the address is known, behind the other policies.',
  'FAULT.firstFamilyOnly':
    'The peer takes an address of each family from IPAM and gives the pod the first one. wincni gives it both, with their routes.',
  'FAULT.ipamDnsLost':
    'The peer drops `dns` of what IPAM answers. wincni uses it where the configuration itself says nothing.',
  'FAULT.rangesNotRead':
    'The peer hands `ranges` and `dataDir` of `ipam` on with dual stack alone, so that host-local has nothing to give from. wincni reads them.',
  'FAULT.delWithoutNetns':
    'The peer answers DEL without a namespace with success and deletes nothing; its address is free and the endpoint stays. wincni ' +
    'deletes the endpoint as well.',
  'FAULT.panic': 'The peer ends with a stack trace and no error object. wincni refuses the value with its JSON path.',
  'SPEC.check':
    'The peer answers CHECK with success whatever there is. wincni confirms prevResult, as section 2 "CHECK" says, and refuses to do so ' +
    'without prevResult, or with one that another plugin made.',
  'SPEC.prevResult':
    'The peer prints its own result alone. wincni passes that of an earlier plugin of the chain on, with its own behind it (section 2 "ADD").',
  'SPEC.versionAsAsked':
    'The peer answers VERSION with its own newest `cniVersion`. wincni says the one that was asked for (section 2 "VERSION").',
  'SPEC.verbs':
    'The peer does not know GC and STATUS and calls them errors of the environment. wincni has both, from version 1.1.0 on; with an older ' +
    '`cniVersion` the error is that of an incompatible version (section 2).',
  'WINDOWS.gatewayKept':
    'HNS keeps the address of the gateway, .2 of the subnet. The peer lets host-local give it to the first pod, which fails. wincni does ' +
    'not give addresses out that HNS keeps.',
  'WINDOWS.aclDefaultDeny':
    'Any ACL of an endpoint turns traffic that none of them matches to deny. The peer hands on what is configured; wincni adds an ' +
    'allow-all of the last priority in each direction that has an ACL, unless `aclDefault` is "deny", and the log says so.',
  'OURS.errorCode':
    "The peer's code is 999 for whatever goes wrong after the environment was read. wincni's says what kind of failure it is: docs/errors.md.",
  'OURS.refusedBeforeIpam':
    'The peer runs its IPAM plugin whatever the command is, for an address or to free one after an error, which leaves its lock file and ' +
    'the address given last. wincni refuses what can be seen to be wrong before an address is taken, so that host-local counts on from ' +
    'another address afterwards.',
  'OURS.nextAddress':
    'The peer fails when an endpoint that IPAM knows nothing of has the address. wincni takes the next one.',
  'OURS.halfMadeAgain':
    'The peer takes an endpoint that it finds under the name as it is. wincni deletes what an ADD without success left behind, and makes it ' +
    'anew, with the next address.',
  'OURS.lateEndpoint':
    'HNS may still carry out the call of an ADD that was killed, so wincni keeps id and address of that attachment set aside ' +
    '(`tombstoneSeconds`). The peer frees the address at once.',
  'OURS.triedAgain':
    'HNS refuses a call for a reason that passes. The peer fails with the first refusal; wincni makes the call once more and succeeds ' +
    '(decision 28), so that the node is ahead of the peer by one pod.',
  'OURS.fewerCalls':
    'The fault was injected into a call that wincni does not make, for it asks less: it succeeds where the peer fails.',
  'OURS.namespaceSpelling':
    'The peer takes a bare GUID or `none`. wincni takes them as the last part of a path, and a GUID in braces, too: callers write all ' +
    'of these.',
  'OURS.kubernetesArgs':
    "The peer's IPAM refuses variables of `CNI_ARGS` that Kubernetes' runtimes always send, unless `IgnoreUnknown` is there. wincni knows them.",
  'OURS.allVersions':
    'The peer knows fewer versions of CNI, and refuses the others. wincni speaks all of them under all its names.',
  'OURS.plainTypes':
    "The peer takes its own names and HNS's three as `type`. wincni takes every type of HNS network that it can serve, in any case.",
  'OURS.hnsAddress':
    'The peer fails without `ipam.type`. Without it, wincni has HNS choose the address, under HNS v1 as under HCN, and is ready for that.',
  'OURS.dualStackOverlay':
    'The peer refuses `enableDualStack` on an overlay. wincni allows it, and gives the addresses that there are ranges for.',
  'OURS.teardownReadsLittle':
    'The peer gives DEL up when the configuration of IPAM cannot be read. wincni removes what it recorded, for which it needs none of it.',
  'OURS.severalIps':
    'The peer takes one address in `IP` of `CNI_ARGS`. wincni takes several, one for each set of ranges.',
  'OURS.noEmptyVip':
    'The peer writes an empty `VIP` into a port mapping without `hostIP`. wincni leaves the key out, which says the same.',
  'OURS.staticNotServed':
    'wincni gives static addresses inside its own process, and `static` is none of the names that it serves: an executable that is called ' +
    'so goes by `type`. `wincni install` leaves static.exe as it is, for plugins that are not ours.',
};
