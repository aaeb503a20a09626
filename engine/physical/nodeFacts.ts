import type { Batch } from "../arrow/batch.js";
import type { ChunkSizes } from "../contract/chunkSizes.js";
import type { Json } from "../contract/json.js";
import type { Attribute, Expression } from "../expression/expression.js";
import { sqlText } from "../plan/sqlText.js";
import type { OperatorAnswers } from "./answers.js";
import type { BatchFacts, Operator } from "./operator.js";
import type { QueryMemory } from "./spill/queryMemory.js";
import type { LateJudge } from "./stateful/lateJudge.js";

/** What every physical node has; and all that a node's facts see of its inputs. */
export interface NodeBase {
  /** Columns in order. */
  readonly output: readonly Attribute[];
}

/**
 * All that the pipeline, the watermarks, `explain` and the checkpoint know of a kind of physical node. They walk the plan; none of them has a list of kinds of
 * its own.
 *
 * @typeParam N the node, over `NodeBase`
 */
export interface PhysicalFacts<N extends NodeBase & { readonly kind: string }, Plan extends NodeBase = NodeBase> {
  readonly kind: N["kind"];

  /** The inputs, in the order in which they are read. */
  inputs(node: N): readonly Plan[];
  /** The node over other inputs, as many. */
  withInputs(node: N, inputs: readonly Plan[]): N;
  /** Those of the inputs that are read whole before the first batch: they are complete, and hold no watermark back. */
  tables(node: N): readonly Plan[];

  /** Whether it must see rows of all tasks together: those of its keys, or all of them. Its inputs are then cut off from it (`fragments.ts`). */
  gathers(node: N): boolean;
  /** The expressions that it evaluates itself. */
  expressions(node: N): readonly Expression[];

  /** The id under which it keeps state; null for what keeps none. */
  operatorId(node: N): string | null;
  /** What its state depends on, as far as the columns of the state do not say so. A query whose checkpoint has another shape is refused. */
  shape(node: N): Readonly<Record<string, Json>>;
  /**
   * How far the event times that it emits may lie behind the watermark that reaches it, ms. Most nodes pass the watermark on as it is (SEMANTICS 3): the time of a
   * group that a window closes is not before the watermark that closed it. A node that emits rows later than that (a join by a range of times) says by how much.
   */
  delayMs(node: N): number;

  /** Its line in `explain()`. */
  explain(node: N): string;
}

/** The facts of a node that works on rows of others. */
export interface OperatorFacts<N extends NodeBase & { readonly kind: string }, Plan extends NodeBase = NodeBase> extends PhysicalFacts<
  N,
  Plan
> {
  /** What runs it. */
  make(node: N, parts: OperatorParts<Plan>): Operator;
  /** By what it tells that a row of an input is late, where it counts such rows. Not there, or null: nothing of it is late. */
  lateJudge?(node: N, input: number): LateJudge | null;
}

/** What operators are made with, beside their node. */
export interface OperatorParts<Plan extends NodeBase = NodeBase> {
  readonly chunks: ChunkSizes;
  readonly memory: QueryMemory;
  /** The rows of one of the node's tables. */
  tableOf(input: Plan): Batch;
  /** What an operator is answered from outside, written down where the query is a stream. */
  answersOf(name: string): OperatorAnswers;
  /** What holds for the batch that runs. */
  currentFacts(): BatchFacts;
}

/** The facts of a node that reads no other. */
export const noInputs = {
  inputs: (): readonly never[] => [],
  withInputs: <N>(node: N): N => node,
  tables: (): readonly never[] => [],
} as const;

/** The facts of a node with one input. */
export const oneInput = {
  inputs: <Plan>(node: { readonly input: Plan }): readonly Plan[] => [node.input],
  withInputs: <Plan, N extends { readonly input: Plan }>(node: N, inputs: readonly Plan[]): N => ({ ...node, input: inputs[0]! }),
  tables: (): readonly never[] => [],
} as const;

/** The facts of a node that reads two streams. */
export const twoStreams = {
  inputs: <Plan>(node: { readonly left: Plan; readonly right: Plan }): readonly Plan[] => [node.left, node.right],
  withInputs: <Plan, N extends { readonly left: Plan; readonly right: Plan }>(node: N, [left, right]: readonly Plan[]): N => ({
    ...node,
    left: left!,
    right: right!,
  }),
  tables: (): readonly never[] => [],
} as const;

/** The facts of a node that evaluates no expression. */
export const noExpressions = {
  expressions: (): readonly Expression[] => [],
} as const;

/** The facts of a node that remembers nothing. */
export const stateless = {
  operatorId: (): null => null,
  shape: (): Readonly<Record<string, Json>> => ({}),
  delayMs: (): number => 0,
} as const;

/** Judges by an event time that the rows carry. */
export function timeJudge(column: number | null): LateJudge | null {
  return column === null ? null : { column, rule: { kind: "time" } };
}

/** The facts of a node whose state says all of its shape by its columns. */
export const stateful = {
  gathers: (): boolean => true,
  operatorId: (node: { readonly spec: { readonly operatorId: string } }): string => node.spec.operatorId,
  shape: (): Readonly<Record<string, Json>> => ({}),
  delayMs: (): number => 0,
} as const;

/** `[a, (b + 1) AS c]`, for a line of `explain()`. */
export function textsOf(expressions: readonly Expression[]): string {
  return `[${expressions.map((e) => sqlText(e)).join(", ")}]`;
}

/** `[a, c]`, for a line of `explain()`. */
export function namesOf(columns: readonly Attribute[]): string {
  return `[${columns.map(({ name }) => name).join(", ")}]`;
}
