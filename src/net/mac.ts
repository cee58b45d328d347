/** MAC addresses between the spellings of HNS and of CNI; who chooses one is not known here. */

/** A 48-bit MAC address as twelve lower-case hexadecimal digits, so equal addresses are equal texts. */
export interface Mac {
  readonly digits: string;
}

const DASHES = /^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/i;
const COLONS = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

/** A MAC written with dashes (HNS) or colons (CNI), or undefined when it is neither. */
export function parseMac(text: string): Mac | undefined {
  if (!DASHES.test(text) && !COLONS.test(text)) return undefined;
  return { digits: text.replaceAll(/[-:]/g, '').toLowerCase() };
}

/** The spelling of HNS: `00-15-5D-4B-01-07`. */
export function formatMacDashes(mac: Mac): string {
  return octets(mac).join('-').toUpperCase();
}

/** The spelling of CNI results on other systems: `00:15:5d:4b:01:07`. */
export function formatMacColons(mac: Mac): string {
  return octets(mac).join(':');
}

function octets(mac: Mac): readonly string[] {
  return mac.digits.match(/../g) ?? [];
}
