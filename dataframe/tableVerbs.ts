import type { LogicalPlan } from "../engine/plan/logicalPlan.js";
import { renamed, rowCount, sameName } from "../engine/plan/verbs.js";
import { sampleOf } from "../engine/plan/nodes/sample.js";
import { Column } from "./column.js";
import { nameExpression, regexExpression } from "./names.js";
import { NullFunctions, type Replacements } from "./nullFunctions.js";
import { OrderVerbs } from "./orderVerbs.js";
import type { Relation } from "./relation.js";
import { splitPlans } from "./splits.js";
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
