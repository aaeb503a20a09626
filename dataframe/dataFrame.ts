import type { Batch } from "../engine/arrow/batch.js";
import type { UserRow } from "../engine/contract/groupFunction.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Expression } from "../engine/expression/expression.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import { isAnalyzed } from "../engine/plan/analyzer/analyze.js";
import { closedPlans } from "../engine/plan/openPlans.js";
import { outputOf } from "../engine/plan/outputOf.js";
import type { ParsedPlan } from "../engine/plan/unresolved.js";
import { allRenamed, joinTypeOf, lateralTypeOf, renamed, sameName, withColumns } from "../engine/plan/verbs.js";
import { parseExpression } from "../engine/sql/parser.js";
import { asQuery, Column, call, outputExpression, type AnyColumn, type ValueOf } from "./column.js";
import { avg, count, max, min, sum } from "./functions/aggregates.js";
import * as g from "./groupState.js";
import { reducedRow } from "./reducedRows.js";
import { groupingSetsPlan, pivotPlan, type GroupingSets, type Pivoted } from "./groupings.js";
import { literalOf, type LiteralValue } from "./literal.js";
import { localPlan } from "./localPlan.js";
import * as m from "./mapRows.js";
import { nameExpression } from "./names.js";
import { castsNamed, droppedIds, givenColumn, joinSides, keyColumn, outputItems, type RowFunction } from "./rowColumns.js";
import type { RowOfInput, SchemaInput } from "./schema.js";
import type { SessionContext } from "./sessionContext.js";
import { newStreamDefinition } from "./streamDefinition.js";
import type { StatefulProcessor } from "./statefulProcessor.js";
import { setOperationPlan, TableVerbs } from "./tableVerbs.js";
import { DataStreamWriter, type BatchFunction } from "./streamWriter.js";
import type { Of, Resolve } from "./types/deferred.js";
import type * as r from "./rowTypes/row.js";
import type * as v from "./rowTypes/verbs.js";

/** Takes the rows of a batch, as a bounded DataFrame. Runs at least once a batch. */
export type ForeachBatch<Row> = BatchFunction<DataFrame<Row>>;

/**
 * A table, bounded or not: a plan of what it is made of. Immutable; every verb gives a new one, analysed at once (a mistake throws there), and does no I/O. What
 * returns a Promise runs it.
 * @example df.where(col("celsius").gt(30)).select("sensorId", "celsius")
 */
export class DataFrame<out Row = r.LooseRow> extends TableVerbs<Row, DataFrame<Row>, DataFrame> {
  /** Rows in memory as a DataFrame. The batch must be the caller's own (`retainBatch`). */
  static ofBatch<Row>(session: SessionContext, batch: Batch): DataFrame<Row> {
    return new DataFrame<Row>(session, localPlan(batch, session.analysisContext));
  }

  /** A DataFrame of the same session over a plan built on this one's. For verbs beside the ones here. */
  derive<Next>(plan: LogicalPlan): DataFrame<Next> {
    return new DataFrame<Next>(this.session, this.analyzedOrOpen(plan));
  }

  /** The columns of the result, by name, or as expressions. @example df.select("sensorId", col("celsius").plus(273.15).as("kelvin")) */
  select<R, const C extends readonly (keyof R & string)[]>(this: DataFrame<R>, ...columns: C): DataFrame<r.Selected<C, R>>;
  select<R, const C extends v.Items<R>>(
    this: DataFrame<R>,
    columns: (row: v.ColumnsOf<R>) => C & v.CheckedItems<C, R>,
  ): DataFrame<r.Selected<v.Listed<C>, R>>;
  select<R, const C extends readonly v.Item<R>[]>(this: DataFrame<R>, ...columns: C & r.CheckedAll<C, R>): DataFrame<r.Selected<C, R>>;
  select<R>(this: DataFrame<R>, ...columns: readonly unknown[]): DataFrame<never> {
    return this.project(outputItems("DataFrame.select", () => this.output, columns).map(castsNamed));
  }

  /** The columns of the result as SQL text. @example df.selectExpr("sensorId", "celsius * 1.8 + 32 AS fahrenheit") */
  selectExpr<Next = r.LooseRow>(...texts: readonly string[]): DataFrame<Next> {
    return this.project(texts.map((text) => castsNamed(parseExpression(text))));
  }

