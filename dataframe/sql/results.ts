import { checkAllNamesDiffer } from "../../engine/arrow/columnNames.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { retainBatch } from "../../engine/arrow/columns.js";
import { unreachable } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { createCsvWriter } from "../../engine/kernel/csv/csvWriter.js";
import { createJsonLinesWriter } from "../../engine/kernel/json/jsonWriter.js";
import { schemaOf } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import { runBoundedPlan } from "../execution.js";
import { withIntervalTexts } from "../intervalTexts.js";
import type { Relation } from "../relation.js";

export const resultFormats = ["json", "csv", "parquet"] as const;

export type ResultFormat = (typeof resultFormats)[number];

/** Takes bytes, which are lent for the call. */
type Write = (bytes: Uint8Array) => void;

/**
 * The rows of a table as bytes for another program: JSON lines (nulls are written), CSV with a header, one Parquet file. Lines are written as rows come.
 *
 * @throws STREAMING_QUERY_NEEDS_START, COLUMN_ALREADY_EXISTS where two columns have one name
 */
export async function writeResult(result: Relation<unknown>, format: ResultFormat, write: Write): Promise<void> {
  const { session } = result;
  if (result.isStreaming) throw new StreamingError("STREAMING_QUERY_NEEDS_START");
  const plan = withIntervalTexts(result.plan, session.analysisContext);
  const schema = schemaOf(outputOf(plan));
  checkAllNamesDiffer(schema, { ignoreCase: format === "parquet" });
  const { zone } = session.analysisContext;
  switch (format) {
    case "json": {
      const writer = createJsonLinesWriter({ options: { ignoreNullFields: "false" }, zone });
      return runBoundedPlan(session, plan, (batch) => {
        writer.write(batch);
        write(writer.take());
      });
    }
    case "csv": {
      const writer = createCsvWriter(schema, { header: "true" }, zone);
      const text = new TextEncoder();
      write(text.encode(writer.header));
      return runBoundedPlan(session, plan, (batch) => write(text.encode(writer.lines(batch))));
    }
    case "parquet": {
      const batches: Batch[] = [];
      await runBoundedPlan(session, plan, (batch) => void batches.push(retainBatch(batch)));
      const { encodeParquet } = await import("../../connectors/parquet/write.js");
      return write(await encodeParquet(batches, schema, { codec: "snappy", dictionary: true }));
    }
    default:
      return unreachable(format);
  }
}
