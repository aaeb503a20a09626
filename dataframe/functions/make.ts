import type { ShownInCapitals } from "../../engine/plan/callNames.js";
import {
  call,
  Column,
  columnExpression,
  operandExpression,
  type AnyColumn,
  type NameOf,
  type Operand,
  type OperandRefs,
  type OperandValue,
  type RefsOf,
  type ValueOf,
} from "../column.js";
import { freshId } from "../../engine/expression/expression.js";
import { withListAggregates } from "../../engine/expression/aggregates/listAggregates.js";
import { literalOf, type LiteralValue } from "../literal.js";
import type { Asked, Needs, WantedKind } from "../types/wants.js";

/** A column, or the name of one. */
export type ColumnOrName = string | AnyColumn;

/** What an argument `C` of the function `By` asks of the row, which wants it of a kind. */
export type Takes<C, Kind extends WantedKind, By extends string> =
  | RefsOf<C>
  | (Kind extends "anything" ? never : Needs<ValueOf<C>, Kind, By>);

/** The same of an argument that may be a value, where a string is one. */
export type TakesValue<O, Kind extends WantedKind, By extends string> = OperandRefs<O> | Needs<OperandValue<O>, Kind, By>;

/** A call over columns given by name or as such. */
export function callOver<V, R extends Asked, N extends string = never>(name: string, columns: readonly ColumnOrName[]): Column<V, R, N> {
  return new Column(
    call(
      name,
      columns.map((column, i) => columnExpression(column, name, i)),
    ),
  );
}

/** A call over one column and plain values. */
export function callWith<V, R extends Asked, N extends string = never>(
  name: string,
  column: ColumnOrName,
  values: readonly LiteralValue[],
): Column<V, R, N> {
  return new Column(call(name, [columnExpression(column, name), ...values.map((value) => literalOf(value))]));
}

/** A call over one column and values that may be columns themselves; strings are values. */
export function callMixed<V, R extends Asked>(name: string, column: ColumnOrName, operands: readonly Operand[]): Column<V, R, never> {
  return new Column(call(name, [columnExpression(column, name), ...operands.map(operandExpression)]));
}

/** An aggregate function over all values of a group. */
export function aggregateCall<V, R extends Asked>(name: string, columns: readonly ColumnOrName[]): Column<V, R, never> {
  return new Column(
    withListAggregates(
      call(
        name,
        columns.map((column, i) => columnExpression(column, name, i)),
      ),
    ),
  );
}

/** A function without parameters. */
export function nullary<V>(name: string): () => Column<V, never, `${string}()`> {
  return () => callOver(name, []);
}

/** A random function without a seed: every call of it draws numbers of its own, however often its column is used. */
export function random<T, R extends Asked = never>(name: string, args: readonly ColumnOrName[] = []): Column<T, R, never> {
  const columns = args.map((arg, i) => columnExpression(arg, name, i));
  return new Column<T, R, never>({ ...call(name, columns), draw: freshId() });
}

/** What a column of a call is called: some functions show in capitals, some show arguments that nobody wrote. */
type ShownCall<F extends string, Argument extends string> = F extends ShownInCapitals
  ? `${Uppercase<F>}(${Argument})`
  : F extends ShowsMore
    ? `${F}(${string})`
    : `${F}(${Argument})`;

type ShowsMore = "array_sort" | "sort_array" | "round" | "bround" | "unix_timestamp";

/** A function of one column whose result type does not depend on it. */
export function unary<V, F extends string, Kind extends WantedKind = "anything">(
  name: F,
): <const C extends ColumnOrName>(column: C) => Column<V, Takes<C, Kind, F>, ShownCall<F, NameOf<C>>> {
  return (column) => callOver(name, [column]);
}

/** A function of two columns. */
export function binary<V, F extends string = string, Kind extends WantedKind = "anything">(
  name: F,
): <const A extends ColumnOrName, const B extends ColumnOrName>(a: A, b: B) => Column<V, Takes<A | B, Kind, F>, never> {
  return (a, b) => callOver(name, [a, b]);
}

/** A function of any number of columns. */
export function variadic<V, F extends string = string, Kind extends WantedKind = "anything">(
  name: F,
): <const C extends readonly ColumnOrName[]>(...columns: C) => Column<V, Takes<C[number], Kind, F>, never> {
  return (...columns) => callOver(name, columns);
}

/** A function of one column and one value, which may be a column. */
export function withOperand<V, F extends string, Kind extends WantedKind = "anything">(
  name: F,
): <const C extends ColumnOrName, O extends Operand>(column: C, operand: O) => Column<V, Takes<C, Kind, F> | OperandRefs<O>, never> {
  return (column, operand) => callMixed(name, column, [operand]);
}

/** A value as a column, where a string alone would be a name. */
export function literalColumn(value: LiteralValue): Column<unknown, never, never> {
  return new Column(literalOf(value));
}