  /** The rows that meet a condition (a Column, or SQL text). @example df.where("celsius > 30") */
  where<R, C extends AnyColumn>(this: DataFrame<R>, condition: (row: v.ColumnsOf<R>) => C & r.CheckedCondition<C, R>): DataFrame<R>;
  where<R, C extends string | AnyColumn>(this: DataFrame<R>, condition: C extends string ? C : C & r.CheckedCondition<C, R>): DataFrame<R>;
  where<R>(this: DataFrame<R>, condition: unknown): DataFrame<R> {
    return this.filtered(condition);
  }

  /** The same as `where`; a function here is one of the values of a row, not of its columns. @example df.filter((row: { celsius: number }) => row.celsius > 30) */
  filter<R>(this: DataFrame<R>, passes: m.OfRow<R, boolean | null>, options?: m.RowFunctionOptions): DataFrame<R>;
  filter<R, C extends string | AnyColumn>(this: DataFrame<R>, condition: C extends string ? C : C & r.CheckedCondition<C, R>): DataFrame<R>;
  filter<R>(this: DataFrame<R>, condition: unknown, options: m.RowFunctionOptions = {}): DataFrame<R> {
    return typeof condition === "function"
      ? this.derive(m.filterPlan(this.plan, condition as () => unknown, options))
      : this.filtered(condition);
  }

  /** A row made of each by a function of its values. @throws FAILED_EXECUTE_UDF, UDF_RESULT_MISMATCH @example df.map((row: { id: number }) => ({ twice: row.id * 2 }), "twice BIGINT") */
  map<R, const S extends SchemaInput>(this: DataFrame<R>, ...given: m.RowMapGiven<S, R>): DataFrame<RowOfInput<S>> {
    return this.derive(m.mapPlan("map", this.plan, ...given));
  }

  /** Any number of rows made of each. @throws FAILED_EXECUTE_UDF, UDF_RESULT_MISMATCH @example df.flatMap((row: { tags: string[] }) => row.tags.map((tag) => ({ tag })), "tag STRING") */
  flatMap<R, const S extends SchemaInput>(this: DataFrame<R>, ...given: m.FlatMapGiven<S, R>): DataFrame<RowOfInput<S>> {
    return this.derive(m.mapPlan("flatMap", this.plan, ...given));
  }

  /** Rows made of whole batches, as Arrow tables. @throws FAILED_EXECUTE_UDF, UDF_RESULT_MISMATCH @example df.select("id").mapBatches((table) => table, "id BIGINT") */
  mapBatches<const S extends SchemaInput>(...given: m.MapGiven<S, m.OfBatch>): DataFrame<RowOfInput<S>> {
    return this.derive(m.mapBatchesPlan(this.plan, ...given));
  }

  /** A column added, or replaced in place. @example df.withColumn("kelvin", col("celsius").plus(273.15)) */
  withColumn<R, const N extends (keyof R & string) | (string & {}), C extends AnyColumn>(
    this: DataFrame<R>,
    name: N,
    column: (row: v.ColumnsOf<R>) => C & r.Checked<C, R>,
  ): DataFrame<r.WithColumn<R, N, Resolve<ValueOf<C>, R>>>;
  withColumn<R, const N extends (keyof R & string) | (string & {}), C extends AnyColumn>(
    this: DataFrame<R>,
    name: N,
    column: C & r.Checked<C, R>,
  ): DataFrame<r.WithColumn<R, N, Resolve<ValueOf<C>, R>>>;
  withColumn(name: string, column: unknown): DataFrame<never> {
    const expression = givenColumn("DataFrame.withColumn", () => this.output, column);
    return this.project(withColumns(this.output, [{ name, expression }]));
  }

  /** Several columns added or replaced, each seeing the columns as they were. @example df.withColumns({ kelvin: col("celsius").plus(273.15) }) */
  withColumns<R, C extends Readonly<Record<string, AnyColumn>>>(
    this: DataFrame<R>,
    columns: C & { readonly [K in keyof C]: r.Checked<C[K], R> },
  ): DataFrame<r.IsLoose<R> extends true ? r.LooseRow : r.Flat<Omit<R, keyof C> & { [K in keyof C]: Resolve<ValueOf<C[K]>, R> }>> {
    const added = Object.entries<AnyColumn>(columns).map(([name, column]) => ({ name, expression: column.expression }));
    return this.project(withColumns(this.output, added));
  }

