import type { Expression } from "../engine/expression/expression.js";
import { outputExpression, type AnyColumn } from "./column.js";
import type { DataFrame } from "./dataFrame.js";
import { avg, count, max, min, sum } from "./functions/aggregates.js";
import type { Average, Of, Resolve, Sum } from "./types/deferred.js";
import type { CheckedAll, Flat, IsLoose, LooseRow, Selected } from "./types/row.js";

declare const typesOf: unique symbol;

type Name<Row> = IsLoose<Row> extends true ? string : keyof Row & string;
type Added<Row, Keys, Columns> = IsLoose<Row> extends true ? LooseRow : Flat<Keys & Columns>;

/**
 * Rows grouped by some columns: what `groupBy` gives. `Keys` are the grouping columns of the result.
 *
 * @example df.groupBy("sensorId").agg(avg("celsius").as("mean"), count().as("n"))
 */
export class GroupedData<out Row, out Keys> {
  declare readonly [typesOf]: { readonly row: Row; readonly keys: Keys };

  constructor(
    private readonly frame: DataFrame<Row>,
    private readonly grouping: readonly Expression[],
  ) {}

  /** A row a group: the grouping columns, then these aggregates. @example df.groupBy("sensorId").agg(max("celsius").as("hottest")) */
  agg<R, K, const C extends readonly AnyColumn[]>(
    this: GroupedData<R, K>,
    ...columns: C & CheckedAll<C, R>
  ): DataFrame<Flat<K & Selected<C, R>>> {
    return this.aggregate(columns);
  }

  /** How many rows each group has. @example df.groupBy("sensorId").count() */
  count(): DataFrame<Flat<Keys & { count: number }>> {
    return this.aggregate([count().as("count")]);
  }

  /** The sum of each of the columns. @example df.groupBy("sensorId").sum("celsius") */
  sum<R, G, K extends Name<R>>(
    this: GroupedData<R, G>,
    ...columns: readonly K[]
  ): DataFrame<Added<R, G, { [N in K as `sum(${N})`]: Resolve<Sum<Of<N>>, R> }>> {
    return this.aggregate(columns.map((column) => sum(column)));
  }

  /** The average of each of the columns. @example df.groupBy("sensorId").avg("celsius") */
  avg<R, G, K extends Name<R>>(
    this: GroupedData<R, G>,
    ...columns: readonly K[]
  ): DataFrame<Added<R, G, { [N in K as `avg(${N})`]: Resolve<Average<Of<N>>, R> }>> {
    return this.aggregate(columns.map((column) => avg(column)));
  }

  /** The same as `avg`. @example df.groupBy("sensorId").mean("celsius") */
  mean<R, G, K extends Name<R>>(
    this: GroupedData<R, G>,
    ...columns: readonly K[]
  ): DataFrame<Added<R, G, { [N in K as `avg(${N})`]: Resolve<Average<Of<N>>, R> }>> {
    return this.avg(...columns);
  }

  /** The smallest value of each of the columns. @example df.groupBy("sensorId").min("celsius") */
  min<R, G, K extends Name<R>>(
    this: GroupedData<R, G>,
    ...columns: readonly K[]
  ): DataFrame<Added<R, G, { [N in K as `min(${N})`]: Resolve<Of<N>, R> | null }>> {
    return this.aggregate(columns.map((column) => min(column)));
  }

  /** The largest value of each of the columns. @example df.groupBy("sensorId").max("celsius") */
  max<R, G, K extends Name<R>>(
    this: GroupedData<R, G>,
    ...columns: readonly K[]
  ): DataFrame<Added<R, G, { [N in K as `max(${N})`]: Resolve<Of<N>, R> | null }>> {
    return this.aggregate(columns.map((column) => max(column)));
  }

  private aggregate<Next>(columns: readonly AnyColumn[]): DataFrame<Next> {
    const aggregates = [...this.grouping, ...columns.map(outputExpression)];
    return this.frame.derive({ kind: "aggregate", grouping: this.grouping, aggregates, input: this.frame.plan });
  }
}
