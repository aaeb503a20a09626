import { freshId, type Attribute, type Expression } from "../engine/expression/expression.js";
import { distinctInputs } from "../engine/plan/analyzer/reidentify.js";
import type { LogicalPlan, NodeOf } from "../engine/plan/logicalPlan.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { sameName } from "../engine/plan/verbs.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { notExpected } from "./arguments.js";
import { Column, columnExpression, outputExpression, type AnyColumn } from "./column.js";
import { attributeNamed } from "./names.js";
import type { ColumnsOf } from "./rowTypes/verbs.js";

/** What a verb takes beside columns and their names: a function of the row, which gives them. */
export type RowFunction = (...rows: readonly ColumnsOf<never>[]) => unknown;

/** The columns of a table, for whoever asks: those of one that waits for a query around it cannot be told. */
type Output = () => readonly Attribute[];

/**
 * The columns of a table as members of an object, for functions of a row. A name that is not there, or that two columns have, is left to the analyzer, which
 * knows what to say.
 */
export function rowColumns<Row>(output: readonly Attribute[]): ColumnsOf<Row> {
  return new Proxy<ColumnsOf<Row>>({} as ColumnsOf<Row>, {
    get: (_, name) => (typeof name === "symbol" ? undefined : new Column(columnNamed(output, name))),
    has: (_, name) => output.some((attribute) => attribute.name === name),
    ownKeys: () => [...new Set(output.map(({ name }) => name))],
    getOwnPropertyDescriptor: (_, name) =>
      typeof name === "symbol" ? undefined : { value: new Column(columnNamed(output, name)), enumerable: true, configurable: true },
  });
}

function columnNamed(output: readonly Attribute[], name: string): Expression {
  const found = output.filter((attribute) => sameName(attribute.name, name));
  return found.length === 1 ? found[0]! : attributeNamed([name]);
}

/** What was given to a verb, with what the functions of the row among it give in their place. */
export function givenItems(output: Output, given: readonly unknown[]): readonly (string | AnyColumn)[] {
  return given.flatMap((item) =>
    typeof item === "function"
      ? ((item as RowFunction)(rowColumns(output())) as string | AnyColumn | (string | AnyColumn)[])
      : [item as string | AnyColumn],
  );
}

/** The same as the expressions of an output list. @throws NOT_EXPECTED_TYPE */
export function outputItems(owner: string, output: Output, given: readonly unknown[]): Expression[] {
  return givenItems(output, given).map((item, i) => {
    columnExpression(item, owner, i);
    return outputExpression(item);
  });
}

/** One column, given as such or by a function of the row. @throws NOT_EXPECTED_TYPE */
export function givenColumn(owner: string, output: Output, given: unknown): Expression {
  const [first] = givenItems(output, [given]);
  return columnAlone(owner, 0, first);
}

/** A name alone is no condition and no value. */
function columnAlone(owner: string, place: number, given: unknown): Expression {
  if (given instanceof Column) return given.expression;
  throw notExpected(owner, place + 1, "a Column, or a function of the row that gives one", given);
}

/** The sides of a join and what it is on. A function of both rows sees a table that is on both sides as two. */
export function joinSides(
  left: LogicalPlan,
  right: LogicalPlan,
  on: string | readonly string[] | AnyColumn | RowFunction,
): Pick<NodeOf<"join">, "left" | "right" | "using" | "condition"> {
  if (typeof on === "string") return { left, right, using: [on], condition: null };
  if (on instanceof Column) return { left, right, using: null, condition: on.expression };
  if (typeof on !== "function") return { left, right, using: on, condition: null };
  const sides = distinctInputs([left, right]);
  const condition = columnAlone("DataFrame.join", 1, on(...sides.map((side) => rowColumns<never>(outputOf(side)))));
  return { left: sides[0]!, right: sides[1]!, using: null, condition };
}

/** A grouping expression as a column of its own. */
export function keyColumn(e: Expression): Expression {
  return { kind: "alias", id: freshId(), name: "key", child: e.kind === "alias" ? e.child : e };
}

/** Casts of casts of a column are called like the column, as in Spark's DataFrames; in its SQL they are not. */
export function castsNamed(e: Expression): Expression {
  if (e.kind !== "unresolvedCast" || e.child.kind !== "unresolvedCast") return e;
  let inner: Expression = e.child;
  while (inner.kind === "unresolvedCast") inner = inner.child;
  if (inner.kind !== "unresolvedAttribute" || inner.parts.length > 1) return e;
  return { kind: "alias", child: e, name: inner.parts[0]!, id: freshId() };
}

/** The columns that a Column stands for in a plan; none where there is none of that name. @throws AMBIGUOUS_REFERENCE */
export function droppedIds(analyze: (plan: LogicalPlan) => LogicalPlan, plan: LogicalPlan, { expression }: AnyColumn): readonly number[] {
  if (expression.kind === "attribute") return [expression.id];
  if (expression.kind !== "unresolvedAttribute") return [];
  try {
    return outputOf(analyze({ kind: "project", expressions: [expression], input: plan })).map(({ id }) => id);
  } catch (error) {
    if (error instanceof StreamingError && error.condition.startsWith("UNRESOLVED_COLUMN")) return [];
    throw error;
  }
}
