import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes files, by their paths in a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A JSON line of a reading, `seconds` after noon. */
export function reading(seconds: number, sensorId = "a"): string {
  return `${JSON.stringify({ sensorId, at: new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString(), celsius: 20 })}\n`;
}

/** What a counting job may differ in. */
export interface CountingJob {
  readonly mode?: string;
  readonly trigger?: string;
  readonly format?: string;
  readonly output?: string;
}

/** A job that counts the readings in `in` by sensor and ten seconds, one file a batch. */
export function countingJob({
  mode = "append",
  trigger = "{ availableNow: true }",
  format = "json",
  output = "out",
}: CountingJob = {}): string {
  return `import { schema, t, window, count, col } from "tidemark";
const Reading = schema({ sensorId: t.string, at: t.timestamp, celsius: t.double });
export default (session) =>
  session.readStream.schema(Reading).option("maxFilesPerTrigger", 1).json("in")
    .withWatermark("at", "5 seconds")
    .groupBy(window("at", "10 seconds"), "sensorId").agg(count().as("n"))
    .select(col("window.start").as("start"), "sensorId", "n")
    .writeStream.queryName("counts").outputMode("${mode}")
    .format("${format}")${format === "json" ? `.option("path", "${output}")` : ""}.option("checkpointLocation", "checkpoint")
    .trigger(${trigger});
`;
}

/** The rows of all JSON files of a folder, sorted. */
export function jsonRows(folder: string): Record<string, unknown>[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line !== "")
    .toSorted()
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
