import type { LogicalPlan } from "../engine/plan/logicalPlan.js";
import { renamed, rowCount, sameName } from "../engine/plan/verbs.js";
import { sampleOf } from "../engine/plan/nodes/sample.js";
import { Column } from "./column.js";
import { nameExpression, regexExpression } from "./names.js";
import { NullFunctions, type Replacements } from "./nullFunctions.js";
import { OrderVerbs } from "./orderVerbs.js";
import type { Relation } from "./relation.js";
import { splitPlans } from "./splits.js";
import { localPlan } from "./localPlan.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { schemaInput, type SchemaInput } from "./schema.js";
import { matchedColumns } from "./schemaMatch.js";
import { StatFunctions } from "./statFunctions.js";
import { transposing } from "./transposed.js";
import { statisticsPlan } from "./summaries.js";

/**
 * Verbs that are made of others: nulls, summaries, columns turned into rows, set operations that count. `Same` is the DataFrame with the same rows, `Loose` one
 * of which the compiler knows nothing.
 */
export abstract class TableVerbs<out Row, Same, Loose> extends OrderVerbs<Row, Same> {
  /** Under an alias, so that `l.id` can name its columns. @example df.as("l").select(col("l.id")) */
  as(alias: string): Same {
    return this.same({ kind: "subqueryAlias", alias, input: this.below });
  }

  /** The same as `as`. @example df.alias("l").select(col("l.id")) */
  alias(alias: string): Same {
    return this.as(alias);
  }

  /** What a function makes of it, so that steps read in order. @example df.transform((d) => d.limit(1)) */
  transform<Next>(step: (frame: Same) => Next): Next {
    return step(this.same(this.below));
  }

  /** Without duplicate rows. @example df.select("sensorId").distinct() */
  distinct(): Same {
    return this.same({ kind: "deduplicate", columns: null, withinWatermark: false, input: this.below });
  }

  /** At most the first `n` rows. @example df.limit(10) */
  limit(n: number): Same {
    return this.same({ kind: "limit", count: rowCount("limit", n), input: this.below });
  }

  /** Without the first `n` rows. @example df.orderBy("id").offset(10) */
  offset(n: number): Same {
    return this.same({ kind: "offset", count: rowCount("offset", n), input: this.below });
  }

  /** About this fraction of the rows. The seed is fixed unless given, so that a second run draws the same rows. @throws INVALID_SAMPLE_FRACTION @example df.sample(0.1) */
  sample(fraction: number, seed = 0): Same {
    return this.same(sampleOf(fraction, seed, this.below));
  }

  /**
   * The rows dealt to as many tables as there are weights, about by their weights: each row to one. The rows are put in order first, so that the same rows are
   * dealt the same way. The seed is fixed unless given.
   *
   * @throws INVALID_OPTION_VALUE for weights that are negative, or come to nothing
   * @example const [training, test] = df.randomSplit([0.8, 0.2], 7)
   */
  randomSplit(weights: readonly number[], seed = 0): Same[] {
    return splitPlans((plan) => this.analyzed(plan), this.plan, this.output, weights, seed).map((plan) => this.same(plan));
  }

  /** The columns whose name a regular expression between back-quotes describes; any other name is that of one column. @example df.select(df.colRegex("`(celsius|day)`")) */
  colRegex(name: string): Column {
    return new Column(regexExpression(name));
  }

  /** What stands for nulls, and rows with nulls. @example df.na.fill(0) */
  get na(): NullFunctions<Same> {
    return new NullFunctions(this.output, (change) => this.same(change(this.plan)));
  }

  /** The same as `na.fill`. @example df.fillna(0, ["celsius"]) */
  fillna(...filling: Parameters<NullFunctions<Same>["fill"]>): Same {
    return this.na.fill(...filling);
  }

  /** The same as `na.drop`. @example df.dropna("any", ["celsius"]) */
  dropna(how?: "any" | "all" | number, columns?: readonly string[]): Same {
    return this.na.drop(how, columns);
  }

  /** The same as `na.replace`. @example df.replace(new Map([["a-1", "a-2"]]), ["sensorId"]) */
  replace(values: Replacements, columns?: readonly string[]): Same;
  replace(columns: string | readonly string[], values: Replacements): Same;
  replace(...replacing: readonly unknown[]): Same {
    return this.na.replace(...(replacing as Parameters<NullFunctions<Same>["replace"]>));
  }

