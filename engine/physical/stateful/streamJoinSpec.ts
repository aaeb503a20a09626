import type { Json } from "../../contract/json.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import type { JoinType } from "../../plan/joinType.js";

/** Which input of a join: 0 is the left one. */
export type SideIndex = 0 | 1;

/** What a join of two streams needs bound. Plain data. */
export interface StreamJoinSpec {
  readonly operatorId: string;
  readonly joinType: StreamJoinType;
  /** How many state partitions it has. */
  readonly partitions: number;
  readonly sides: readonly [JoinSideSpec, JoinSideSpec];
  /** The types of the keys, which are those of either side. */
  readonly keyAttributes: readonly Attribute[];
  /** What must hold of a pair with equal keys, beside what concerns one side only. */
  readonly condition: PairConditionSpec | null;
  /** Of leftSemi: whether a right row that the watermark of its own batch has passed already misses the left rows of that batch, as in Spark. */
  readonly missesPassedRows: boolean;
  /** Left columns, then right columns; left columns only for leftSemi. */
  readonly output: readonly Attribute[];
}

export type StreamJoinType = Exclude<JoinType, "cross" | "leftAnti">;

/** One input of the join. */
export interface JoinSideSpec {
  /** The columns of its rows, which are the first of the input; behind them the input may have computed keys. */
  readonly columns: readonly Attribute[];
  /** Indexes of the key columns in the input. */
  readonly keys: readonly number[];
  /** Index of the input's event time, by which rows are late; null when it has none. */
  readonly eventTime: number | null;
  /** What a row must fulfil to have partners at all, over `columns`; rows that do not are never kept. */
  readonly filter: Expression | null;
  /** When a row of this side can have no partner any more; null when that is never known. */
  readonly expiry: JoinExpiry | null;
}

/** A row goes when this time of it is at most `offsetMs` after the watermark, or, where nothing but `stateTtl` bounds it, after the logged time of the batch. */
export interface JoinExpiry {
  /** Index in the input: a key, or the event time of the row; the time of the batch that it came with. */
  readonly column: number;
  readonly offsetMs: number;
  readonly clock: "watermark" | "batch";
}

/** The condition, and the columns of each side that it reads, in the order in which it is given them. */
export interface PairConditionSpec {
  readonly expression: Expression;
  readonly columns: readonly [readonly number[], readonly number[]];
}

/** Whether rows of a side without a partner come out, padded with nulls. */
export function isOuter({ joinType }: Pick<StreamJoinSpec, "joinType">, side: SideIndex): boolean {
  return joinType === "full" || joinType === (side === 0 ? "left" : "right");
}

/** Whether it matters of a kept row of this side that it has had a partner: it must not come out again. */
export function marksPartners(spec: Pick<StreamJoinSpec, "joinType">, side: SideIndex): boolean {
  return isOuter(spec, side) || (spec.joinType === "leftSemi" && side === 0);
}

/** Pairs come as long as the rows of both sides are kept. Where nothing bounds that, Spark passes the watermark on as it is, and so does this. */
export function delayOf(sides: StreamJoinSpec["sides"]): number {
  const offsets = sides.flatMap(({ expiry }) => (expiry?.clock === "watermark" ? [expiry.offsetMs] : []));
  return offsets.length === 0 ? 0 : -Math.min(...offsets);
}

/** How long rows live by the clock may change from start to start. */
export function shapeOf(expiry: JoinExpiry | null): Json {
  return expiry && (expiry.clock === "batch" ? { stateTtl: true } : { column: expiry.column, offsetMs: expiry.offsetMs });
}
