/** Two values, field by field: one difference for each JSON path. What is held to be the same apart from equal values: placeholders. */
import { isObject, type Json } from '../conformance/json.ts';
import { mapTexts } from './json.ts';

/** A path at which the two sides differ. A side without the path has no such key here. */
export interface Difference {
  /** `endpoints["8d3f5a0b6f1e_cbr0"].Policies[0].Type`. */
  readonly path: string;
  readonly theirs?: unknown;
  readonly ours?: unknown;
}

/** What a placeholder of the recording stands for on our node, from the first time that both were seen at one place. */
export type Bindings = Map<string, string>;

const PLACEHOLDER = /^\{\{(endpoint|network|mac):\d+\}\}$/;
const FORM: Readonly<Record<string, RegExp>> = {
  endpoint: /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i,
  network: /^[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i,
  mac: /^[0-9A-F]{2}(?:-[0-9A-F]{2}){5}$/,
};

export interface Pair {
  readonly theirs: unknown;
  readonly ours: unknown;
}

/** The differences of two values below a path. */
export function compare({ theirs, ours }: Pair, path: string, bindings: Bindings): readonly Difference[] {
  if (isObject(theirs) && isObject(ours)) return compareKeys(theirs, ours, { path, bindings });
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    return compareKeys(indexed(theirs), indexed(ours), { path, bindings, isList: true });
  }
  return isSame(theirs, ours, bindings) ? [] : different({ theirs, ours }, path, bindings);
}

/** Two values that are different as wholes. */
export const different = ({ theirs, ours }: Pair, path: string, bindings: Bindings): readonly Difference[] => [
  {
    path,
    ...(theirs === undefined ? {} : { theirs }),
    ...(ours === undefined ? {} : { ours: inTheirWords(ours, bindings) }),
  },
];

const indexed = (list: readonly unknown[]): Json =>
  Object.fromEntries(list.map((item, index) => [String(index), item]));

interface Where {
  readonly path: string;
  readonly bindings: Bindings;
  readonly isList?: boolean;
}

function compareKeys(theirs: Json, ours: Json, { path, bindings, isList }: Where): readonly Difference[] {
  const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...keys].flatMap((key) =>
    compare(
      { theirs: theirs[key], ours: ours[key] },
      isList === true ? `${path}[${key}]` : joined(path, key),
      bindings,
    ),
  );
}

const joined = (path: string, key: string): string =>
  /^[A-Za-z_]\w*$/.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${JSON.stringify(key)}]`;

function isSame(theirs: unknown, ours: unknown, bindings: Bindings): boolean {
  if (Object.is(theirs, ours)) return true;
  if (typeof theirs !== 'string' || typeof ours !== 'string') return false;
  const kind = PLACEHOLDER.exec(theirs)?.[1];
  if (kind === undefined) return false;
  const known = bindings.get(theirs);
  if (known !== undefined) return known === ours;
  if (FORM[kind]?.test(ours) !== true || (kind === 'mac' && [...bindings.values()].includes(ours))) return false;
  bindings.set(theirs, ours);
  return true;
}

/** What the recording calls `{{mac:1}}` is called so in a difference, too: that reads well and is the same in every run. */
function inTheirWords(ours: unknown, bindings: Bindings): unknown {
  const names = new Map([...bindings].map(([placeholder, value]) => [value, placeholder]));
  return mapTexts(ours, (text) => names.get(text) ?? text);
}
