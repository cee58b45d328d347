/** What the judge says of a plugin, in its three classes. */

export const CLASSES = ['leak', 'hang', 'wrong answer'] as const;

export interface Finding {
  readonly is: (typeof CLASSES)[number];
  /** What was found, in full. */
  readonly text: string;
}

export const leak = (text: string): Finding => ({ is: 'leak', text });
export const hang = (text: string): Finding => ({ is: 'hang', text });
export const wrong = (text: string): Finding => ({ is: 'wrong answer', text });