  /** A column under another name. @example df.withColumnRenamed("celsius", "c") */
  withColumnRenamed<R, const F extends v.Name<R>, const T extends string>(
    this: DataFrame<R>,
    existing: F,
    to: T,
  ): DataFrame<r.Renamed<R, F, T>> {
    return this.project(renamed(this.output, (name) => (sameName(name, existing) ? to : undefined)));
  }

  /** All columns under other names; without names the table as it is. @example df.select("sensorId", "celsius").toDF("s", "c") */
  toDF<R>(this: DataFrame<R>): DataFrame<R>;
  toDF<const N extends readonly string[]>(...names: N): DataFrame<{ [K in N[number]]: unknown }>;
  toDF(...names: readonly string[]): DataFrame<never> {
    return this.project(allRenamed(this.output, names));
  }

  /** Without these columns: by name, or the very ones (`joined.drop(sensors.col("sensorId"))`). What is not there is no matter. @example df.drop("celsius") */
  drop<R, const N extends v.Name<R>>(this: DataFrame<R>, ...names: readonly N[]): DataFrame<r.Dropped<R, N>>;
  drop<R>(this: DataFrame<R>, ...columns: readonly AnyColumn[]): DataFrame<R>;
  drop(...columns: readonly (string | AnyColumn)[]): DataFrame<never> {
    const ids = new Set(
      columns.flatMap((column) => (typeof column === "string" ? [] : droppedIds((plan) => this.analyzed(plan), this.plan, column))),
    );
    const isDropped = ({ id, name }: { readonly id: number; readonly name: string }): boolean =>
      ids.has(id) || columns.some((column) => typeof column === "string" && sameName(column, name));
    return this.project(this.output.filter((attribute) => !isDropped(attribute)));
  }

  /** A column of this very DataFrame: tells the sides of a join apart. @example df.select(df.col("id")) */
  col<R, const K extends v.Name<R>>(this: DataFrame<R>, name: K): Column<Of<K>, K, K> {
    const { plan } = this.derive({ kind: "project", expressions: [nameExpression(name)], input: this.plan });
    const item = plan.kind === "project" ? plan.expressions[0]! : this.output.find((attribute) => sameName(attribute.name, name))!;
    return new Column(item.kind === "alias" ? item.child : item);
  }

  /** Groups for aggregation; without columns all rows are one group. @example df.groupBy(window("at", "1 minute"), "sensorId").count() */
  groupBy<R, const C extends readonly (keyof R & string)[]>(this: DataFrame<R>, ...columns: C): GroupedData<R, r.Selected<C, R>>;
  groupBy<R, const C extends v.Items<R>>(
    this: DataFrame<R>,
    columns: (row: v.ColumnsOf<R>) => C & v.CheckedItems<C, R>,
  ): GroupedData<R, r.Selected<v.Listed<C>, R>>;
  groupBy<R, const C extends readonly v.Item<R>[]>(
    this: DataFrame<R>,
    ...columns: C & r.CheckedAll<C, R>
  ): GroupedData<R, r.Selected<C, R>>;
  groupBy<R>(this: DataFrame<R>, ...columns: readonly unknown[]): GroupedData<R, never> {
    return new GroupedData(
      this,
      outputItems("DataFrame.groupBy", () => this.output, columns),
    );
  }

  /** The groups of every part of the columns, from all of them to none; a column that does not count is null. @example df.cube("sensorId", "day").count() */
  cube<R, const C extends readonly v.Name<R>[]>(this: DataFrame<R>, ...columns: C): GroupedData<R, r.Selected<C, R>>;
  cube<R, const C extends readonly v.Item<R>[]>(this: DataFrame<R>, ...columns: C & r.CheckedAll<C, R>): GroupedData<R, r.Selected<C, R>>;
  cube<R>(this: DataFrame<R>, ...columns: readonly unknown[]): GroupedData<R, never> {
    return new GroupedData(
      this,
      outputItems("DataFrame.cube", () => this.output, columns),
      "cube",
    );
  }

