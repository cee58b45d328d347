/** What a point of the checklist is; the tables are in points/, all of them in points.ts. */

export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'windows';

export interface Point {
  /** P01..P80: the specification and what libcni holds plugins to. W01..W20: what Windows nodes add. */
  readonly id: string;
  readonly level: Level;
  /** Of SPEC.md 1.1.0; `libcni` where callers ask for more than the text does. */
  readonly source: string;
  readonly text: string;
  /** What wincni does about it. */
  readonly does: string;
  /** How a condition is brought about that a test cannot simply configure. */
  readonly means?: string;
  /** Why no case can show it, for any plugin; only the table says so, never a run. */
  readonly untested?: { readonly kind: 'not applicable' | 'not testable'; readonly reason: string };
}
