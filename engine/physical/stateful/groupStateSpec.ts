import type { Attribute } from "../../expression/expression.js";
import type { TimeMode } from "../../plan/nodes/groupState.js";

/** What a user's function over groups needs bound. Plain data. */
export interface GroupStateSpec {
  readonly operatorId: string;
  /** Spark's name of the operator. */
  readonly operatorName: string;
  readonly functionId: number;
  readonly partitions: number;
  /** Indexes of the key columns in the input. */
  readonly keys: readonly number[];
  readonly keyAttributes: readonly Attribute[];
  /** How many of the input's first columns the function sees. */
  readonly columnCount: number;
  /** Index of the input's event time, by which rows are late; null when it has none. */
  readonly eventTime: number | null;
  readonly timeMode: TimeMode;
  readonly timers: "timers" | "timeout";
  readonly output: readonly Attribute[];
  /** Index of the output that is the event time of what comes out; null when there is none. */
  readonly stamp: number | null;
  /** The verb, as its errors name it. */
  readonly verb: string;
}
