/** How a policy type is described: its settings with their decoders, and its names under HNS v1. Pure. */
import type { Decoder, Json } from '../spec/decode.ts';

export interface Field {
  /** Undefined leaves the setting out. */
  readonly as: Decoder<unknown>;
  /** Its name under v1, which is read for v2 too; without one, v1 has no such setting. */
  readonly v1?: string;
  /** The v1 value as the v2 one, where they differ. */
  readonly fromV1?: Decoder<unknown>;
  /** The v2 value as the v1 one, where they differ; undefined when v1 cannot say it. */
  readonly toV1?: (value: unknown) => unknown;
  /** Further names that are read. */
  readonly also?: Readonly<Record<string, Decoder<unknown>>>;
  readonly required?: true;
}

export interface PolicyType {
  /** Its name under v1, which is read for v2 too; without one, v1 has no such policy. */
  readonly v1?: string;
  /** By HNS's v2 spelling. */
  readonly fields: Readonly<Record<string, Field>>;
  /** Refuses what the settings cannot mean together; `at` is their path. */
  readonly check?: (settings: Json, at: string) => void;
}

/** Policy types by HNS's v2 spelling. */
export type PolicyTypes = Readonly<Record<string, PolicyType>>;

type Value<F> = F extends { readonly as: Decoder<infer T> } ? Exclude<T, undefined> : never;
type Required<F> = { readonly [K in keyof F as F[K] extends { readonly required: true } ? K : never]: Value<F[K]> };
type Optional<F> = { readonly [K in keyof F as F[K] extends { readonly required: true } ? never : K]?: Value<F[K]> };

/** The settings that a table entry describes, as a type. */
export type SettingsOf<T extends PolicyType> = Required<T['fields']> & Optional<T['fields']>;
