import type { Batch } from "../engine/arrow/batch.js";
import { batchFromRows } from "../engine/arrow/columns.js";
import { types } from "../engine/arrow/types.js";
import type { Value } from "../engine/arrow/value.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { withListAggregates } from "../engine/expression/aggregates/listAggregates.js";
import { freshId, literal, type Attribute, type Expression } from "../engine/expression/expression.js";
import { isNumeric } from "../engine/expression/types/typeOf.js";
import type { LogicalPlan } from "../engine/plan/logicalPlan.js";
import { sameName, sortOrder } from "../engine/plan/verbs.js";
import { call, type AnyColumn } from "./column.js";
import { literalOf, type LiteralValue } from "./literal.js";
import { nameExpression } from "./names.js";

/** The table that statistics are asked of. `Same` is the DataFrame of some of its rows, `Loose` one of others. */
export interface StatTable<Same, Loose> {
  readonly output: readonly Attribute[];
  readonly plan: LogicalPlan;
  same(plan: LogicalPlan): Same;
  loose(plan: LogicalPlan): Loose;
  local(batch: Batch): Loose;
  /** Runs a plan over it, and gives the rows. */
  rows(plan: LogicalPlan): Promise<readonly (readonly Value[])[]>;
}

/** As many values of a column may become columns. */
const maxColumns = 10_000;

/** What `df.stat` has: statistics of a table. Those that give numbers, and the crosstab, whose columns are values, read it and give a Promise. */
export class StatFunctions<Same, Loose> {
  constructor(private readonly table: StatTable<Same, Loose>) {}

  /** Pearson's correlation of two columns of numbers, in which null counts as 0; NaN where there is none. @throws INVALID_OPTION_VALUE @example await df.stat.corr("id", "celsius") */
  async corr(first: string, second: string, method = "pearson"): Promise<number> {
    if (method !== "pearson") throw refused("corr", "method", method, "pearson");
    const value = await this.ofTwo("corr", "corr", first, second);
    return value ?? Number.NaN;
  }

  /** The covariance of two columns of numbers, in which null counts as 0; 0 of fewer than two rows. @throws INVALID_OPTION_VALUE @example await df.stat.cov("id", "celsius") */
  async cov(first: string, second: string): Promise<number> {
    return (await this.ofTwo("cov", "covar_samp", first, second)) ?? 0;
  }

  /** Quantiles of a column of numbers; none of a column without values. They are exact, whatever error is allowed. @throws INVALID_OPTION_VALUE @example await df.stat.approxQuantile("celsius", [0.25, 0.5], 0.01) */
  approxQuantile(column: string, probabilities: readonly number[], relativeError: number): Promise<number[]>;
  /** The same of several columns: a list for each. @example await df.stat.approxQuantile(["id", "celsius"], [0.5], 0.01) */
  approxQuantile(columns: readonly string[], probabilities: readonly number[], relativeError: number): Promise<number[][]>;
  async approxQuantile(
    given: string | readonly string[],
    probabilities: readonly number[],
    relativeError: number,
  ): Promise<number[] | number[][]> {
    if (!probabilities.every((p) => p >= 0 && p <= 1))
      throw refused("approxQuantile", "probabilities", probabilities.join(", "), "numbers from 0 to 1");
    if (!(relativeError >= 0)) throw refused("approxQuantile", "relativeError", String(relativeError), "a number that is not negative");
    const names = typeof given === "string" ? [given] : given;
    const wanted = call(
      "array",
      probabilities.map((p) => literal(p, types.double)),
    );
    const aggregates = names.map((name, i): Expression => {
      const quantiles = call("percentile_approx", [this.number("approxQuantile", name), wanted]);
      return { kind: "alias", child: withListAggregates(quantiles), name: `q${i}`, id: freshId() };
    });
    const [row] = await this.table.rows({ kind: "aggregate", grouping: [], aggregates, input: this.table.plan });
    const lists = row!.map((list) => (list === null ? [] : (list as readonly number[]).map(Number)));
    return typeof given === "string" ? lists[0]! : lists;
  }

  /**
   * How often each value of the first column stands beside each of the second: a row for each of the first, a column for each of the second, by their texts.
   *
   * @throws INVALID_OPTION_VALUE for more than 10,000 values of the second
   * @example await (await df.stat.crosstab("sensorId", "day")).show()
   */
  async crosstab(first: string, second: string): Promise<Loose> {
    const [row, column] = [this.text(first), this.text(second)];
    const distinct: LogicalPlan = { kind: "aggregate", grouping: [column], aggregates: [column], input: this.table.plan };
    const found = await this.table.rows({ kind: "limit", count: maxColumns + 1, input: distinct });
    if (found.length > maxColumns) throw refused("crosstab", "columns", second, `a column of at most ${maxColumns} values`);
    const values = found.map(([value]) => value as string).toSorted();
    const key: Expression = { kind: "alias", child: row, name: `${first}_${second}`, id: freshId() };
    const counts = values.map((value): Expression => {
      const isHere = call("case", [call("=", [column, literal(value, types.string)]), literal(1, types.int)]);
      return { kind: "alias", child: call("count", [isHere]), name: value, id: freshId() };
    });
    return this.table.loose({ kind: "aggregate", grouping: [key], aggregates: [key, ...counts], input: this.table.plan });
  }

