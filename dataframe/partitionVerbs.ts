import { shownValue } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { LogicalPlan } from "../engine/plan/logicalPlan.js";
import { Actions } from "./actions.js";
import { columnExpression, type AnyColumn } from "./column.js";

/**
 * What Spark's jobs say about where and when rows are computed. One process has one partition and reads its input anew for every query, so that the rows are the
 * same with and without: these verbs check what they are given, and that is all. `Same` is the DataFrame with the same rows.
 */
export abstract class PartitionVerbs<out Row, Same> extends Actions<Row> {
  /** A hint about partitions, by number, by columns or both; the rows are the same. @throws INVALID_OPTION_VALUE @example df.repartition(4, "sensorId") */
  repartition(partitions: number, ...columns: readonly (string | AnyColumn)[]): Same;
  repartition(...columns: readonly (string | AnyColumn)[]): Same;
  repartition(first?: number | string | AnyColumn, ...columns: readonly (string | AnyColumn)[]): Same {
    return this.parted("repartition", first, columns);
  }

  /** The same by ranges of the columns. @throws INVALID_OPTION_VALUE @example df.repartitionByRange(4, col("celsius").desc()) */
  repartitionByRange(partitions: number, ...columns: readonly (string | AnyColumn)[]): Same;
  repartitionByRange(...columns: readonly (string | AnyColumn)[]): Same;
  repartitionByRange(first?: number | string | AnyColumn, ...columns: readonly (string | AnyColumn)[]): Same {
    const isByNumberAlone = columns.length === 0 && (first === undefined || typeof first === "number");
    if (isByNumberAlone) throw badPartitions("repartitionByRange", "columns", "", "one column at least");
    return this.parted("repartitionByRange", first, columns);
  }

  /** A hint to have fewer partitions; the rows are the same. @throws INVALID_OPTION_VALUE @example df.coalesce(1) */
  coalesce(partitions: number): Same {
    return this.parted("coalesce", partitions, []);
  }

  /** A hint about how to run it (`broadcast`, `shuffle_hash`, `rebalance` …): read, said and ignored. @example df.hint("broadcast") */
  hint(name: string, ...parameters: readonly unknown[]): Same {
    const given = parameters.length === 0 ? "" : `(${parameters.map(shownValue).join(", ")})`;
    this.session.warn(`The hint ${name}${given} is ignored: there is one process, and of a join the static side is the one that is kept.`);
    return this.same(this.below);
  }

  /** The same table: nothing is kept, and every query reads its input anew. @throws STREAMING_QUERY_NEEDS_START @example df.cache() */
  cache(): Same {
    this.checkBounded();
    return this.same(this.below);
  }

  /** The same as `cache`, whatever the storage level. @throws STREAMING_QUERY_NEEDS_START @example df.persist() */
  persist(_storageLevel?: unknown): Same {
    return this.cache();
  }

  /** The same table, of which nothing was kept. @throws STREAMING_QUERY_NEEDS_START @example df.unpersist() */
  unpersist(_blocking = false): Same {
    return this.cache();
  }

  /** The DataFrame over a plan of the same rows. */
  protected abstract same(plan: LogicalPlan): Same;

  private parted(verb: string, first: number | string | AnyColumn | undefined, others: readonly (string | AnyColumn)[]): Same {
    const isNumber = typeof first === "number";
    if (isNumber && !(Number.isSafeInteger(first) && first > 0))
      throw badPartitions(verb, "partitions", String(first), "a whole number above 0");
    const columns = isNumber || first === undefined ? others : [first, ...others];
    if (columns.length > 0) this.checkColumns(verb, columns);
    return this.same({ kind: "repartition", partitions: isNumber ? first : 1, input: this.below });
  }

  /** @throws UNRESOLVED_COLUMN.WITH_SUGGESTION and its like */
  private checkColumns(verb: string, columns: readonly (string | AnyColumn)[]): void {
    const expressions = columns.map((column, i) => {
      const e = columnExpression(column, `DataFrame.${verb}`, i);
      return e.kind === "sortOrder" ? e.child : e;
    });
    this.analyzed({ kind: "project", expressions, input: this.plan });
  }
}

function badPartitions(owner: string, option: string, value: string, expected: string): StreamingError {
  return new StreamingError("INVALID_OPTION_VALUE", { owner, option, value, expected });
}