  /** The distinct rows that are in both. @example df.select("sensorId").intersect(sensors.select("sensorId")) */
  intersect(other: Relation<unknown>): Same {
    return this.same(setOperationPlan("intersect", false, [this.plan, other.plan]));
  }

  /** The distinct rows that are not in the other. @example df.select("sensorId").except(sensors.select("sensorId")) */
  except(other: Relation<unknown>): Same {
    return this.same(setOperationPlan("except", false, [this.plan, other.plan]));
  }

  /** The rows of both, as often as they are in both. @example df.select("sensorId").intersectAll(sensors.select("sensorId")) */
  intersectAll(other: Relation<unknown>): Same {
    return this.same(setOperationPlan("intersect", true, [this.plan, other.plan]));
  }

  /** The rows of this without those of the other, each as often as it is there. @example df.select("sensorId").exceptAll(sensors.select("sensorId")) */
  exceptAll(other: Relation<unknown>): Same {
    return this.same(setOperationPlan("except", true, [this.plan, other.plan]));
  }

  /** The same as `except`. @example df.select("sensorId").subtract(sensors.select("sensorId")) */
  subtract(other: Relation<unknown>): Same {
    return this.same(setOperationPlan("except", false, [this.plan, other.plan]));
  }

  /** Columns under other names, by the names that they have. @example df.withColumnsRenamed({ celsius: "c", sensorId: "s" }) */
  withColumnsRenamed(names: Readonly<Record<string, string>>): Loose {
    const pairs = Object.entries(names);
    const expressions = renamed(this.output, (name) => pairs.find(([from]) => sameName(from, name))?.[1]);
    return this.loose({ kind: "project", expressions, input: this.plan });
  }

  /**
   * Columns into rows: a row for each of `values`, with the name of the column and its value. Without `values` all columns that are no ids.
   *
   * @example df.select("id", "celsius", "sensorId").unpivot(["id"], ["celsius"], "quantity", "value")
   */
  unpivot(ids: readonly string[], values: readonly string[] | null, variableName: string, valueName: string): Loose {
    const taken = values ?? this.output.map(({ name }) => name).filter((name) => !ids.some((id) => sameName(id, name)));
    const columns = [...ids, ...taken].map((name) => nameExpression(name));
    const input = this.analyzed({ kind: "project", expressions: columns, input: this.plan });
    const sets = taken.map((name) => ({ columns: [nameExpression(name)], name: null }));
    return this.loose(this.queried({ kind: "unpivot", includeNulls: true, values: [valueName], name: variableName, sets, input }, [input]));
  }

  /** The same as `unpivot`. @example df.select("id", "celsius").melt(["id"], ["celsius"], "quantity", "value") */
  melt(ids: readonly string[], values: readonly string[] | null, variableName: string, valueName: string): Loose {
    return this.unpivot(ids, values, variableName, valueName);
  }

  /** Count, mean, deviation, minimum and maximum of columns, as text: a row each. @example await df.describe("celsius").show() */
  describe(...columns: readonly string[]): Loose {
    return this.statistics(["count", "mean", "stddev", "min", "max"], columns);
  }

  /** The same with quartiles, or the statistics that are named: `count`, `mean`, `stddev`, `min`, `max`, `50%`. @example await df.summary("count", "50%").show() */
  summary(...statistics: readonly string[]): Loose {
    return this.statistics(statistics.length === 0 ? ["count", "mean", "stddev", "min", "25%", "50%", "75%", "max"] : statistics, []);
  }

  /**
   * The columns of a schema by their names: in its order and its types, null where the table has none that may be missing.
   *
   * @throws UNRESOLVED_COLUMN.WITH_SUGGESTION, AMBIGUOUS_COLUMN_OR_FIELD, NULLABLE_COLUMN_OR_FIELD, INVALID_COLUMN_OR_FIELD_DATA_TYPE
   * @example df.to("celsius DOUBLE, id BIGINT, comment STRING")
   */
  to(schema: SchemaInput): Loose {
    return this.loose({ kind: "project", expressions: matchedColumns(this.output, schemaInput(schema)), input: this.plan });
  }

