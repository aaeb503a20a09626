import type { Table } from "apache-arrow";
import type { Batch } from "../engine/arrow/batch.js";
import type { Value } from "../engine/arrow/value.js";
import { checkAllNamesDiffer } from "../engine/arrow/columnNames.js";
import { rowsOf } from "../engine/arrow/columns.js";
import { toRows } from "../engine/arrow/rows.js";
import { lazily } from "../engine/errors/loading.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { LogicalPlan } from "../engine/plan/logicalPlan.js";
import { rowCount } from "../engine/plan/verbs.js";
import { tableLines } from "../engine/values/textTable.js";
import { outputExpression } from "./column.js";
import { count } from "./functions/aggregates.js";
import { HandedOver } from "./handedOver.js";
import { withIntervalTexts } from "./intervalTexts.js";
import { Relation } from "./relation.js";
import type { LooseRow } from "./rowTypes/row.js";

/** What runs a bounded table and gives what comes out to the program. Of a stream, which has no end, all of them throw STREAMING_QUERY_NEEDS_START. */
export abstract class Actions<out Row = LooseRow> extends Relation<Row> {
  /** All rows. An AbortSignal ends the reading between two batches. @throws OPERATION_CANCELED @example await df.collect({ signal: AbortSignal.timeout(60_000) }) */
  async collect(options: { readonly signal?: { readonly aborted: boolean } } = {}): Promise<Row[]> {
    return this.rowsOf(this.plan, options.signal);
  }

  /** All rows as an Arrow table. @example const table = await df.toArrow() */
  async toArrow(): Promise<Table> {
    const { toArrowTable } = await lazily(import("./arrowTable.js"));
    const batches = await this.batchesOf(this.plan);
    return toArrowTable(batches[0]?.schema ?? this.schema, batches);
  }

  /** How many rows. @example await df.count() */
  async count(): Promise<number> {
    const aggregates = [outputExpression(count().as("count"))];
    const [batch] = await this.batchesOf({ kind: "aggregate", grouping: [], aggregates, input: this.plan });
    return toRows(batch!)[0]!["count"] as number;
  }

  /** The first row; null when there is none. @example await df.orderBy("id").first() */
  async first(): Promise<Row | null> {
    return (await this.take(1))[0] ?? null;
  }

  /** The first `n` rows. @example await df.head(5) */
  head(n = 1): Promise<Row[]> {
    return this.take(n);
  }

  /** The first `n` rows. @example await df.take(5) */
  async take(n: number): Promise<Row[]> {
    return this.rowsOf(this.limited(rowCount("take", n)));
  }

  /** Prints the first rows as a table. @example await df.show(5) */
  async show(rows = 20, truncate: boolean | number = true): Promise<void> {
    // One row more than is shown tells whether there are more.
    const batches = await this.batchesOf(this.limited(rowCount("show", rows) + 1));
    const first = batches.flatMap(rowsOf);
    const cellWidth = truncate === true ? 20 : truncate === false ? 0 : truncate;
    const { zone } = this.session.analysisContext;
    this.session.print(tableLines(batches[0]?.schema ?? this.schema, first, { rowLimit: rows, cellWidth, zone }).join("\n"));
  }

  /** Whether it has no rows. @example await df.isEmpty() */
  async isEmpty(): Promise<boolean> {
    return (await this.batchesOf(this.limited(1))).every((batch) => batch.length === 0);
  }

  /** The last `n` rows. All are read, and no more of them kept than it takes. @example await df.tail(5) */
  async tail(n: number): Promise<Row[]> {
    const wanted = rowCount("tail", Number.isSafeInteger(n) ? Math.max(0, n) : n);
    const kept: Row[][] = [];
    let rows = 0;
    await this.eachBatch((batch) => {
      kept.push(toRows(batch) as Row[]);
      rows += batch.length;
      while (kept.length > 0 && rows - kept[0]!.length >= wanted) rows -= kept.shift()!.length;
    });
    return kept.flat().slice(Math.max(0, rows - wanted));
  }

  /**
   * The rows one by one, as they come: no more than a batch of them is in memory. Who leaves the loop ends the reading.
   *
   * @example for await (const row of df.toLocalIterator()) console.log(row)
   */
  toLocalIterator(): AsyncGenerator<Row, void, undefined> {
    this.checkBounded();
    return this.rowByRow();
  }

  /** Calls a function with each row, and waits for what it promises. What it throws ends the reading. @example await df.foreach((row) => console.log(row)) */
  async foreach(each: (row: Row) => unknown): Promise<void> {
    for await (const row of this.toLocalIterator()) await each(row);
  }

  /**
   * Calls a function with the rows of each partition: once, since there is one. It may leave rows unread.
   *
   * @example await df.foreachPartition(async (rows) => { for await (const row of rows) console.log(row); })
   */
  async foreachPartition(each: (rows: AsyncGenerator<Row, void, undefined>) => unknown): Promise<void> {
    const rows = this.toLocalIterator();
    try {
      await each(rows);
    } finally {
      await rows.return();
    }
  }

  /** Whether it needs no other process to run: always. @example df.isLocal() */
  isLocal(): boolean {
    return true;
  }

  private limited(rows: number): LogicalPlan {
    return { kind: "limit", count: rows, input: this.plan };
  }

  private async rowsOf(plan: LogicalPlan, signal?: { readonly aborted: boolean }): Promise<Row[]> {
    // A row is an object, which has one value a name.
    checkAllNamesDiffer(this.schema, { ignoreCase: false });
    return (await this.batchesOf(plan, signal)).flatMap((batch) => toRows(batch) as Row[]);
  }

  /** The values of the rows of a plan over this one. */
  protected async valuesOf(plan: LogicalPlan): Promise<readonly (readonly Value[])[]> {
    return (await this.batchesOf(plan)).flatMap(rowsOf);
  }

  private async batchesOf(plan: LogicalPlan, signal?: { readonly aborted: boolean }): Promise<Batch[]> {
    this.checkBounded();
    const { collectBatches } = await lazily(import("./execution.js"));
    return collectBatches(this.session, withIntervalTexts(this.analyzed(plan), this.session.analysisContext), signal);
  }

  /** Takes the batches as they come; each is lent until what `take` returned is done. */
  private async eachBatch(take: (batch: Batch) => Promise<void> | void, signal?: { readonly aborted: boolean }): Promise<void> {
    this.checkBounded();
    checkAllNamesDiffer(this.schema, { ignoreCase: false });
    const { runBatches } = await lazily(import("./execution.js"));
    await runBatches(this.session, withIntervalTexts(this.plan, this.session.analysisContext), take, signal);
  }

  private async *rowByRow(): AsyncGenerator<Row, void, undefined> {
    const handedOver = new HandedOver<Row>();
    const reading = this.eachBatch((batch) => handedOver.give(toRows(batch) as Row[]), handedOver).then(
      () => handedOver.end(null),
      (error: unknown) => handedOver.end(error),
    );
    try {
      for (let rows = await handedOver.take(); rows !== null; rows = await handedOver.take()) yield* rows;
    } finally {
      handedOver.aborted = true;
      handedOver.release();
      await reading;
    }
  }

  protected checkBounded(): void {
    if (this.isStreaming) throw new StreamingError("STREAMING_QUERY_NEEDS_START");
  }
}