  /** The groups of the columns, of all but the last, and so on to none. @example df.rollup("day", "sensorId").agg(avg("celsius").as("mean")) */
  rollup<R, const C extends readonly v.Name<R>[]>(this: DataFrame<R>, ...columns: C): GroupedData<R, r.Selected<C, R>>;
  rollup<R, const C extends readonly v.Item<R>[]>(this: DataFrame<R>, ...columns: C & r.CheckedAll<C, R>): GroupedData<R, r.Selected<C, R>>;
  rollup<R>(this: DataFrame<R>, ...columns: readonly unknown[]): GroupedData<R, never> {
    return new GroupedData(
      this,
      outputItems("DataFrame.rollup", () => this.output, columns),
      "rollup",
    );
  }

  /**
   * The groups of each of the sets of columns, one after the other; a column that does not count in a set is null. The result has the columns, then the aggregates.
   *
   * @example df.groupingSets([["sensorId", "day"], ["day"], []], "sensorId", "day").count()
   */
  groupingSets<R, const C extends readonly v.Item<R>[]>(
    this: DataFrame<R>,
    sets: readonly (readonly v.Item<R>[])[],
    ...columns: C & r.CheckedAll<C, R>
  ): GroupedData<R, r.Selected<C, R>>;
  groupingSets<R>(this: DataFrame<R>, sets: readonly (readonly unknown[])[], ...columns: readonly unknown[]): GroupedData<R, never> {
    const itemsOf = (items: readonly unknown[]): Expression[] => outputItems("DataFrame.groupingSets", () => this.output, items);
    return new GroupedData(this, itemsOf(columns), sets.map(itemsOf));
  }

  /** Aggregates over all rows. @example df.agg(max("celsius").as("hottest"), count().as("n")) */
  agg<R, const C extends AnyColumn | readonly AnyColumn[]>(
    this: DataFrame<R>,
    columns: (row: v.ColumnsOf<R>) => C & v.CheckedItems<C, R>,
  ): DataFrame<r.Selected<v.Listed<C>, R>>;
  agg<R, const C extends readonly AnyColumn[]>(this: DataFrame<R>, ...columns: C & r.CheckedAll<C, R>): DataFrame<r.Selected<C, R>>;
  agg<R>(this: DataFrame<R>, ...columns: readonly unknown[]): DataFrame<never> {
    const aggregates = outputItems("DataFrame.agg", () => this.output, columns);
    return this.derive({ kind: "aggregate", grouping: [], aggregates, input: this.below });
  }

  /** Rows of both that belong together: by columns they share (which the result has once), by a condition, or by a function of both rows. @example df.join(sensors, "sensorId", "left") */
  join<L, R, const K extends r.JoinName<L, R>, const H extends r.JoinHow = "inner">(
    this: DataFrame<L>,
    right: DataFrame<R>,
    on: K | readonly K[],
    how?: H,
  ): DataFrame<r.Joined<L, R, H, K>>;
  join<L, R, C extends AnyColumn, const H extends r.JoinHow = "inner">(
    this: DataFrame<L>,
    right: DataFrame<R>,
    on: (left: v.ColumnsOf<L>, right: v.ColumnsOf<R>) => C & r.CheckedCondition<C, L & R>,
    how?: H,
  ): DataFrame<r.Joined<L, R, H>>;
  join<L, R, const O extends v.On<L, R> | readonly v.On<L, R>[] | AnyColumn, const H extends r.JoinHow = "inner">(
    this: DataFrame<L>,
    right: DataFrame<R>,
    on: O extends AnyColumn ? O & r.CheckedCondition<O, L & R> : O & r.JoinKeys<O extends readonly unknown[] ? O[number] : O, L, R>,
    how?: H,
  ): DataFrame<r.Joined<L, R, H, O extends string ? O : O extends readonly string[] ? O[number] : never>>;
  join<R>(right: DataFrame<R>, on: string | readonly string[] | AnyColumn | RowFunction, how?: r.JoinHow): DataFrame<never> {
    const joinType = joinTypeOf(how ?? "inner");
    return this.derive({ kind: "join", joinType, ...joinSides(this.plan, right.plan, on) });
  }

