import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { QueryWorld } from "../query/queryWorld.js";

/** What Spark 4.3.0 counted as `numInputRows`, and gave, of one file of JSON and one of CSV that lack values, have null, or hold what cannot be read. */
const { schemas, texts, answers } = JSON.parse(readFileSync(join(import.meta.dirname, "pushedFilters.json"), "utf8")) as {
  readonly schemas: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, string>>;
  readonly answers: readonly (readonly [format: string, mode: string, condition: string, numInputRows: number, rows: number])[];
};

describe("kind: numInputRows behind filters that Spark's parser asks", () => {
  let machine: QueryWorld;
  beforeEach(async () => {
    machine = new QueryWorld();
    for (const [format, text] of Object.entries(texts)) await machine.file(`0.${format}`, text, `/data/${format}`);
  });
  afterEach(() => machine.close());

  it.each(answers)("%s, %s, %s", async (format, mode, condition, numInputRows, rows) => {
    const query = await machine.run({
      build: (_, session) =>
        session.readStream.schema(schemas[format]!).option("mode", mode).format(format).load(`/data/${format}`).where(condition),
    });
    const sum = (of: "numInputRows" | "numOutputRows"): number =>
      query.recentProgress.reduce(
        (total, progress) => total + (of === "numInputRows" ? progress.numInputRows : progress.sink.numOutputRows),
        0,
      );
    expect({ numInputRows: sum("numInputRows"), rows: sum("numOutputRows") }).toEqual({ numInputRows, rows });
  });
});
