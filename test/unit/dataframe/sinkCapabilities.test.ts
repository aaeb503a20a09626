import { describe, expect, it } from "vitest";
import { sinkFormats } from "../../../dataframe/formats.js";
import { count, expr } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";
import type { OutputMode } from "../../../engine/contract/sink.js";
import { temporaryFolder } from "../../contracts/temporaryFolder.js";
import { testRuntime } from "../../runtime/testRuntime.js";

// Spark: "Data source parquet does not support update output mode."
const appendOnly = ["arrow", "csv", "json", "orc", "parquet", "text"];
const modes: readonly OutputMode[] = ["append", "update", "complete"];

describe("a sink is given only what it takes", () => {
  const started = sinkFormats.names.flatMap((format) => modes.map((mode) => ({ format, mode })));

  it.each(started)("$format in $mode mode", async ({ format, mode }) => {
    const session = Session.create({ runtime: testRuntime() });
    const stream = session.readStream.format("rate").load().withColumn("id", expr("monotonically_increasing_id()"));
    const counts = stream.groupBy("id").agg(count("*").as("n"));
    const start = counts.writeStream
      .format(format)
      .outputMode(mode)
      .start(await temporaryFolder());
    // A mode that the sink takes comes as far as the check of the plan, which refuses it whatever the sink.
    const refused = mode !== "append" && appendOnly.includes(format);
    await expect(start).rejects.toMatchObject(
      refused
        ? { condition: "STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", parameters: { className: format, outputMode: mode } }
        : { condition: mode === "append" ? "STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION" : "STREAMING_EXPRESSION" },
    );
  });
});
