/** Field by field comparison of a recorded document with ours, after the few rules that hold for every document. */

/** A field that differs; undefined stands for a field that is not there. */
export interface Difference {
  /** `response.Policies[0].Type`. */
  readonly field: string;
  readonly recorded: unknown;
  readonly ours: unknown;
}

/**
 * What HNS chose, by its placeholder in the recording. Binding works both ways: one placeholder is one value, and one
 * value has one placeholder.
 */
export interface Bindings {
  readonly byPlaceholder: Map<string, string>;
}

/** Ids that are recorded as they came, though HNS chose them. */
const CHOSEN = /\.(SwitchGuid|ActivityId|Subnets\[\d+\]\.ID)$/;
const PLACEHOLDER = /^\{\{(?:endpoint|network|mac|handle):\d+\}\}$/;
const GUID = /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;
const MAC = /^[0-9A-F]{2}(?:-[0-9A-F]{2}){5}$/;

/** The differences between two values; empty when they are the same under the rules. */
export function compare(pair: Omit<Difference, 'field'>, field: string, bindings: Bindings): readonly Difference[] {
  const { recorded, ours } = pair;
  if (isObject(recorded) && isObject(ours)) return compareObjects(recorded, ours, { field, bindings });
  if (Array.isArray(recorded) && Array.isArray(ours)) return compareObjects(recorded, ours, { field, bindings });
  return isSame(recorded, ours, { field, bindings }) ? [] : [{ field, ...pair }];
}

interface Where {
  readonly field: string;
  readonly bindings: Bindings;
}

function compareObjects(recorded: object, ours: object, { field, bindings }: Where): readonly Difference[] {
  const keys = new Set([...Object.keys(recorded), ...Object.keys(ours)]);
  return [...keys].flatMap((key) =>
    compare(
      { recorded: (recorded as Fields)[key], ours: (ours as Fields)[key] },
      Array.isArray(recorded) ? `${field}[${key}]` : `${field}.${key}`,
      bindings,
    ),
  );
}

/** The rules: ids, MACs and handles that HNS chose are bound to their placeholders; a time is any number. */
function isSame(recorded: unknown, ours: unknown, { field, bindings }: Where): boolean {
  if (recorded === '{{time}}') return typeof ours === 'number';
  const chosen = CHOSEN.exec(field)?.[1];
  if (chosen !== undefined) return isBound(`${chosen} ${String(recorded)}`, ours, bindings);
  if (typeof recorded === 'string' && PLACEHOLDER.test(recorded)) return isBound(recorded, ours, bindings);
  return Object.is(recorded, ours);
}

function isBound(placeholder: string, ours: unknown, { byPlaceholder }: Bindings): boolean {
  const known = byPlaceholder.get(placeholder);
  if (known !== undefined) return known === String(ours);
  if (!hasForm(placeholder, ours) || [...byPlaceholder.values()].includes(String(ours))) return false;
  byPlaceholder.set(placeholder, String(ours));
  return true;
}

function hasForm(placeholder: string, ours: unknown): boolean {
  if (placeholder.startsWith('{{handle')) return typeof ours === 'number' && ours > 0;
  return typeof ours === 'string' && (placeholder.startsWith('{{mac') ? MAC : GUID).test(ours);
}

/** A text with its placeholders replaced by what they are bound to. */
export const bound = (text: string, { byPlaceholder }: Bindings): string =>
  text.replaceAll(/\{\{\w+:\d+\}\}/g, (placeholder) => byPlaceholder.get(placeholder) ?? placeholder);

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
