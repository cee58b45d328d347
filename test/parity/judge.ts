/** Differences against the reviewed list: each has its entry with a reason, and each entry still occurs. */
import { isObject } from '../conformance/json.ts';
import { REASONS } from './reasons.ts';
import type { Found } from './replay.ts';

/** A difference that was looked at. All but the reason is literally what is found. */
export interface Entry extends Found {
  /** A key of REASONS; "" is what nobody has given a reason yet. */
  readonly reason: string;
}

export interface Row {
  readonly scenario: string;
  readonly steps: number;
  readonly found: readonly Found[];
  /** Keys of the reasons that explain what was found. */
  readonly reasons: readonly string[];
  readonly unexplained: readonly Found[];
  /** Entries of this scenario that were not found. */
  readonly stale: readonly Entry[];
  /** Why it could not be played to its end. */
  readonly failure: string | undefined;
}

export interface Played {
  readonly name: string;
  readonly steps: number;
  readonly found: readonly Found[];
  /** Why it could not be played to its end. */
  readonly failure?: string;
}

/** The rows of the scenarios that were played. */
export function judge(played: readonly Played[], list: readonly Entry[]): readonly Row[] {
  return played.map(({ name, steps, found, failure }) => {
    const mine = list.filter(({ scenario }) => scenario === name);
    const explained = new Map(mine.filter(hasReason).map((entry) => [keyOf(entry), entry.reason]));
    const occurred = new Set(found.map(keyOf));
    return {
      scenario: name,
      steps,
      found,
      reasons: [...new Set(found.flatMap((each) => explained.get(keyOf(each)) ?? []))].sort(),
      unexplained: found.filter((each) => !explained.has(keyOf(each))),
      stale: mine.filter((entry) => !occurred.has(keyOf(entry))),
      failure,
    };
  });
}

const hasReason = ({ reason }: Entry): boolean => Object.hasOwn(REASONS, reason);

export type Verdict = 'same' | 'explained' | 'unexplained';

export function verdictOf({ found, unexplained, stale, failure }: Row): Verdict {
  if (failure !== undefined || unexplained.length > 0 || stale.length > 0) return 'unexplained';
  return found.length === 0 ? 'same' : 'explained';
}

/** What is wrong with the list by itself: reasons that there are none of, entries that say the same. */
export function flawsOf(list: readonly Entry[]): readonly string[] {
  const seen = new Set<string>();
  return list.flatMap((entry) => {
    const key = keyOf(entry);
    const where = `${entry.scenario}, step ${entry.step}, ${entry.path}`;
    const flaws = [
      ...(hasReason(entry) ? [] : [`${where}: the reason is "${entry.reason}", expected a key of REASONS`]),
      ...(seen.has(key) ? [`${where}: stands there twice`] : []),
    ];
    seen.add(key);
    return flaws;
  });
}

/** One text for one difference, however the keys of its values are ordered. */
export const keyOf = ({ scenario, step, path, theirs, ours }: Found): string =>
  JSON.stringify(
    [scenario, step, path, sorted(theirs), sorted(ours)].map((part) => part ?? { absent: part === undefined }),
  );

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