  /**
   * The values that a column has in at least this part of the rows, as one row of lists: `column_freqItems`. They are counted exactly.
   *
   * @throws INVALID_OPTION_VALUE for a support outside of 0.0001 to 1
   * @example await (await df.stat.freqItems(["sensorId"], 0.4)).show()
   */
  async freqItems(columns: readonly string[], support = 0.01): Promise<Loose> {
    if (!(support >= 1e-4 && support <= 1)) throw refused("freqItems", "support", String(support), "a number from 0.0001 to 1");
    const chosen = columns.map((name) => this.column(name));
    const lists: Value[] = [];
    for (const column of chosen) lists.push(await this.frequent(column, support));
    const fields = chosen.map(({ name, type }) => ({ name: `${name}_freqItems`, type: types.array(type, true), nullable: false }));
    return this.table.local(batchFromRows(types.struct(fields), [lists]));
  }

  /**
   * Rows drawn by a fraction for each value of a column; of values without one none. The seed is fixed unless given.
   *
   * @throws INVALID_OPTION_VALUE
   * @example df.stat.sampleBy("sensorId", new Map([["a-1", 0.5], ["b-2", 1]]), 7)
   */
  sampleBy(column: string | AnyColumn, fractions: ReadonlyMap<LiteralValue, number> | Readonly<Record<string, number>>, seed = 0): Same {
    const pairs: readonly (readonly [LiteralValue, number])[] =
      fractions instanceof Map ? [...(fractions as ReadonlyMap<LiteralValue, number>)] : Object.entries(fractions);
    const wrong = pairs.find(([, fraction]) => !(fraction >= 0 && fraction <= 1));
    if (wrong !== undefined) throw refused("sampleBy", "fractions", String(wrong[1]), "numbers from 0 to 1");
    if (!Number.isSafeInteger(seed)) throw refused("sampleBy", "seed", String(seed), "a whole number");
    const value = typeof column === "string" ? nameExpression(column) : column.expression;
    const none = literal(0, types.double);
    const branches = pairs.flatMap(([key, fraction]) => [call("<=>", [value, literalOf(key)]), literal(fraction, types.double)]);
    const wanted = branches.length === 0 ? none : call("case", [...branches, none]);
    const drawn = call("rand", [literal(BigInt(seed), types.long)]);
    return this.table.same({ kind: "filter", condition: call("<", [drawn, wanted]), input: this.table.plan });
  }

  private async ofTwo(owner: string, name: string, first: string, second: string): Promise<number | null> {
    const numbers = [first, second].map((column) => call("coalesce", [this.number(owner, column), literal(0, types.double)]));
    const aggregates: Expression[] = [{ kind: "alias", child: call(name, numbers), name, id: freshId() }];
    const [row] = await this.table.rows({ kind: "aggregate", grouping: [], aggregates, input: this.table.plan });
    return row![0] as number | null;
  }

  /** In their order. */
  private async frequent(column: Attribute, support: number): Promise<readonly Value[]> {
    const count: Expression = { kind: "alias", child: call("count", [literal(1, types.int)]), name: "count", id: freshId() };
    const counted: LogicalPlan = { kind: "aggregate", grouping: [column], aggregates: [column, count], input: this.table.plan };
    const rows = await this.table.rows({ kind: "sort", order: [sortOrder(column)], global: true, input: counted });
    const all = rows.reduce((sum, row) => sum + Number(row[1]), 0);
    return rows.filter((row) => Number(row[1]) >= support * all).map(([value]) => value!);
  }

  private number(owner: string, name: string): Expression {
    const column = this.column(name);
    if (!isNumeric(column.type)) throw refused(owner, "column", name, "a column of numbers");
    return { kind: "unresolvedCast", child: column, type: types.double, isTry: false };
  }

  /** A value as text, null as a word. */
  private text(name: string): Expression {
    const column = this.column(name);
    const word = literal("null", types.string);
    return call("case", [call("isnull", [column]), word, { kind: "unresolvedCast", child: column, type: types.string, isTry: false }]);
  }

  /** @throws UNRESOLVED_COLUMN.WITH_SUGGESTION */
  private column(name: string): Attribute {
    const found = this.table.output.find((attribute) => sameName(attribute.name, name));
    if (found !== undefined) return found;
    throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
      objectName: `\`${name}\``,
      proposal: this.table.output.map((each) => `\`${each.name}\``).join(", "),
    });
  }
}

function refused(owner: string, option: string, value: string, expected: string): StreamingError {
  return new StreamingError("INVALID_OPTION_VALUE", { owner, option, value, expected });
}
