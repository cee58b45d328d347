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
    'The peer adds a second OutBoundNAT policy for `ipMasqNetwork` beside that of the configuration, and the two compete in the switch. ' +
    'wincni makes one of them with both exceptions.',
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
  'SPEC.check':
    'The peer answers CHECK with success whatever there is. wincni confirms prevResult, as section 2 "CHECK" says, and refuses to do so ' +
    'without prevResult, or with one that another plugin made.',
  'SPEC.prevResult':
    'The peer prints its own result alone. wincni passes that of an earlier plugin of the chain on, with its own behind it (section 2 "ADD").',
  'SPEC.versionAsAsked':
    'The peer answers VERSION with its own newest `cniVersion`. wincni says the one that was asked for (section 2 "VERSION").',
  'WINDOWS.gatewayKept':
    'HNS keeps the address of the gateway, .2 of the subnet. The peer lets host-local give it to the first pod, which fails. wincni does ' +
    'not give addresses out that HNS keeps.',
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
  'OURS.foreignEndpoint':
    'The peer deletes an endpoint of the same name that lies on another network, during ADD. wincni refuses to ADD over an endpoint that it ' +
    'did not make, and DEL removes it.',
  'OURS.fewerCalls':
    'The fault was injected into a call that wincni does not make: it opens the network once, so that it succeeds where the peer fails.',
  'OURS.namespaceSpelling':
    'The peer takes a bare GUID. wincni takes it in braces and as the last part of a path, too: callers write all of these.',
  'OURS.kubernetesArgs':
    "The peer's IPAM refuses variables of `CNI_ARGS` that Kubernetes' runtimes always send, unless `IgnoreUnknown` is there. wincni knows them.",
};
