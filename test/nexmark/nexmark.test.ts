import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test, vi } from "vitest";
import { Session } from "tidemark";
import { frames } from "../../notebooks/nexmark/frames.js";
import { queries, type NexmarkQuery } from "../../notebooks/nexmark/queries.js";
import { createViews } from "../../notebooks/nexmark/tables.js";

// The 23 queries of Nexmark over a small data set, a file a micro-batch, stopped in the middle and started again, all that is open closed at the end; against what DuckDB gives over the whole. The data are
// of a generator of the benchmark (`nexgen t 0.0007 7 3`: 3,500 events), of the answers the sums of their rows as text.

interface Answer {
  /** `name:type`: i a whole number, s a string, t a time in ms, d a double and m a decimal in thousandths. */
  readonly columns: readonly string[];
  readonly rows: number;
  readonly sha256: string;
}

type Row = Readonly<Record<string, unknown>>;

const folder = mkdtempSync(join(tmpdir(), "nexmark-"));
const recorded = fileURLToPath(new URL("data/", import.meta.url));
const answers = JSON.parse(readFileSync(new URL("answers.json", import.meta.url), "utf8")) as Record<string, Answer>;
const streams = ["person", "auction", "bid"];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Puts the files from `from` to `to` of each folder where the queries read. */
function deliver(data: string, from: number, to: number): void {
  for (const name of streams) {
    mkdirSync(join(data, name), { recursive: true });
    for (const file of readdirSync(join(recorded, name)).toSorted().slice(from, to))
      cpSync(join(recorded, name, file), join(data, name, file));
  }
}

/** The rows that a query gave, in two runs. */
async function run(name: string, { mode, sql }: NexmarkQuery, form: "sql" | "frame"): Promise<Row[]> {
  const data = join(folder, `${name}-${form}`);
  cpSync(join(recorded, "side_input"), join(data, "side_input"), { recursive: true });
  const session = Session.create({ conf: { "spark.sql.session.timeZone": "UTC" } });
  const table = `${name}_${form}`;
  for (const [from, to] of [
    [0, 11],
    [11, 20],
  ] as const) {
    deliver(data, from, to);
    createViews(session, data);
    const frame = form === "sql" ? await session.sql(sql) : frames[name]!(session, data);
    const writer = frame.writeStream
      .format("memory")
      .queryName(table)
      .outputMode(mode)
      .trigger({ availableNow: true, finalWatermark: to === 20 });
    const query = await writer.option("checkpointLocation", join(data, "checkpoint")).start();
    await query.awaitTermination();
  }
  return await session.table(table).collect();
}

/** What is there when all rows are applied in their order. */
function applied(rows: readonly Row[], { mode, key }: NexmarkQuery): Row[] {
  if (mode === "append") return [...rows];
  if (mode === "update") return [...new Map(rows.map((row) => [key!.map((column) => String(cell(row[column]))).join("|"), row])).values()];
  const left = new Map<string, Row[]>();
  for (const { _change_type: kind, ...row } of rows) {
    const text = JSON.stringify(row, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
    const same = left.get(text) ?? [];
    left.set(text, same);
    if (kind === "insert" || kind === "update_postimage") same.push(row);
    else expect(same.pop(), `${text} is taken back`).toBeDefined();
  }
  return [...left.values()].flat();
}

function cell(value: unknown): string | number | bigint {
  if (value instanceof Date) return value.getTime();
  return value === null ? "" : (value as string | number | bigint);
}

function lineOf(row: Row, columns: readonly string[]): string {
  return columns
    .map((column) => {
      const [name, type] = column.split(":") as [string, string];
      const value = cell(row[name]);
      return type === "d" || type === "m" ? String(Math.floor(Number(value) * 1000 + 0.5)) : String(value);
    })
    .join("|");
}

function sumOf(lines: readonly string[]): { readonly rows: number; readonly sha256: string } {
  const text = lines.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join("\n");
  return { rows: lines.length, sha256: createHash("sha256").update(text).digest("hex") };
}

/** Which rows share a window of processing time is not determined; how many each bidder has in all is. */
function bidsOf(rows: readonly Row[]): ReturnType<typeof sumOf> {
  const counts = new Map<unknown, number>();
  for (const { bidder, bid_count: count } of rows) counts.set(bidder, (counts.get(bidder) ?? 0) + Number(count));
  return sumOf([...counts].map(([bidder, count]) => `${String(bidder)}|${count}`));
}

describe.each(Object.entries(queries))("%s", (name, query) => {
  test.each(["sql", "frame"] as const)("%s", async (form) => {
    const answer = answers[name]!;
    const rows = applied(await run(name, query, form), query);
    if (name === "q12") return expect(bidsOf(rows)).toEqual({ rows: answer.rows, sha256: answer.sha256 });
    expect(sumOf(rows.map((row) => lineOf(row, answer.columns)))).toEqual({ rows: answer.rows, sha256: answer.sha256 });
  });
});

test("windows of q12 close by themselves when nothing comes any more, also those of an earlier run", async () => {
  const data = join(folder, "idle");
  cpSync(join(recorded, "side_input"), join(data, "side_input"), { recursive: true });
  const session = Session.create({ conf: { "spark.sql.session.timeZone": "UTC" } });
  const { rows, sha256 } = answers["q12"]!;
  const shown = async (): Promise<Row[]> => await session.table("idle").collect();
  for (const [from, to] of [
    [0, 11],
    [11, 20],
  ] as const) {
    deliver(data, from, to);
    createViews(session, data);
    const frame = await session.sql(queries["q12"]!.sql.replace("10 seconds", "1 second"));
    const writer = frame.writeStream.format("memory").queryName("idle").option("checkpointLocation", join(data, "checkpoint"));
    const query = await writer.start();
    await query.processAllAvailable();
    // The first run is stopped at once.
    if (to === 20) await vi.waitUntil(async () => bidsOf(await shown()).rows === rows, { timeout: 300_000, interval: 100 }).catch(() => {});
    await query.stop();
  }
  expect(bidsOf(await shown())).toEqual({ rows, sha256 });
});
