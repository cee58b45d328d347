/** The versions of the CNI specification and the verbs that each has. */

/** Oldest first: the tags of the specification that a configuration can name. */
export const VERSIONS = ['0.1.0', '0.2.0', '0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

type Version = (typeof VERSIONS)[number];

const from = (first: Version): readonly string[] => VERSIONS.slice(VERSIONS.indexOf(first));

/** With a list of interfaces in the result. */
export const WITH_INTERFACES = from('0.3.0');
export const WITH_CHECK = from('0.4.0');
export const WITHOUT_CHECK = VERSIONS.filter((version) => !WITH_CHECK.includes(version));
/** With GC and STATUS. */
export const WITH_GC = from('1.1.0');
export const WITHOUT_GC = VERSIONS.filter((version) => !WITH_GC.includes(version));

export const hasInterfaces = (version: string): boolean => WITH_INTERFACES.includes(version);
export const hasCheck = (version: string): boolean => WITH_CHECK.includes(version);
export const hasGc = (version: string): boolean => WITH_GC.includes(version);
