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
  /** Whether the event time is among the keys: then keys are forgotten when the watermark has passed it. */
  readonly expires: boolean;
}
