import { mkdtemp, mkdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Session } from "../../../dataframe/session.js";
import { StreamingError, notYetSupported } from "../../../engine/errors/streamingError.js";
import { memory } from "../../memory.js";
import { testRuntime } from "../../runtime/testRuntime.js";
import type { GoldenFile, GoldenRow, Outcome, SourceCase } from "./case.js";
import { rowsDifference } from "./compare.js";
import { compareSchema, expectedCondition, goldenRows, inOurForm } from "./compareRun.js";
import { outcomeOf } from "./outcome.js";
import type { Frame } from "./buildDataFrame.js";

const driverOptions = new Set(["trigger"]);

/** Reads the files of a case as a stream with `availableNow`, then applies the `selectExpr` of its text. */
export async function runSourceCase(golden: SourceCase): Promise<Outcome[]> {
  return [await outcomeOf(golden, "plan", () => run(golden))];
}

async function run(golden: SourceCase): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-golden-"));
  const table = memory.table(`golden-${golden.name}`);
  try {
    const input = join(folder, "input");
    await mkdir(input);
    for (const file of golden.files) await writeInput(input, file);
    const session = Session.create({
      memoryTables: memory,
      ...(golden.conf && { conf: golden.conf }),
      runtime: testRuntime(),
      print: () => {},
      warn: () => {},
    });
    const frame = applyText(golden, readFrame(session, golden, input));
    const query = await frame.writeStream
      .format("memory")
      .queryName(table.name)
      .option("checkpointLocation", join(folder, "checkpoint"))
      .trigger({ availableNow: true })
      .start();
    let error: StreamingError | null = null;
    await query.awaitTermination().catch((failure: StreamingError) => (error = failure));
    if ((error as StreamingError | null)?.condition === "NOT_YET_SUPPORTED") throw error;
    const inputRows = query.recentProgress.map(({ numInputRows }) => numInputRows);
    const batches = table.batches.map((batch) => withoutFolder(goldenRows(batch), input));
    return compareSchema(golden.outputSchema, frame.schema) ?? compareFailure(golden, error) ?? compareBatches(golden, batches, inputRows);
  } finally {
    memory.drop(table.name);
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeInput(folder: string, { file, text, base64, gzip, mtime }: GoldenFile): Promise<void> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  const bytes = text === undefined ? Buffer.from(base64!, "base64") : Buffer.from(text);
  await writeFile(path, gzip ? gzipSync(bytes) : bytes);
  await utimes(path, mtime, mtime);
}

function readFrame(session: Session, golden: SourceCase, input: string): Frame {
  const options = Object.fromEntries(Object.entries(golden.options).filter(([name]) => !driverOptions.has(name)));
  if (!["csv", "json", "text"].includes(golden.format)) throw notYetSupported(`the format ${golden.format}`);
  const limit =
    golden.options.maxBytesPerTrigger === undefined && golden.options.maxFilesPerTrigger === undefined ? { maxFilesPerTrigger: 1 } : {};
  const reader = session.readStream.format(golden.format).options({ ...limit, ...options });
  return (golden.format === "text" ? reader : reader.schema(golden.schema)).load(input);
}

/** The `selectExpr` that follows `load(path)` in the source text, if there is one. */
function applyText(golden: SourceCase, frame: Frame): Frame {
  const after = /\.load\([^)]*\)(.*)$/s.exec(golden.query.pyspark)?.[1]?.trim() ?? "";
  if (after === "") return frame;
  const select = /^\.selectExpr\((.*)\)$/s.exec(after);
  if (select === null) throw notYetSupported(`the text ${after}`);
  return frame.selectExpr(...(JSON.parse(`[${select[1]}]`) as string[]));
}

function compareFailure(golden: SourceCase, error: StreamingError | null): string | null {
  if (!golden.error) return error === null ? null : `Spark did not fail; we: ${error.message}`;
  if (error === null) return `Spark failed with ${golden.error.condition}; we did not`;
  const condition = expectedCondition(golden.error);
  return condition === null || condition === error.condition ? null : `expected ${condition}, got ${error.message}`;
}

function compareBatches(golden: SourceCase, batches: readonly GoldenRow[][], inputRows: readonly number[]): string | null {
  const expected = golden.batches ?? [];
  if (batches.length !== expected.length) return `expected ${expected.length} batches, got ${batches.length}`;
  for (const [i, batch] of expected.entries()) {
    if (batch.numInputRows !== undefined && batch.numInputRows !== inputRows[i])
      return `batch ${i}: expected ${batch.numInputRows} input rows, got ${inputRows[i]}`;
    const diff = rowsDifference(inOurForm(batch.rows, golden.outputSchema), batches[i]!, golden.rowOrder === "as emitted");
    if (diff !== null) return `batch ${i}: ${diff}`;
  }
  return null;
}

/** Golden cases show folders as `<dir>`. */
function withoutFolder(rows: readonly GoldenRow[], folder: string): GoldenRow[] {
  return JSON.parse(JSON.stringify(rows).replaceAll(folder, "<dir>")) as GoldenRow[];
}
