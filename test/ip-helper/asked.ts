/** What a test asks the driver on Windows for, and what it tells: one document each way. */

/** Kinds of the probe, by what it calls them. */
export const Kind = { forward: 0, unicast: 1, interface: 2, adapters: 3 } as const;

export interface Asked {
  /** Path of the probe. */
  readonly probe: string;
  /** Rows to be filled: kind and number. */
  readonly fill: readonly (readonly [kind: number, number: number])[];
  /** Rows to be told: kind and bytes in hexadecimal. */
  readonly say: readonly (readonly [kind: number, hex: string])[];
}

export interface Told {
  readonly sizes: readonly number[];
  readonly filled: readonly { readonly hex: string; readonly said: string }[];
  readonly said: readonly string[];
  /** `SAMPLE`, as the simulator encodes it. */
  readonly sample: string;
  /** The machine's own: `destination next-hop metric`, and the index. */
  readonly routes: readonly (readonly [text: string, index: number])[];
  readonly adapters: readonly { readonly index: number; readonly mac: string; readonly addresses: readonly string[] }[];
  readonly addresses: readonly string[];
}
