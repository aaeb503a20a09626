import type { Expression } from "../engine/expression/expression.js";
import { outputExpression, type AnyColumn } from "./column.js";
import type { DataFrame } from "./dataFrame.js";
import { avg, count, max, min, sum } from "./functions/aggregates.js";
import type { Average, Of, Resolve, Sum } from "./types/deferred.js";
import type { CheckedAll, Flat, IsLoose, LooseRow, Selected } from "./types/row.js";

type Name<Row> = IsLoose<Row> extends true ? string : keyof Row & string;
type Added<Row, Keys, Columns> = IsLoose<Row> extends true ? LooseRow : Flat<Keys & Columns>;

/**
 * Rows grouped by some columns: what `groupBy` gives. `Keys` are the grouping columns of the result.
 *
 * @example df.groupBy("sensorId").agg(avg("celsius").as("mean"), count().as("n"))
 */
export class GroupedData<Row, Keys> {
  constructor(
    private readonly frame: DataFrame<Row>,
    private readonly grouping: readonly Expression[],
  ) {}

  /** A row a group: the grouping columns, then these aggregates. @example df.groupBy("sensorId").agg(max("celsius").as("hottest")) */
  agg<const C extends readonly AnyColumn[]>(...columns: C & CheckedAll<C, Row>): DataFrame<Flat<Keys & Selected<C, Row>>> {
    return this.aggregate(columns);
  }

  /** How many rows each group has. @example df.groupBy("sensorId").count() */
  count(): DataFrame<Flat<Keys & { count: number }>> {
    return this.aggregate([count().as("count")]);
  }

  /** The sum of each of the columns. @example df.groupBy("sensorId").sum("celsius") */
  sum<K extends Name<Row>>(...columns: readonly K[]): DataFrame<Added<Row, Keys, { [N in K as `sum(${N})`]: Resolve<Sum<Of<N>>, Row> }>> {
    return this.aggregate(columns.map((column) => sum(column)));
  }

  /** The average of each of the columns. @example df.groupBy("sensorId").avg("celsius") */
  avg<K extends Name<Row>>(
    ...columns: readonly K[]
  ): DataFrame<Added<Row, Keys, { [N in K as `avg(${N})`]: Resolve<Average<Of<N>>, Row> }>> {
    return this.aggregate(columns.map((column) => avg(column)));
  }

  /** The same as `avg`. @example df.groupBy("sensorId").mean("celsius") */
  mean<K extends Name<Row>>(
    ...columns: readonly K[]
  ): DataFrame<Added<Row, Keys, { [N in K as `avg(${N})`]: Resolve<Average<Of<N>>, Row> }>> {
    return this.avg(...columns);
  }

  /** The smallest value of each of the columns. @example df.groupBy("sensorId").min("celsius") */
  min<K extends Name<Row>>(...columns: readonly K[]): DataFrame<Added<Row, Keys, { [N in K as `min(${N})`]: Resolve<Of<N>, Row> | null }>> {
    return this.aggregate(columns.map((column) => min(column)));
  }

  /** The largest value of each of the columns. @example df.groupBy("sensorId").max("celsius") */
  max<K extends Name<Row>>(...columns: readonly K[]): DataFrame<Added<Row, Keys, { [N in K as `max(${N})`]: Resolve<Of<N>, Row> | null }>> {
    return this.aggregate(columns.map((column) => max(column)));
  }

  private aggregate<Next>(columns: readonly AnyColumn[]): DataFrame<Next> {
    const aggregates = [...this.grouping, ...columns.map(outputExpression)];
    return this.frame.derive({ kind: "aggregate", grouping: this.grouping, aggregates, input: this.frame.plan });
  }
}
