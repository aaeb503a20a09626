import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { collectBatches } from "../../dataframe/execution.js";
import { Session } from "../../dataframe/session.js";
import { readValue } from "../../engine/arrow/columns.js";
import { typeName } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { valueText } from "../../engine/values/valueText.js";

/** What Spark gave for a statement (`record_statements.py`): rows as texts, or the condition of its refusal. */
interface Recorded {
  readonly sql: string;
  readonly schema?: string;
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly condition?: string;
}

const zone = "America/Los_Angeles";
const folder = join(import.meta.dirname, "statements");

/** Our names of what Spark refuses without one. */
const named: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(folder, "legacy-names.json"), "utf8")) as Record<
  string,
  string
>;

const lists = readdirSync(folder)
  .filter((file) => file !== "legacy-names.json")
  .flatMap((file) => {
    const recorded = JSON.parse(readFileSync(join(folder, file), "utf8")) as Record<string, readonly Recorded[]>;
    return Object.entries(recorded).map(([name, statements]) => ({ name: `${file}: ${name}`, statements }));
  });

it.each(lists)("$name", async ({ statements }) => {
  const root = mkdtempSync(join(tmpdir(), "statements-"));
  const conf = { "spark.sql.session.timeZone": zone, "spark.sql.warehouse.dir": join(root, "warehouse") };
  const session = Session.create({ conf, print: () => undefined, warn: () => undefined });
  try {
    for (const { sql, schema, rows, condition } of statements) {
      const wanted =
        condition === undefined ? { sql, schema, rows: inOrder(sql, rows!) } : { sql, condition: named[condition] ?? condition };
      expect(await answerOf(session, sql, join(root, "files"))).toEqual(wanted);
    }
  } finally {
    await session.stop();
    rmSync(root, { recursive: true, force: true });
  }
});

async function answerOf(session: Session, sql: string, files: string): Promise<Recorded> {
  try {
    const frame = await session.sql(sql.replaceAll("$FOLDER", files));
    const { fields } = frame.schema;
    const rows: (string | null)[][] = [];
    for (const batch of await collectBatches(session, frame.plan)) {
      for (let row = 0; row < batch.length; row++) {
        const cells = fields.map(({ type }, i) => ({ type, value: readValue(batch.columns[i]!, row) }));
        rows.push(cells.map(({ type, value }) => (value === null ? null : valueText(value, type, zone))));
      }
    }
    const schema = `struct<${fields.map(({ name, type }) => `${name}:${typeName(type)}`).join(",")}>`;
    return { sql, schema, rows: inOrder(sql, rows) };
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    return { sql, condition: error.condition };
  }
}

/** Rows without an ORDER BY come in any order. */
function inOrder(sql: string, rows: NonNullable<Recorded["rows"]>): NonNullable<Recorded["rows"]> {
  if (/\border\s+by\b/i.test(sql)) return rows;
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
