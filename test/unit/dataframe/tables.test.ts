import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";

const folder = mkdtempSync(join(tmpdir(), "tables-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function newSession(): Session {
  return Session.create({ conf: { "spark.sql.warehouse.dir": join(folder, "warehouse") } });
}

async function conditionOf(session: Session, text: string): Promise<string> {
  try {
    await session.sql(text);
  } catch (error) {
    if (error instanceof StreamingError) return error.condition;
    throw error;
  }
  return "accepted";
}

describe("tables", () => {
  it("outlive their session; temporary views do not", async () => {
    const first = newSession();
    await first.sql("CREATE TABLE readings (id INT, name STRING) USING json");
    await first.sql("INSERT INTO readings VALUES (1, 'one'), (2, NULL)");
    await first.sql("INSERT INTO readings (name) VALUES ('none')");
    await first.sql("CREATE VIEW named AS SELECT id FROM readings WHERE name IS NOT NULL");
    await first.sql("CREATE TEMP VIEW mine AS SELECT 1 AS x");
    const next = newSession();
    expect(await (await next.sql("SELECT * FROM default.readings ORDER BY id NULLS FIRST")).collect()).toEqual([
      { id: null, name: "none" },
      { id: 1, name: "one" },
      { id: 2, name: null },
    ]);
    expect(await (await next.sql("SELECT * FROM named ORDER BY 1")).collect()).toEqual([{ id: null }, { id: 1 }]);
    expect(await conditionOf(next, "SELECT * FROM mine")).toBe("TABLE_OR_VIEW_NOT_FOUND");
  });

  it("are made of queries, written over, emptied and dropped", async () => {
    const session = newSession();
    await session.sql("CREATE TABLE squares AS SELECT id, id * id AS square FROM range(4)");
    await session.sql("INSERT OVERWRITE squares SELECT 9, 81");
    expect(await (await session.sql("SELECT * FROM squares")).collect()).toEqual([{ id: 9, square: 81 }]);
    expect(await conditionOf(session, "INSERT OVERWRITE squares SELECT * FROM squares")).toBe("UNSUPPORTED_OVERWRITE.TABLE");
    await session.sql("TRUNCATE TABLE squares");
    expect(await (await session.sql("SELECT count(*) AS n FROM squares")).collect()).toEqual([{ n: 0 }]);
    await session.sql("DROP TABLE squares");
    expect(await conditionOf(session, "DROP TABLE squares")).toBe("TABLE_OR_VIEW_NOT_FOUND");
    expect(await conditionOf(session, "DROP TABLE IF EXISTS squares")).toBe("accepted");
  });

  it("belong to databases", async () => {
    const session = newSession();
    await session.sql("CREATE DATABASE lab");
    await session.sql("USE lab");
    await session.sql("CREATE TABLE t (a INT)");
    expect((await session.sql("SELECT * FROM lab.t")).columns).toEqual(["a"]);
    expect(await conditionOf(session, "DROP DATABASE lab")).toBe("SCHEMA_NOT_EMPTY");
    await session.sql("DROP DATABASE lab CASCADE");
    expect(await conditionOf(session, "SELECT * FROM lab.t")).toBe("TABLE_OR_VIEW_NOT_FOUND");
  });

  it("refuse what does not fit", async () => {
    const session = newSession();
    await session.sql("CREATE TABLE pairs (a INT, b STRING)");
    expect(await conditionOf(session, "CREATE TABLE pairs (a INT)")).toBe("TABLE_OR_VIEW_ALREADY_EXISTS");
    expect(await conditionOf(session, "INSERT INTO pairs VALUES (1)")).toBe("INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS");
    expect(await conditionOf(session, "INSERT INTO pairs VALUES (1, 'a', 2)")).toBe("INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS");
    expect(await conditionOf(session, "INSERT INTO pairs VALUES ('x', 'a')")).toBe("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST");
    expect(await conditionOf(session, "DROP VIEW pairs")).toBe("WRONG_COMMAND_FOR_OBJECT_TYPE");
  });
});
