import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Session } from "../../dataframe/session.js";
import { percentile } from "./percentile.js";
import { sqlQueries, sqlTables } from "./sqlQueries.js";

/** Where the tables lie, and how many orders there are to be. */
export interface SqlFlags {
  readonly data: string;
  readonly rows: number;
  /** How often each query runs; the fastest counts, of both. */
  readonly runs: number;
  /** The Python that has duckdb. */
  readonly python: string;
  /** Only the queries of which the name has this. */
  readonly only: string;
}

/** A number below `values`, of the row's id. */
function mixed(salt: number, values: number): string {
  return `((id + ${salt} * 101) * 48271 % 2147483647 * 16807 % 2147483647 % ${values})`;
}

/** Writes the tables, unless they are there: made of each order's number, the same on every machine. */
async function prepare(session: Session, folder: string, rows: number): Promise<void> {
  if (existsSync(join(folder, "json", "_SUCCESS"))) return;
  const orders = session
    .range(rows)
    .selectExpr(
      "id",
      `${mixed(1, 100_000)} AS customer`,
      `${mixed(2, 1000)} AS product`,
      `date_add(DATE '2026-01-01', CAST(${mixed(3, 365)} AS INT)) AS day`,
      `CAST(${mixed(4, 9)} + 1 AS INT) AS quantity`,
      `CAST(${mixed(5, 100_000)} AS DOUBLE) / 100 AS price`,
      `element_at(array('new', 'paid', 'sent', 'returned', 'done'), CAST(${mixed(6, 5)} AS INT) + 1) AS status`,
    );
  await orders.write.mode("overwrite").parquet(join(folder, "parquet"));
  const written = session.read.schema(sqlTables.orders).parquet(join(folder, "parquet"));
  const named = (n: number, words: string): string =>
    `element_at(split('${words}', ' '), CAST(${mixed(n, words.split(" ").length)} AS INT) + 1)`;
  await session
    .range(100_000)
    .selectExpr(
      "id AS customer",
      "concat('customer ', id) AS name",
      `${named(7, "de fr it es pl se us jp")} AS country`,
      `${named(8, "retail trade public")} AS segment`,
    )
    .write.mode("overwrite")
    .parquet(join(folder, "customers"));
  await session
    .range(1000)
    .selectExpr("id AS product", "concat('product ', id) AS title", `${named(9, "food toys tools books shoes music garden")} AS category`)
    .write.mode("overwrite")
    .parquet(join(folder, "products"));
  await written.write.mode("overwrite").json(join(folder, "json"));
}

/** DuckDB in a process of its own. */
class Peer {
  private constructor(
    private readonly process: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
    readonly version: string,
  ) {}

  /** Null where there is no Python with duckdb. */
  static async start(python: string): Promise<Peer | null> {
    const script = join(dirname(fileURLToPath(import.meta.url)), "sqlPeer.py");
    const path = existsSync(script) ? script : resolve("test/bench/sqlPeer.py");
    const process = spawn(python, [path], { stdio: ["pipe", "pipe", "pipe"] });
    process.on("error", () => {});
    const lines: Interface = createInterface({ input: process.stdout });
    const iterator = lines[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true) return null;
    return new Peer(process, iterator, (JSON.parse(first.value) as { version: string }).version);
  }

  async run(question: object): Promise<{ seconds: number; rows: unknown[][] }> {
    this.process.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await this.lines.next();
    if (answer.done === true) throw new Error(`DuckDB died: ${String(this.process.stderr.read())}`);
    return JSON.parse(answer.value) as { seconds: number; rows: unknown[][] };
  }

  stop(): void {
    this.process.stdin.end();
  }
}

/**
 * Twelve queries over orders in Parquet and JSON, beside DuckDB with one thread: a line each, then one with the ratios of speed. Both run each query alternately, and their
 * answers are compared.
 */
export async function* runSql(flags: SqlFlags): AsyncGenerator<object> {
  const folder = resolve(flags.data, `sql-${flags.rows}`);
  const session = Session.create({ print: () => {}, warn: (message) => process.stderr.write(`${message}\n`) });
  await prepare(session, folder, flags.rows);
  for (const name of ["customers", "products"] as const) {
    session.read.schema(sqlTables[name]).parquet(join(folder, name)).createOrReplaceTempView(name);
  }
  const peer = await Peer.start(flags.python);
  if (peer === null) process.stderr.write(`${flags.python} has no duckdb: nothing is compared. Name one that has it with --python.\n`);
  const ratios: number[] = [];
  for (const [name, query] of Object.entries(sqlQueries).filter(([key]) => key.includes(flags.only))) {
    const line = await runQuery(session, peer, { name, query, folder, runs: flags.runs });
    if (line.ratio !== undefined) ratios.push(line.ratio);
    yield line;
  }
  peer?.stop();
  if (peer === null) return;
  const sorted = ratios.toSorted((a, b) => a - b);
  yield { name: "sql", rows: flags.rows, duckdb: peer.version, medianRatio: percentile(sorted, 0.5), lowestRatio: sorted[0] };
}

interface SqlLine {
  readonly name: string;
  readonly seconds: number;
  readonly duckdbSeconds?: number;
  readonly ratio?: number;
}

interface QueryRun {
  readonly name: string;
  readonly query: string;
  readonly folder: string;
  readonly runs: number;
}

async function runQuery(session: Session, peer: Peer | null, { name, query, folder, runs }: QueryRun): Promise<SqlLine> {
  const format = name.startsWith("json") ? "json" : "parquet";
  session.read.format(format).schema(sqlTables.orders).load(join(folder, format)).createOrReplaceTempView("o");
  let [ours, theirs] = [Infinity, Infinity];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    const rows = await (await session.sql(query)).collect();
    ours = Math.min(ours, (performance.now() - started) / 1000);
    if (peer === null) continue;
    const answer = await peer.run({ folder, query, format });
    theirs = Math.min(theirs, answer.seconds);
    if (i === 0) checkSame(name, rows.map(Object.values), answer.rows);
  }
  const seconds = round(ours);
  return peer === null ? { name, seconds } : { name, seconds, duckdbSeconds: round(theirs), ratio: round(theirs / ours) };
}

function isClose(a: unknown, b: unknown): boolean {
  return typeof a === "number" && typeof b === "number" ? Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)) : a === b;
}

/** The same rows in the same order; sums of doubles to 1e-9 of their size. */
function checkSame(name: string, ours: readonly unknown[][], theirs: readonly unknown[][]): void {
  const same = ours.length === theirs.length && ours.every((row, i) => row.every((value, j) => isClose(value, theirs[i]![j])));
  if (!same)
    throw new Error(
      `${name}: DuckDB has another answer: ${JSON.stringify(theirs.slice(0, 3))}, ours is ${JSON.stringify(ours.slice(0, 3))}`,
    );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
