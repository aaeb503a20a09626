import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collectBatches } from "../../dataframe/execution.js";
import { Session } from "../../dataframe/session.js";
import { readValue } from "../../engine/arrow/columns.js";
import { typeName } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { differenceOf, errorOf, type Answer, type Difference } from "./compare.js";
import { blocksOf, dataOf, settingsOf, type Block } from "./files.js";
import { hiveText, suiteZone } from "./hiveText.js";

export type Verdict =
  | { readonly status: "passed" }
  | { readonly status: "unsupported"; readonly reason: string }
  | { readonly status: "failed"; readonly kind: Difference | "error-unexpected" | "error-other" | "crash"; readonly got: string };

export interface Outcome {
  readonly block: Block;
  readonly verdict: Verdict;
}

/** Runs the statements of a file, one after the other, in a session of their own. */
export async function runFile(root: string, name: string): Promise<readonly Outcome[]> {
  const warehouse = mkdtempSync(join(tmpdir(), "sql-suite-"));
  const session = sessionFor(root, name, warehouse);
  try {
    const outcomes: Outcome[] = [];
    for (const block of blocksOf(root, name)) outcomes.push({ block, verdict: await verdictOf(session, block) });
    return outcomes;
  } finally {
    await session.stop();
    rmSync(warehouse, { recursive: true, force: true });
  }
}

function sessionFor(root: string, name: string, warehouse: string): Session {
  const conf = { "spark.sql.session.timeZone": suiteZone, "spark.sql.warehouse.dir": warehouse };
  const session = Session.create({ conf, print: () => undefined, warn: () => undefined });
  const own: (readonly [string, string])[] = name.startsWith("nonansi/")
    ? [["spark.sql.ansi.enabled", "false"]]
    : name.startsWith("timestampNTZ/")
      ? [["spark.sql.timestampType", "TIMESTAMP_NTZ"]]
      : [];
  for (const [key, value] of [...own, ...settingsOf(root, name)]) {
    try {
      session.conf.set(key, value);
    } catch (error) {
      // What cannot be set here shows in the answers.
      if (!(error instanceof StreamingError)) throw error;
    }
  }
  addTables(session, root);
  return session;
}

/** The tables that Spark's suite has ready. */
function addTables(session: Session, root: string): void {
  const view = (table: string, rows: readonly (readonly unknown[])[], ddl: string): void =>
    session.createDataFrame(rows, ddl).createOrReplaceTempView(table);
  view(
    "testdata",
    Array.from({ length: 100 }, (_, i) => [i + 1, String(i + 1)]),
    "key INT, value STRING",
  );
  view(
    "arraydata",
    [1, 2].map((n) => [[n, n + 1, n + 2], [[n, n + 1, n + 2]]]),
    "arraycol ARRAY<INT>, nestedarraycol ARRAY<ARRAY<INT>>",
  );
  view(
    "mapdata",
    [5, 4, 3, 2, 1].map((n, i) => [letters(n, i + 1)]),
    "mapcol MAP<INT,STRING>",
  );
  const numbers = "unique1 unique2 two four ten twenty hundred thousand twothousand fivethous tenthous odd even".split(" ");
  const wide = [...numbers.map((column) => `${column} INT`), "stringu1 STRING, stringu2 STRING, string4 STRING"].join(", ");
  for (const [table, file, ddl] of [
    ["aggtest", "agg", "a INT, b FLOAT"],
    ["onek", "onek", wide],
    ["tenk1", "tenk", wide],
  ] as const) {
    const kinds = ddl.split(/, ?/).map((column) => column.split(" ")[1]!);
    const rows = dataOf(root, file)?.map((line) => line.map((cell, i) => (kinds[i] === "STRING" ? cell : Number(cell))));
    if (rows !== undefined) view(table, rows, ddl);
  }
}

async function answerOf(session: Session, text: string): Promise<Answer> {
  const frame = await session.sql(text);
  const { fields } = frame.schema;
  const lines: string[] = [];
  for (const batch of await collectBatches(session, frame.plan)) {
    for (let row = 0; row < batch.length; row++) {
      lines.push(fields.map(({ type }, i) => hiveText(type, readValue(batch.columns[i]!, row))).join("\t"));
    }
  }
  const types = fields.map(({ type }) => typeName(type));
  return { schema: `struct<${fields.map(({ name }, i) => `${name}:${types[i]!}`).join(",")}>`, types, lines };
}

async function verdictOf(session: Session, block: Block): Promise<Verdict> {
  try {
    const answer = await answerOf(session, block.query);
    const kind = differenceOf(block, answer);
    return kind === null ? { status: "passed" } : { status: "failed", kind, got: `${answer.schema}\n${answer.lines.join("\n")}` };
  } catch (error) {
    return refusalOf(block, error);
  }
}

function refusalOf(block: Block, error: unknown): Verdict {
  if (!(error instanceof StreamingError)) return { status: "failed", kind: "crash", got: String(error) };
  if (error.condition === "NOT_YET_SUPPORTED") return { status: "unsupported", reason: error.parameters["feature"] ?? error.message };
  const expected = errorOf(block);
  if (expected === "any" || expected === error.condition) return { status: "passed" };
  return { status: "failed", kind: expected === null ? "error-unexpected" : "error-other", got: error.message };
}

/** The first letters, by their places, with a number behind each. */
function letters(n: number, suffix: number): Map<number, string> {
  return new Map(Array.from({ length: n }, (_, i) => [i + 1, `${"abcde"[i]!}${suffix}`]));
}
