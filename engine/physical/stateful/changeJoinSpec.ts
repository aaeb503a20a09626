import type { Attribute, Expression } from "../../expression/expression.js";
import type { ChangeJoinType } from "../../plan/nodes/changeJoin.js";
import type { PairConditionSpec, SideIndex } from "./streamJoinSpec.js";

/** What a join of two streams whose rows may be taken back needs bound. Plain data. */
export interface ChangeJoinSpec {
  readonly operatorId: string;
  readonly joinType: ChangeJoinType;
  /** How many state partitions it has. */
  readonly partitions: number;
  readonly sides: readonly [ChangeSideSpec, ChangeSideSpec];
  /** The types of the keys, which are those of either side. */
  readonly keyAttributes: readonly Attribute[];
  /** Which of the keys is an event time with a watermark on either side (a timestamp, or a window, whose end counts); null where none is. */
  readonly eventTime: number | null;
  /** What must hold of a pair with equal keys, beside what concerns one side only. */
  readonly condition: PairConditionSpec | null;
}

/** One input: its columns, behind them keys that were computed, behind these the sign. */
export interface ChangeSideSpec {
  /** The columns of its rows. */
  readonly columns: readonly Attribute[];
  /** These and the computed keys: what is kept. */
  readonly kept: readonly Attribute[];
  /** Indexes of the key columns. */
  readonly keys: readonly number[];
  /** What a row must fulfil to have partners at all, over `columns`; rows that do not are never kept. */
  readonly filter: Expression | null;
  /** Index of the column that says 1 or −1; null where every row is new. */
  readonly sign: number | null;
  /** How long a row is kept after it came, where nothing else bounds that; null: until it is taken back. */
  readonly ttlMs: number | null;
}

/** Whether rows of a side come out, padded or as they are, for want of a partner. */
export function isPreserved({ joinType }: Pick<ChangeJoinSpec, "joinType">, side: SideIndex): boolean {
  if (joinType === "full") return true;
  return side === 0 ? joinType === "left" || joinType === "leftAnti" : joinType === "right";
}

/** Whether it matters how many partners a kept row of a side has. */
export function countsPartners(spec: Pick<ChangeJoinSpec, "joinType">, side: SideIndex): boolean {
  return isPreserved(spec, side) || (spec.joinType === "leftSemi" && side === 0);
}

/** Whether it is pairs that come out. */
export function givesPairs({ joinType }: Pick<ChangeJoinSpec, "joinType">): boolean {
  return joinType !== "leftSemi" && joinType !== "leftAnti";
}
