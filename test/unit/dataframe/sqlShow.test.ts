import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { t } from "../../../index.js";

// Expected: what Spark 4.3 gave for the same tables, views and functions.

const folder = mkdtempSync(join(tmpdir(), "show-"));
const session = Session.create({ conf: { "spark.sql.warehouse.dir": join(folder, "warehouse") } });
afterAll(async () => {
  await session.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeAll(async () => {
  for (const text of [
    "CREATE TABLE ta USING parquet AS SELECT 1 x",
    "CREATE TABLE tb USING parquet AS SELECT 1 x",
    "CREATE TEMP VIEW tv AS SELECT 1",
    "CREATE VIEW vv AS SELECT * FROM ta",
    "CREATE DATABASE d2",
    "CREATE TABLE d2.td USING parquet AS SELECT 1 x",
    "CREATE TABLE `with.dot *` USING parquet AS SELECT 1 x",
    "DROP TABLE IF EXISTS gone",
  ])
    await session.sql(text);
  session.udf.register("myudf", (x: number) => x, t.int);
});

async function rowsOf(text: string): Promise<string[]> {
  const rows = await (await session.sql<Record<string, unknown>>(text)).collect();
  return rows.map((row) => Object.values(row).join(" "));
}

describe("SHOW", () => {
  it.each([
    ["SHOW TABLES LIKE 't*'", ["default ta false", "default tb false", " tv true"]],
    ["SHOW TABLES 'TA|tb'", ["default ta false", "default tb false"]],
    ["SHOW TABLES LIKE 'with*'", ["default with.dot * false"]],
    ["SHOW TABLES IN d2", ["d2 td false", " tv true"]],
    ["SHOW TABLES FROM d2 LIKE 'x'", []],
    ["SHOW VIEWS", ["default vv false", " tv true"]],
    ["SHOW VIEWS LIKE 'v*'", ["default vv false"]],
    ["SHOW VIEWS IN d2", [" tv true"]],
    ["SHOW DATABASES", ["d2", "default"]],
    ["SHOW SCHEMAS LIKE 'd2'", ["d2"]],
    ["SHOW COLUMNS FROM td IN d2", ["x"]],
    ["SHOW FUNCTIONS LIKE 'my*'", ["myudf"]],
    ["SHOW USER FUNCTIONS", ["myudf"]],
    ["SHOW SYSTEM FUNCTIONS LIKE 'my*'", []],
    ["SHOW ALL FUNCTIONS upper", ["upper"]],
    ["SHOW FUNCTIONS LIKE 'uppe?'", []],
    ["SHOW FUNCTIONS LIKE 'up.*'", ["upper"]],
    ["SHOW FUNCTIONS FROM default LIKE 'REGEXP_r*'", ["regexp_replace"]],
    ["SHOW FUNCTIONS 'row_*|(|expl*'", ["explode", "explode_outer", "row_number"]],
  ])("%s", async (text, expected) => {
    expect((await rowsOf(text)).toSorted()).toEqual([...expected].toSorted());
  });

  it("refuses a database that is not there", async () => {
    await expect(session.sql("SHOW TABLES IN nowhere")).rejects.toMatchObject({ condition: "SCHEMA_NOT_FOUND" });
  });
});
