import type { Batch } from "../arrow/batch.js";
import type { DataType, Schema } from "../arrow/types.js";
import type { PushedFilter } from "../contract/source.js";
import type { Attribute, Expression } from "../expression/expression.js";
import type { AggregateSpec } from "./stateful/aggregateSpec.js";
import type { DeduplicateSpec } from "./stateful/deduplicateSpec.js";
import type { StaticJoinSpec } from "./stateless/staticJoinSpec.js";

/**
 * The physical plan: which operators run, with what they need bound. Plain data, so that a fragment of it can be sent to another thread;
 * `instantiate` makes the operators.
 */
export type PhysicalNode =
  | ScanNode
  | LocalNode
  | ProjectNode
  | DecodeJsonNode
  | EncodeJsonNode
  | UnionNode
  | WatermarkNode
  | TimeWindowNode
  | StaticJoinNode
  | AggregateNode
  | DeduplicateNode
  | SortNode
  | LimitNode;

interface NodeBase {
  /** Columns in order. */
  readonly output: readonly Attribute[];
}

/** Reads one source (or one bounded table). */
export interface ScanNode extends NodeBase {
  readonly kind: "scan";
  /** The source's place in the plan, and in the offset log; null for a bounded table of a streaming query. */
  readonly source: number | null;
  readonly table: number;
  readonly description: string;
  /** What of the source's schema is needed. */
  readonly schema: Schema;
  /** Filters that the source or the decoder may take over; `condition` is the same as an expression, for those that neither does. */
  readonly filters: readonly { readonly pushed: PushedFilter; readonly condition: Expression }[];
}

export interface LocalNode extends NodeBase {
  readonly kind: "local";
  readonly batch: Batch;
}

/** Filter, then projection, in one generated loop. */
export interface ProjectNode extends NodeBase {
  readonly kind: "project";
  readonly filter: Expression | null;
  readonly expressions: readonly Expression[];
  readonly input: PhysicalNode;
}

/** Adds a column of structs, arrays or maps decoded from a string column: `from_json`, by the decoder that also reads JSON files. */
export interface DecodeJsonNode extends NodeBase {
  readonly kind: "decodeJson";
  /** Index of the text column in the input. */
  readonly column: number;
  readonly type: DataType;
  readonly options: Readonly<Record<string, string>>;
  readonly input: PhysicalNode;
}

/** Puts JSON texts in the place of columns: `to_json`, by the writer that also writes JSON files. */
export interface EncodeJsonNode extends NodeBase {
  readonly kind: "encodeJson";
  /** Which columns of the input become texts, and how. */
  readonly encoded: readonly { readonly column: number; readonly options: Readonly<Record<string, string>>; readonly zone: string }[];
  readonly input: PhysicalNode;
}

export interface UnionNode extends NodeBase {
  readonly kind: "union";
  readonly inputs: readonly PhysicalNode[];
}

/** Watches the event times of a column; passes the rows on. */
export interface WatermarkNode extends NodeBase {
  readonly kind: "watermark";
  readonly watermarkId: number;
  readonly delayMs: number;
  readonly column: number;
  readonly input: PhysicalNode;
}

/** Windows without an aggregation above them: each row once for each of its windows. The window is the last column. */
export interface TimeWindowNode extends NodeBase {
  readonly kind: "timeWindow";
  /** Index of the event-time column in the input. */
  readonly timeColumn: number;
  readonly durationUs: number;
  readonly slideUs: number;
  readonly startUs: number;
  readonly input: PhysicalNode;
}

/** The stream side joined with a table that was read before. */
export interface StaticJoinNode extends NodeBase {
  readonly kind: "staticJoin";
  readonly spec: StaticJoinSpec;
  readonly stream: PhysicalNode;
  readonly table: PhysicalNode;
}

export interface AggregateNode extends NodeBase {
  readonly kind: "aggregate";
  readonly spec: AggregateSpec;
  readonly input: PhysicalNode;
}

/** The first row of each key. */
export interface DeduplicateNode extends NodeBase {
  readonly kind: "deduplicate";
  readonly spec: DeduplicateSpec;
  readonly input: PhysicalNode;
}

/** Sorts what a batch emits: bounded tables, and complete mode. */
export interface SortNode extends NodeBase {
  readonly kind: "sort";
  readonly keys: readonly { readonly column: number; readonly descending: boolean; readonly nullsFirst: boolean }[];
  readonly input: PhysicalNode;
}

/** The first rows of a batch: bounded tables, and complete mode. */
export interface LimitNode extends NodeBase {
  readonly kind: "limit";
  readonly count: number;
  readonly input: PhysicalNode;
}

/** The inputs of a node, in the order in which they are read. */
export function inputsOf(node: PhysicalNode): readonly PhysicalNode[] {
  switch (node.kind) {
    case "scan":
    case "local":
      return [];
    case "union":
      return node.inputs;
    case "staticJoin":
      return [node.table, node.stream];
    default:
      return [node.input];
  }
}

/** Every node of a plan, inputs first. */
export function nodesOf(root: PhysicalNode): PhysicalNode[] {
  return [...inputsOf(root).flatMap(nodesOf), root];
}

declare const stage: unique symbol;

/** What the planner makes of an optimized plan; only it makes them. */
export interface PhysicalPlan {
  readonly [stage]: "physical";
  readonly root: PhysicalNode;
  /** The tables of the streaming scans, in the order of their sources. */
  readonly sources: readonly ScanNode[];
}