  /**
   * Each row of this with the rows that the other has for it: a table that names columns of this one by `outer()`. Inner, cross or left, with a condition or without.
   *
   * @throws UNSUPPORTED_JOIN_TYPE
   * @example df.lateralJoin(session.tvf.explode(col("tags").outer()), "left")
   */
  lateralJoin<L, R, const H extends v.LateralHow = "inner">(this: DataFrame<L>, right: DataFrame<R>, how?: H): DataFrame<r.Joined<L, R, H>>;
  lateralJoin<L, R, C extends AnyColumn, const H extends v.LateralHow = "inner">(
    this: DataFrame<L>,
    right: DataFrame<R>,
    condition: C & r.CheckedCondition<C, L & R>,
    how?: H,
  ): DataFrame<r.Joined<L, R, H>>;
  lateralJoin<R>(right: DataFrame<R>, second?: AnyColumn | string, third?: string): DataFrame<never> {
    const [on, how] = second instanceof Column ? [second.expression, third] : [null, second];
    const joined: ParsedPlan = { kind: "lateralJoin", joinType: lateralTypeOf(how), condition: on, left: this.plan, right: right[asQuery] };
    return new DataFrame(this.session, this.queried(joined, [this.plan, ...(closedPlans(right.below, isAnalyzed) as AnalyzedPlan[])]));
  }

  /** Every row of this with every row of the other. @example df.crossJoin(sensors.select("area")) */
  crossJoin<L, R>(this: DataFrame<L>, right: DataFrame<R>): DataFrame<r.Joined<L, R, "inner">> {
    return this.derive({ kind: "join", joinType: "cross", condition: null, using: null, left: this.plan, right: right.plan });
  }

  /** The rows of both, column by column in their order; duplicates stay. @example df.union(df) */
  union<L, R>(this: DataFrame<L>, other: DataFrame<R>): DataFrame<v.Stacked<L, R>> {
    return this.derive(setOperationPlan("union", true, [this.plan, other.plan]));
  }

  /** The same as `union`. @example df.unionAll(df) */
  unionAll<L, R>(this: DataFrame<L>, other: DataFrame<R>): DataFrame<v.Stacked<L, R>> {
    return this.union(other);
  }

  /** The rows of both, columns matched by name; `allowMissingColumns` fills with null. @example df.unionByName(df.select("celsius", "id"), true) */
  unionByName<L, R, const M extends boolean = false>(
    this: DataFrame<L>,
    other: DataFrame<R> & v.Stackable<L, R>,
    allowMissingColumns?: M,
  ): DataFrame<v.StackedByName<L, R, M>> {
    return this.derive(
      setOperationPlan("union", true, [this.plan, other.plan], { byName: true, allowMissingColumns: allowMissingColumns ?? false }),
    );
  }

  /** Each row as the text of a JSON object, without the columns that are null: as column `value`. @example df.toJSON() */
  toJSON(): DataFrame<{ value: string }> {
    const row = call("struct", [{ kind: "unresolvedStar", target: [] }]);
    return this.project([outputExpression(new Column(call("to_json", [row])).as("value"))]);
  }

  /** With the place of each row, from 0, as the last column. Of a stream it is refused: places would depend on how it was cut. @example df.zipWithIndex("place") */
  zipWithIndex<R, const N extends string = "index">(this: DataFrame<R>, name?: N): DataFrame<r.WithColumn<R, N, number>> {
    const place = new Column(call("monotonically_increasing_id", [])).as(name ?? "index");
    return this.project([...this.output, outputExpression(place)]);
  }

  /** Writes a stream. @example await stream.writeStream.format("console").start() */
  get writeStream(): DataStreamWriter<Row, { readonly batch: DataFrame<Row>; readonly side: DataFrame }> {
    // The rows are of this plan: `Row` is what the compiler knows of them.
    const side = (plan: AnalyzedPlan) => new DataFrame(this.session, plan);
    return new DataStreamWriter(this.session, newStreamDefinition(this.plan), {
      batch: (rows, own) => DataFrame.ofBatch<Row>(own, rows),
      side,
    });
  }

  /** The plan of a query over this one. */
  query<Next>(plan: ParsedPlan): DataFrame<Next> {
    return new DataFrame<Next>(this.session, this.queried(plan));
  }

  protected same(plan: LogicalPlan): DataFrame<Row> {
    return this.derive(plan);
  }

  protected loose(plan: LogicalPlan): DataFrame {
    return this.derive(plan);
  }

  private project<Next>(expressions: readonly Expression[]): DataFrame<Next> {
    return this.derive({ kind: "project", expressions, input: this.below });
  }

