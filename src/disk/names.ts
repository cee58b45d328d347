/** The one place that says which names the plugin may write: those that every Windows file system takes. */
import { CniError, Code } from '../spec/error.ts';

/** "drive": only after the drive letter. "any": Linux, where host-local names a file after an IPv6 address as it is. */
export type Colons = 'drive' | 'any';

const MAX_COMPONENT = 255;
const FORBIDDEN = '<>"|?*';
/** Device names, which no extension makes a file (docs "Naming Files, Paths, and Namespaces", Win32). */
const DEVICE = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³]) *(?:\..*)?$/i;
const VERBATIM = /^\\\\\?\\/;
const DRIVE = /^[a-z]:(?=[\\/])/i;

/** Throws code 5 when a component of the path is one that Windows refuses or silently changes. */
export function assertWritable(path: string, colons: Colons): void {
  const plain = path.replace(VERBATIM, '').replace(DRIVE, '');
  for (const component of plain.split(/[\\/]/)) {
    const flaw = flawOf(component, colons);
    if (flaw === undefined) continue;
    throw new CniError(
      Code.Io,
      `Cannot write "${path}": the name "${component}" ${flaw}, expected a name Windows takes`,
    );
  }
}

/** What is wrong with one component, or undefined; "." and ".." are steps, not names. */
function flawOf(component: string, colons: Colons): string | undefined {
  if (component === '' || component === '.' || component === '..') return undefined;
  if (component.length > MAX_COMPONENT) return `is longer than ${MAX_COMPONENT} characters`;
  for (const character of component) {
    if (character < ' ' || FORBIDDEN.includes(character) || (character === ':' && colons === 'drive')) {
      return `holds ${JSON.stringify(character)}`;
    }
  }
  if (/[. ]$/.test(component)) return 'ends in a dot or a space';
  return DEVICE.test(component) ? 'is a device of Windows' : undefined;
}
