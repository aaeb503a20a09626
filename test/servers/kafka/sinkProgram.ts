// Writes batches to Kafka until they are all committed; run as a process of its own, to be killed and started again.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { kafkaSinkProvider } from "../../../sinks/kafka/sink.js";

const [bootstrap, topic, logPath, batchCount] = process.argv.slice(2) as [string, string, string, string];
const schema = types.struct([field("key", types.string), field("value", types.string)]);
/** Batch N has N mod 4 times five rows, so some have none. */
const rowsOfBatch = (batchId: number): string[][] =>
  Array.from({ length: (batchId % 4) * 5 }, (_, i) => [`key${i}`, `batch ${batchId} row ${i}`]);

const sink = kafkaSinkProvider.create({
  runtime: systemRuntime(),
  options: { "kafka.bootstrap.servers": bootstrap, topic },
  schema,
  outputMode: "append",
  streaming: true,
  partitionBy: [],
  conf: {},
  print: () => undefined,
  warn: () => undefined,
});
await sink.start({ queryId: topic, runId: String(process.pid), outputId: "main" });
const committed = existsSync(logPath) ? readFileSync(logPath, "utf8").split("\n").length - 1 : 0;
for (let batchId = committed; batchId < Number(batchCount); batchId++) {
  const batch = await sink.open({
    batchId,
    outputMode: "append",
    schema,
    keyColumns: null,
    changeColumn: null,
    batchTimeMs: 1_700_000_000_000 + batchId,
    replay: batchId === committed,
  });
  if (batch) {
    await batch.write(batchFromRows(schema, rowsOfBatch(batchId)));
    await batch.prepare();
    await batch.commit();
  }
  appendFileSync(logPath, `${batchId}\n`);
}
await sink.stop();
