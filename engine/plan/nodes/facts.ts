import type { OutputMode } from "../../contract/sink.js";
import type { StreamingError } from "../../errors/streamingError.js";
import type { Attribute, Expression } from "../../expression/expression.js";

declare const input: unique symbol;

/** An input as its node's facts see it: not at all. What they may know of it, they are given. */
export interface Input {
  readonly [input]: never;
}

/** The output of a plan. */
export type Columns = readonly Attribute[];

/** What a column of the output is, in terms of one input; null when that input has nothing that is the same. */
export type Origin = (column: Attribute) => Expression | null;

/** Where a node stands when a stream is checked. */
export interface StreamPlace {
  readonly outputMode: OutputMode;
  /** Of each input, whether it never ends. */
  readonly streams: readonly boolean[];
  /** Of each input, what it puts out. */
  readonly inputs: readonly Columns[];
  /** Whether an aggregation of a stream is here or further upstream. */
  readonly aggregated: boolean;
}

/**
 * All that the analyzer, the rules of the optimizer, the checker of streams and `explain` know of a kind of node. The facts are about the node alone: it
 * is they that walk the tree, and none of them has a list of kinds of its own.
 *
 * @typeParam N the node, over `Input`
 */
export interface NodeFacts<N extends { readonly kind: string }, Plan = Input> {
  readonly kind: N["kind"];

  /** The inputs, in the order in which they are read. */
  children(node: N): readonly Plan[];
  /** The node over other inputs, as many. */
  withChildren(node: N, children: readonly Plan[]): N;

  /** The expressions that the node itself computes. */
  expressions(node: N): readonly Expression[];
  /** The node with others in their places. Only ever called with as many, of which attributes and names stay what they are. */
  withExpressions(node: N, expressions: readonly Expression[]): N;

  /** The attributes that the node brings in, beside those that its aliases name. */
  defined(node: N): readonly Attribute[];
  /** The node with others in their places. */
  withDefined(node: N, attributes: readonly Attribute[]): N;

  /** The columns it gives: ids, names, types, and which of them are event times. */
  output(node: N, inputs: readonly Columns[]): Columns;
  /** True when all it gives is made by its expressions; false when columns of the inputs come out beside them. */
  readonly onlyExpressions: boolean;
  /** What the columns it gives are in each input. */
  origins(node: N, inputs: readonly Columns[]): readonly Origin[];
  /** Whether a condition on the output holds in `each` input, or in the `one` that has its columns. */
  readonly conditionsHoldIn: "each" | "one";
  /** Whether rows may as well be filtered before the node as after it, by a condition over these columns, all of which have an origin. */
  letsFilterPass(node: N, columns: ReadonlySet<number>): boolean;
  /** The node without the part of its output that nobody asks for, as far as it can leave it out. */
  narrow(node: N, asked: ReadonlySet<number>): N;

  /** The stem of the id under which it keeps state, or would if it ran as a stream; null for what needs none. */
  operatorKind(node: N, streams: readonly boolean[]): string | null;
  /** Whether Spark's checker counts it as keeping state by event time or key. */
  keepsState(node: N, streams: readonly boolean[]): boolean;
  /** Whether, in update and complete mode, it gives rows that replace earlier ones. */
  emitsChanges(node: N, streams: readonly boolean[]): boolean;
  /** What a stream refuses of it here. */
  refusal(node: N, place: StreamPlace): StreamingError | null;

  /** Its line in `explain()`. */
  explain(node: N): string;
}

/** The facts of a node with one input. */
export const oneInput = {
  children: <Plan>(node: { readonly input: Plan }): readonly Plan[] => [node.input],
  withChildren: <Plan, N extends { readonly input: Plan }>(node: N, children: readonly Plan[]): N => ({ ...node, input: children[0]! }),
  conditionsHoldIn: "each",
} as const;

/** The facts of a node without inputs, whose columns are its own. */
export const noInput = {
  children: (): readonly never[] => [],
  withChildren: <N>(node: N): N => node,
  defined: (node: { readonly output: readonly Attribute[] }): readonly Attribute[] => node.output,
  withDefined: <N extends { readonly output: readonly Attribute[] }>(node: N, output: readonly Attribute[]): N => ({ ...node, output }),
  output: (node: { readonly output: readonly Attribute[] }): Columns => node.output,
  onlyExpressions: false,
  origins: (): readonly Origin[] => [],
  conditionsHoldIn: "each",
  letsFilterPass: (): boolean => false,
} as const;

/** The facts of a node without expressions. */
export const noExpressions = {
  expressions: (): readonly Expression[] => [],
  withExpressions: <N>(node: N): N => node,
} as const;

/** The facts of a node that brings in no attributes but those of its aliases. */
export const definesNothing = {
  defined: (): readonly Attribute[] => [],
  withDefined: <N>(node: N): N => node,
} as const;

/** The facts of a node that gives the columns of its one input, whatever it does with the rows. */
export const sameColumns = {
  ...definesNothing,
  output: (_: unknown, inputs: readonly Columns[]): Columns => inputs[0]!,
  onlyExpressions: false,
  origins: (): readonly Origin[] => [itself],
  narrow: <N>(node: N): N => node,
} as const;

/** The facts of a node that gives the columns of its one input, and behind them some of its own. */
export function addedColumns<N>(own: (node: N) => readonly Attribute[], withOwn: (node: N, attributes: readonly Attribute[]) => N) {
  return {
    defined: own,
    withDefined: withOwn,
    output: (node: N, inputs: readonly Columns[]): Columns => [...inputs[0]!, ...own(node)],
    onlyExpressions: false,
    origins: (node: N): readonly Origin[] => {
      const ids = new Set(own(node).map(({ id }) => id));
      return [(column) => (ids.has(column.id) ? null : column)];
    },
    // What a condition reads has an origin below, so it is none of them.
    letsFilterPass: (): boolean => true,
    narrow: (node: N): N => node,
  } as const;
}

/** The facts of a node that a stream may have anywhere, and that remembers nothing. */
export const stateless = {
  operatorKind: (): null => null,
  keepsState: (): boolean => false,
  emitsChanges: (): boolean => false,
  refusal: (): StreamingError | null => null,
} as const;

/** The origin of columns that only pass. */
function itself(column: Attribute): Expression {
  return column;
}

/** ` (aggregate-0)`: the id of a stateful operator in its line. */
export function operatorText({ operatorId }: { readonly operatorId?: string }): string {
  return operatorId === undefined ? "" : ` (${operatorId})`;
}