  private filtered(condition: unknown): DataFrame<Row> {
    const e = typeof condition === "string" ? parseExpression(condition) : givenColumn("DataFrame.where", () => this.output, condition);
    return this.derive({ kind: "filter", condition: e, input: this.below });
  }
}

declare const typesOf: unique symbol;

/** How `transformWithState` is to run. */
export interface TransformOptions extends g.TransformOptions {
  /** A table, grouped as the rows are: `handleInitialState` is called with each of its rows before the first batch of the query. */
  readonly initialState?: GroupedData<unknown, unknown>;
}

/** Rows grouped by some columns: what `groupBy` gives. `Keys` are the grouping columns of the result. @example df.groupBy("sensorId").agg(avg("celsius").as("mean")) */
export class GroupedData<out Row, out Keys> {
  declare readonly [typesOf]: { readonly row: Row; readonly keys: Keys };

  constructor(
    private readonly frame: DataFrame<Row>,
    private readonly grouping: readonly Expression[],
    private readonly sets: GroupingSets | null = null,
    private readonly pivoted: Pivoted | null = null,
  ) {}

  /** The values of a column as columns: of each aggregate one for every value. @example df.groupBy("day").pivot("sensorId", ["a", "b"]).agg(avg("celsius")) */
  pivot<R, K>(this: GroupedData<R, K>, column: v.Name<R>, values: readonly LiteralValue[]): GroupedData<R, r.LooseRow> {
    return new GroupedData(this.frame, this.grouping, this.sets, {
      column: nameExpression(column),
      values: values.map((value) => literalOf(value)),
    });
  }

  /** A row a group: the grouping columns, then these aggregates. @example df.groupBy("sensorId").agg(max("celsius").as("hottest")) */
  agg<R, K, const C extends AnyColumn | readonly AnyColumn[]>(
    this: GroupedData<R, K>,
    columns: (row: v.ColumnsOf<R>) => C & v.CheckedItems<C, R>,
  ): DataFrame<r.Flat<K & r.Selected<v.Listed<C>, R>>>;
  agg<R, K, const C extends readonly AnyColumn[]>(
    this: GroupedData<R, K>,
    ...columns: C & r.CheckedAll<C, R>
  ): DataFrame<r.Flat<K & r.Selected<C, R>>>;
  agg<R, K>(this: GroupedData<R, K>, ...columns: readonly unknown[]): DataFrame<never> {
    return this.aggregate(outputItems("GroupedData.agg", () => outputOf(this.frame.plan), columns));
  }

  /** How many rows each group has. @example df.groupBy("sensorId").count() */
  count(): DataFrame<r.Flat<Keys & { count: number }>> {
    return this.aggregate([outputExpression(count().as("count"))]);
  }

  /** The sum of each of the columns. @example df.groupBy("sensorId").sum("celsius") */
  sum<R, G, K extends v.NumberName<R>>(this: GroupedData<R, G>, ...columns: readonly K[]): DataFrame<v.Sums<R, G, K>> {
    return this.aggregate(columns.map((column) => outputExpression(sum(column))));
  }

  /** The average of each of the columns. @example df.groupBy("sensorId").avg("celsius") */
  avg<R, G, K extends v.NumberName<R>>(this: GroupedData<R, G>, ...columns: readonly K[]): DataFrame<v.Averages<R, G, K>> {
    return this.aggregate(columns.map((column) => outputExpression(avg(column))));
  }

  /** The same as `avg`. @example df.groupBy("sensorId").mean("celsius") */
  mean<R, G, K extends v.NumberName<R>>(this: GroupedData<R, G>, ...columns: readonly K[]): DataFrame<v.Averages<R, G, K>> {
    return this.avg(...columns);
  }

  /** The smallest value of each of the columns. @example df.groupBy("sensorId").min("celsius") */
  min<R, G, K extends v.OrderedName<R>>(this: GroupedData<R, G>, ...columns: readonly K[]): DataFrame<v.Smallest<R, G, K>> {
    return this.aggregate(columns.map((column) => outputExpression(min(column))));
  }

  /** The largest value of each of the columns. @example df.groupBy("sensorId").max("celsius") */
  max<R, G, K extends v.OrderedName<R>>(this: GroupedData<R, G>, ...columns: readonly K[]): DataFrame<v.Largest<R, G, K>> {
    return this.aggregate(columns.map((column) => outputExpression(max(column))));
  }

