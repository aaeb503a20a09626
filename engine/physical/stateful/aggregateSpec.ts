import { typeName } from "../../arrow/types.js";
import type { Json } from "../../contract/json.js";
import type { OutputMode } from "../../contract/sink.js";
import type { AggregateCall, Attribute, Expression } from "../../expression/expression.js";
import { typeOf } from "../../expression/types/typeOf.js";
import { labelOf } from "../migration/labels.js";
import { shownName } from "../../expression/userNames.js";

/**
 * What an aggregation needs bound. Plain data.
 *
 * The input's columns are: one a grouping (for a window that the operator computes, the event time instead), then those that `args` and `filter` of the
 * aggregates name.
 */
export interface AggregateSpec {
  readonly operatorId: string;
  /** How many state partitions it has. */
  readonly partitions: number;
  /** The grouping columns as they come out; a window is a struct of start and end. */
  readonly grouping: readonly Attribute[];
  /** The window among the groupings, when the operator computes it from the event time. */
  readonly window: WindowSpec | null;
  /** Place of a session among the groupings; the input's column there is the session of each row alone. Null when there is none. */
  readonly session: number | null;
  /**
   * Place, among the groupings, of an event time with a watermark that is no computed window: a timestamp, or a window struct (its end counts).
   * It decides what is late and what is evicted. Null when the window does, or nothing does.
   */
  readonly eventTime: number | null;
  readonly aggregates: readonly BoundAggregate[];
  readonly outputMode: OutputMode;
  /** How long a group is kept after the last batch that touched it, where no watermark bounds it, by the logged time of the batches; null: for ever. */
  readonly ttlMs: number | null;
  /** The groupings, then one column an aggregate. */
  readonly output: readonly Attribute[];
}

export interface WindowSpec {
  /** Its place among the groupings; the input's column there is the event time. */
  readonly index: number;
  readonly durationUs: number;
  readonly slideUs: number;
  readonly startUs: number;
  /** Whether a watermark bounds it: without one nothing is late and nothing is evicted. */
  readonly watermarked: boolean;
  /** A condition on the window alone, over that attribute: no others have groups. Null when all have. */
  readonly keeps: { readonly condition: Expression; readonly window: Attribute } | null;
  /** Whether rows are folded into slices, and windows merged from these when they are emitted. State that was kept by window goes on so. */
  readonly sliced: boolean;
}

export interface BoundAggregate {
  readonly call: AggregateCall;
  /** Indexes of the argument columns in the input. */
  readonly args: readonly number[];
  /** Index of the boolean column of its FILTER; null when it has none. */
  readonly filter: number | null;
}

/** What an aggregation's state depends on: two functions, or two windows, may well keep columns of the same types. */
export function shapeOf({ window, session, aggregates, ttlMs }: AggregateSpec): Record<string, Json> {
  return {
    ...(ttlMs !== null && { stateTtl: true }),
    ...(session !== null && { session }),
    window: window && { durationMs: window.durationUs / 1000, slideMs: window.slideUs / 1000, startMs: window.startUs / 1000 },
    // By the name that a user gave: the number behind it says how many functions a process knew before.
    functions: aggregates.map(({ call }) => {
      const args = call.args.map((arg) => typeName(typeOf(arg))).join(", ");
      return `${shownName(call.name)}(${call.distinct ? "DISTINCT " : ""}${args})${call.filter === null ? "" : " FILTER"}`;
    }),
    // What tells two of the same function apart when others come or go; no other text is a reason to refuse a query.
    labels: aggregates.map(({ call }) => labelOf(call)),
  };
}
