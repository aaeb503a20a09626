import type { Attribute } from "../../expression/expression.js";

/** What a deduplication needs bound. Plain data. */
export interface DeduplicateSpec {
  readonly operatorId: string;
  /** How many state partitions it has. */
  readonly partitions: number;
  /** Indexes of the key columns in the input. */
  readonly keys: readonly number[];
  readonly keyAttributes: readonly Attribute[];
  /** Index of the input's event time, by which rows are late; null when it has none. */
  readonly eventTime: number | null;
  /** When a key is forgotten. */
  readonly expiry: KeyExpiry;
}

/**
 * `never`; `time`: the event time is among the keys, which are forgotten when the watermark has passed it; `within`: a key is forgotten when the watermark is
 * `delayMs` behind its first row, and a row without an event time counts as one of 1970; `ttl`: a key is forgotten so long after the batch of its first row, by the
 * logged time of the batches.
 */
export type KeyExpiry =
  | { readonly kind: "never" }
  | { readonly kind: "time" }
  | { readonly kind: "within"; readonly delayMs: number }
  | { readonly kind: "ttl"; readonly ttlMs: number };