  /** Statistics of the table. @example await df.stat.corr("id", "celsius") */
  get stat(): StatFunctions<Same, Loose> {
    return new StatFunctions({
      output: this.output,
      plan: this.plan,
      same: (plan) => this.same(plan),
      loose: (plan) => this.loose(plan),
      local: (batch) => this.loose(localPlan(batch, this.session.analysisContext)),
      rows: (plan) => this.valuesOf(plan),
    });
  }

  /** The same as `stat.corr`. @throws INVALID_OPTION_VALUE @example await df.corr("id", "celsius") */
  corr(first: string, second: string, method?: string): Promise<number> {
    return this.stat.corr(first, second, method);
  }

  /** The same as `stat.cov`. @throws INVALID_OPTION_VALUE @example await df.cov("id", "celsius") */
  cov(first: string, second: string): Promise<number> {
    return this.stat.cov(first, second);
  }

  /** The same as `stat.approxQuantile`. @throws INVALID_OPTION_VALUE @example await df.approxQuantile("celsius", [0.25, 0.5], 0.01) */
  approxQuantile(column: string, probabilities: readonly number[], relativeError: number): Promise<number[]>;
  approxQuantile(columns: readonly string[], probabilities: readonly number[], relativeError: number): Promise<number[][]>;
  approxQuantile(columns: string | readonly string[], ...others: [readonly number[], number]): Promise<number[] | number[][]> {
    return this.stat.approxQuantile(columns as readonly string[], ...others);
  }

  /** The same as `stat.crosstab`. @throws INVALID_OPTION_VALUE @example await (await df.crosstab("sensorId", "day")).show() */
  crosstab(first: string, second: string): Promise<Loose> {
    return this.stat.crosstab(first, second);
  }

  /** The same as `stat.freqItems`. @throws INVALID_OPTION_VALUE @example await (await df.freqItems(["sensorId"], 0.4)).show() */
  freqItems(columns: readonly string[], support?: number): Promise<Loose> {
    return this.stat.freqItems(columns, support);
  }

  /** The same as `stat.sampleBy`. @throws INVALID_OPTION_VALUE @example df.sampleBy("sensorId", { "a-1": 0.5, "b-2": 1 }) */
  sampleBy(...sampling: Parameters<StatFunctions<Same, Loose>["sampleBy"]>): Same {
    return this.stat.sampleBy(...sampling);
  }

  /**
   * Rows as columns: named by the values of one column (the first, unless said), a row for each of the others. It reads the table, whose values are the names.
   *
   * @throws TRANSPOSE_INVALID_INDEX_COLUMN, TRANSPOSE_NO_LEAST_COMMON_TYPE, TRANSPOSE_EXCEED_ROW_LIMIT for more than 500 rows
   * @example await (await df.select("sensorId", "celsius").transpose()).show()
   */
  async transpose(indexColumn?: string): Promise<Loose> {
    this.checkBounded();
    const { output, plan, session } = this;
    const index = output.find(({ name }) => indexColumn === undefined || sameName(name, indexColumn));
    if (index === undefined) {
      const proposal = output.map(({ name }) => `\`${name}\``).join(", ");
      throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName: `\`${indexColumn ?? ""}\``, proposal });
    }
    const turning = transposing(plan, output, index, session.analysisContext);
    const batch = turning.turned(await this.valuesOf(turning.plan));
    return this.loose(localPlan(batch, session.analysisContext));
  }

  /** The DataFrame over a plan of other rows. */
  protected abstract loose(plan: LogicalPlan): Loose;

  private statistics(statistics: readonly string[], columns: readonly string[]): Loose {
    return this.loose(statisticsPlan((plan) => this.analyzed(plan), this.plan, this.output, statistics, columns));
  }
}

const byPosition = { byName: false, allowMissingColumns: false };

/** UNION, INTERSECT or EXCEPT of tables, column by column unless by name. */
export function setOperationPlan(
  operation: "union" | "intersect" | "except",
  all: boolean,
  inputs: readonly LogicalPlan[],
  names = byPosition,
): LogicalPlan {
  return { kind: "setOperation", operation, all, ...names, inputs };
}