  /**
   * One row a group: a function makes one row of two until one is left, in any order. The grouping columns come first, then the other columns of that row.
   *
   * @throws GROUPING_NOT_PLAIN over a pivot; FAILED_EXECUTE_UDF, UDF_RESULT_MISMATCH, when it runs, for what the function throws or gives
   * @example df.groupBy("sensorId").reduceGroups((a, b) => (a.celsius > b.celsius ? a : b))
   */
  reduceGroups<R, G>(this: GroupedData<R, G>, reduce: (a: NoInfer<R>, b: NoInfer<R>) => NoInfer<R>): DataFrame<v.Reduced<R, G>> {
    if (this.pivoted !== null) throw notPlain("reduceGroups", "pivot");
    const columns = outputOf(this.frame.plan);
    const frame = this.aggregate<never>([outputExpression(reducedRow(columns, reduce as never).as("reduced"))]);
    const output = outputOf(frame.plan);
    const keys = output.slice(0, -1);
    const whole = new Column(output.at(-1)!);
    const others = columns.filter(({ name }) => !keys.some((key) => key.name === name));
    const members = others.map(({ name }) => outputExpression(whole.getField(name).as(name)));
    return frame.derive({ kind: "project", expressions: [...keys, ...members], input: frame.plan });
  }

  /** Calls a function once a batch for each group with rows or a timeout, with the group's state; emits what it gives. @throws GROUP_STATE_MODE @example grouped.flatMapGroupsWithState(run, options) */
  flatMapGroupsWithState<Next = r.LooseRow>(run: g.GroupStateFunction<Row, UserRow>, options: g.GroupStateOptions): DataFrame<Next> {
    return this.frame.derive(
      g.groupStatePlan("flatMapGroupsWithState", this.frame.plan, this.plainKeys("flatMapGroupsWithState"), run, options),
    );
  }

  /** The same with one row a call, in update mode. @example grouped.mapGroupsWithState((key, rows) => ({ ...key, n: rows.length }), options) */
  mapGroupsWithState<Next = r.LooseRow>(run: g.GroupRowFunction<Row>, options: Omit<g.GroupStateOptions, "outputMode">): DataFrame<Next> {
    const all = { ...options, outputMode: "update" } as const;
    return this.frame.derive(g.groupStatePlan("mapGroupsWithState", this.frame.plan, this.plainKeys("mapGroupsWithState"), run, all));
  }

  /** Runs a processor (one a run) over rows, state and timers of each group. @example grouped.transformWithState(() => new Sessions(), { outputSchema }) */
  transformWithState<Next = r.LooseRow>(make: () => StatefulProcessor, options: TransformOptions): DataFrame<Next> {
    const initial = options.initialState?.keyed() ?? null;
    return this.frame.derive(g.transformPlan(this.frame.plan, this.plainKeys("transformWithState"), make, options, initial));
  }

  /** The keys of groups that a function is called for. @throws GROUPING_NOT_PLAIN */
  private plainKeys(verb: string): readonly Expression[] {
    if (this.pivoted !== null) throw notPlain(verb, "pivot");
    if (this.sets !== null) throw notPlain(verb, typeof this.sets === "string" ? this.sets : "groupingSets");
    return this.grouping;
  }

  /** The keys as columns of their own, then those of the rows. */
  private keyed(): g.KeyedPlan {
    const keys = this.plainKeys("initialState").map(keyColumn);
    const { plan } = this.frame.derive({ kind: "project", expressions: [...keys, ...outputOf(this.frame.plan)], input: this.frame.plan });
    return { keyCount: keys.length, plan };
  }

  private aggregate<Next>(columns: readonly Expression[]): DataFrame<Next> {
    if (this.pivoted !== null) return this.frame.query(pivotPlan(this.frame.plan, this.grouping, this.pivoted, columns));
    if (this.sets !== null) return this.frame.query(groupingSetsPlan(this.frame.plan, this.grouping, this.sets, columns));
    const aggregates = [...this.grouping, ...columns];
    return this.frame.derive({ kind: "aggregate", grouping: this.grouping, aggregates, input: this.frame.plan });
  }
}

function notPlain(verb: string, grouping: string): StreamingError {
  return new StreamingError("GROUPING_NOT_PLAIN", { verb, grouping });
}
