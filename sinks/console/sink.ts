import type { Batch } from "../../engine/arrow/batch.js";
import { retainBatch, rowsOf, sliceBatch } from "../../engine/arrow/columns.js";
import { changesOption } from "../../engine/contract/changeForm.js";
import { Options, type OptionSpec } from "../../engine/contract/options.js";
import type { SinkContext, SinkProvider } from "../../engine/contract/provider.js";
import type { OutputBatchInfo, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { tableLines, type TableForm } from "../../engine/values/textTable.js";

const optionSpecs: readonly OptionSpec[] = [
  changesOption(),
  { name: "numRows", kind: "integer", default: "20", doc: "How many rows of a batch are printed." },
  { name: "truncate", kind: "text", default: "true", doc: "Whether cells are cut to 20 characters; or to how many." },
];

/** Prints each batch as a table. For looking: a batch that is run again is printed again. */
export const consoleSinkProvider: SinkProvider = {
  name: "console",
  options: optionSpecs,
  capabilities: ["append", "upsert", "changes", "changesByKey"],
  create(context) {
    const options = new Options("the console sink", optionSpecs, context.options);
    const truncate = options.get("truncate")!.toLowerCase();
    const cellWidth = truncate === "true" ? 20 : truncate === "false" ? 0 : Number(truncate);
    if (!Number.isInteger(cellWidth) || cellWidth < 0) throw options.invalid("truncate", "true, false or a number of characters");
    const rowLimit = options.integer("numRows")!;
    if (rowLimit < 0) throw options.invalid("numRows", "a whole number of at least 0");
    return new ConsoleSink(context, { rowLimit, cellWidth, zone: context.conf["spark.sql.session.timeZone"] ?? "UTC" });
  },
};

class ConsoleSink implements Sink {
  readonly description = "ConsoleSink";

  constructor(
    private readonly context: SinkContext,
    private readonly form: TableForm,
  ) {}

  async start(): Promise<void> {}

  async open({ batchId, schema }: OutputBatchInfo): Promise<SinkBatch> {
    // One row more than is shown tells whether there are more.
    const parts: Batch[] = [];
    let kept = 0;
    return {
      write: (batch) => {
        const rows = Math.min(batch.length, this.form.rowLimit + 1 - kept);
        if (rows <= 0) return;
        parts.push(retainBatch(sliceBatch(batch, 0, rows)));
        kept += rows;
      },
      prepare: async () => {},
      commit: async () => {
        const rule = "-------------------------------------------";
        const header = this.context.streaming ? [rule, `Batch: ${batchId}`, rule] : [];
        for (const line of [...header, ...tableLines(schema, parts.flatMap(rowsOf), this.form)]) this.context.print(line);
      },
      abort: async () => {},
    };
  }

  async stop(): Promise<void> {}
}
