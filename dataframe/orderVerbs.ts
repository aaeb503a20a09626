import type { AnalysisContext } from "../engine/expression/types/coerce.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { analyzeWritten, finish } from "../engine/plan/analyzer/analyze.js";
import { withOwnId } from "../engine/plan/analyzer/operatorIds.js";
import type { AnalyzedPlan, LogicalPlan } from "../engine/plan/logicalPlan.js";
import { isStreaming } from "../engine/plan/streamingPlan.js";
import type { ParsedPlan } from "../engine/plan/unresolved.js";
import { freshId } from "../engine/expression/expression.js";
import { sortOrder } from "../engine/plan/verbs.js";
import { columnExpression } from "./column.js";
import { nameExpression } from "./names.js";
import { PartitionVerbs } from "./partitionVerbs.js";
import type { Relation } from "./relation.js";
import { givenItems } from "./rowColumns.js";
import type * as r from "./rowTypes/row.js";
import type * as v from "./rowTypes/verbs.js";

/** Verbs that keep rows as they are and ask about their order, their likes and their time. `Same` is the DataFrame with the same rows. */
export abstract class OrderVerbs<out Row, Same> extends PartitionVerbs<Row, Same> {
  /** The first row of each combination of these columns (of all without any). @example df.dropDuplicates("sensorId") */
  dropDuplicates<R>(this: Relation<R>, ...columns: readonly v.Name<R>[]): Same;
  dropDuplicates(...columns: readonly string[]): Same {
    return this.deduplicate(columns, false);
  }

  /** The same, for duplicates that arrive within the delay of the watermark: its state stays small. @example df.withWatermark("at", "1 minute").dropDuplicatesWithinWatermark("id") */
  dropDuplicatesWithinWatermark<R>(this: Relation<R>, ...columns: readonly v.Name<R>[]): Same;
  dropDuplicatesWithinWatermark(...columns: readonly string[]): Same {
    return this.deduplicate(columns, true);
  }

  /** In order; of a stream only after an aggregation in complete mode. @example df.orderBy("sensorId", desc("celsius")) */
  orderBy<R>(this: Relation<R>, ...columns: readonly (keyof R & string)[]): Same;
  orderBy<R, const C extends v.Items<R>>(this: Relation<R>, columns: (row: v.ColumnsOf<R>) => C & v.CheckedItems<C, R>): Same;
  orderBy<R, const C extends readonly v.Item<R>[]>(this: Relation<R>, ...columns: C & r.CheckedAll<C, R>): Same;
  orderBy(...columns: readonly unknown[]): Same {
    return this.sorted(columns, "orderBy");
  }

  /** The same as `orderBy`. @example df.sort(desc("celsius")) */
  sort<R>(this: Relation<R>, ...columns: readonly (keyof R & string)[]): Same;
  sort<R, const C extends v.Items<R>>(this: Relation<R>, columns: (row: v.ColumnsOf<R>) => C & v.CheckedItems<C, R>): Same;
  sort<R, const C extends readonly v.Item<R>[]>(this: Relation<R>, ...columns: C & r.CheckedAll<C, R>): Same;
  sort(...columns: readonly unknown[]): Same {
    return this.sorted(columns, "orderBy");
  }

  /** In order within each partition; bounded tables have one, and a stream is refused where `orderBy` is. @example df.sortWithinPartitions(desc("celsius")) */
  sortWithinPartitions<R>(this: Relation<R>, ...columns: readonly (keyof R & string)[]): Same;
  sortWithinPartitions<R, const C extends v.Items<R>>(this: Relation<R>, columns: (row: v.ColumnsOf<R>) => C & v.CheckedItems<C, R>): Same;
  sortWithinPartitions<R, const C extends readonly v.Item<R>[]>(this: Relation<R>, ...columns: C & r.CheckedAll<C, R>): Same;
  sortWithinPartitions(...columns: readonly unknown[]): Same {
    return this.sorted(columns, "sortWithinPartitions");
  }

  /** Declares an event-time column, and how late its rows may come. @example df.withWatermark("at", "10 seconds") */
  withWatermark<R>(this: Relation<R>, column: v.TimeName<R>, delay: string): Same;
  withWatermark(column: string, delay: string): Same {
    return this.same({ kind: "withWatermark", column: nameExpression(column), delay, watermarkId: freshId(), input: this.plan });
  }

  /**
   * Names the state of the stateful operator that gives these rows, whatever else changes around it. Without, it is named by kind and place (`aggregate-0`), so that another
   * aggregation before it would take its name. Tables have no use for it.
   *
   * @throws OPERATOR_ID_INVALID, OPERATOR_ID_NAMES_NOTHING
   * @example df.groupBy("sensorId").count().id("readings")
   */
  id(id: string): Same {
    if (!/^[A-Za-z][\w.-]{0,63}$/.test(id)) throw new StreamingError("OPERATOR_ID_INVALID", { id: JSON.stringify(id) });
    const { plan } = this;
    if (withOwnId(plan, id) === null) {
      if (isStreaming(plan)) throw new StreamingError("OPERATOR_ID_NAMES_NOTHING", { id: JSON.stringify(id) });
      return this.same(this.below);
    }
    const named = (parsed: ParsedPlan, context: AnalysisContext): AnalyzedPlan => finish(withOwnId(parsed as LogicalPlan, id)!, context);
    return this.same(analyzeWritten({ parsed: plan, inputs: [plan], analyze: named }, this.session.analysisContext));
  }

  private sorted(columns: readonly unknown[], verb: "orderBy" | "sortWithinPartitions"): Same {
    const order = givenItems(() => this.output, columns).map((column, i) => sortOrder(columnExpression(column, `DataFrame.${verb}`, i)));
    return this.same({ kind: "sort", order, global: verb === "orderBy", input: this.below });
  }

  private deduplicate(columns: readonly string[], withinWatermark: boolean): Same {
    return this.same({ kind: "deduplicate", columns: columns.length === 0 ? null : columns, withinWatermark, input: this.below });
  }
}
