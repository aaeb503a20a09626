import { describe, expect, it } from "vitest";
import { col, count, max, window } from "../../../dataframe/functions.js";
import { Session } from "../../../dataframe/session.js";

const session = Session.create({ conf: { "spark.sql.session.timeZone": "UTC" } });
const rows = "(SELECT TIMESTAMP '2026-01-01' AS t2, 'z' AS k) s";

/** As texts: columns, then rows. */
async function answer(text: string): Promise<string> {
  const frame = await session.sql(`SELECT to_json(struct(*), map('ignoreNullFields', 'false')) AS j FROM (${text})`);
  return (await frame.collect()).map(({ j }) => String(j)).join("\n");
}

// Expected: what Spark 4.3 gave.
describe("the window of GROUP BY, by its name", () => {
  it.each([
    [
      "SELECT a, window.start, window.end, count(*) AS cnt FROM VALUES ('A1', '2021-01-01 00:00:00'), ('A1', '2021-01-01 00:04:30') AS tab(a, b) GROUP BY a, window(b, '5 minutes') ORDER BY a, start",
      '{"a":"A1","start":"2021-01-01T00:00:00.000Z","end":"2021-01-01T00:05:00.000Z","cnt":2}',
    ],
    [
      `SELECT window.start, count(*), max(window.end) FROM ${rows} GROUP BY GROUPING SETS ((k), (window(t2, '10 minutes'))) ORDER BY 1`,
      '{"start":null,"count(1)":1,"max(window.end)":"2026-01-01T00:10:00.000Z"}\n{"start":"2026-01-01T00:00:00.000Z","count(1)":1,"max(window.end)":"2026-01-01T00:10:00.000Z"}',
    ],
    ["SELECT window FROM (SELECT TIMESTAMP '2026-01-01' AS t2, 'z' window) s GROUP BY window(t2, '10 minutes'), window", '{"window":"z"}'],
    [
      `SELECT window(t2, '10 minutes').start AS s, count(*) FROM ${rows} GROUP BY window(t2, '10 minutes')`,
      '{"s":"2026-01-01T00:00:00.000Z","count(1)":1}',
    ],
    [`SELECT window.start FROM ${rows} GROUP BY window(t2, '10 minutes').start`, '{"start":"2026-01-01T00:00:00.000Z"}'],
    [
      `SELECT window(t2, '10 minutes') w, window.start FROM ${rows}`,
      '{"w":{"start":"2026-01-01T00:00:00.000Z","end":"2026-01-01T00:10:00.000Z"},"start":"2026-01-01T00:00:00.000Z"}',
    ],
    [
      `SELECT count(*) FROM ${rows} GROUP BY window(t2, '10 minutes') HAVING window.start > '2020-01-01' ORDER BY window.end`,
      '{"count(1)":1}',
    ],
    [`SELECT window.start s, count(*) FROM ${rows} GROUP BY s, window(t2, '10 minutes')`, '{"s":"2026-01-01T00:00:00.000Z","count(1)":1}'],
  ])("%s", async (text, expected) => {
    expect(await answer(text)).toBe(expected);
  });

  it("of two things of that name the column of the rows is meant", async () => {
    const text = "SELECT window FROM (SELECT TIMESTAMP '2026-01-01' AS t2, 'z' AS window) s GROUP BY window(t2, '10 minutes')";
    await expect(session.sql(text)).rejects.toMatchObject({ condition: "MISSING_AGGREGATION" });
  });

  it("is read by columns too", async () => {
    const frame = (await session.sql(`SELECT * FROM ${rows}`)).groupBy(window("t2", "10 minutes"));
    const grouped = frame.agg(count("*").as("n"), max(col("window.end")).as("end"), col("window.start").as("start"));
    expect((await grouped.selectExpr("CAST(start AS STRING) s", "CAST(end AS STRING) e", "n").collect())[0]).toEqual({
      s: "2026-01-01 00:00:00",
      e: "2026-01-01 00:10:00",
      n: 1,
    });
  });
});

async function counted(sample: string): Promise<number> {
  const frame = await session.sql<{ n: number }>(`SELECT count(*) n FROM (SELECT * FROM range(20000)) ${sample}`);
  return (await frame.collect())[0]!.n;
}

async function sampledIds(seed: number): Promise<unknown[]> {
  const drawn = await session.range(1000).sample(0.1, seed).where("id > 50").collect();
  return drawn.map(({ id }) => id);
}

describe("TABLESAMPLE", () => {
  it("takes about the part, and the same rows for the same seed", async () => {
    for (const sample of ["TABLESAMPLE (10 PERCENT)", "TABLESAMPLE (BUCKET 1 OUT OF 10)", "TABLESAMPLE (10 PERCENT) REPEATABLE (7)"]) {
      const n = await counted(sample);
      expect(n).toBeGreaterThan(1_700);
      expect(n).toBeLessThan(2_300);
    }
    expect(await counted("TABLESAMPLE (0 PERCENT)")).toBe(0);
    expect(await counted("TABLESAMPLE (100 PERCENT)")).toBe(20_000);
    expect(await sampledIds(3)).toEqual(await sampledIds(3));
    expect(await sampledIds(3)).not.toEqual(await sampledIds(4));
  });

  it("refuses a part that is none", async () => {
    await expect(session.sql("SELECT * FROM (SELECT * FROM range(3)) TABLESAMPLE (150 PERCENT)")).rejects.toMatchObject({
      condition: "INVALID_SAMPLE_FRACTION",
    });
    expect(() => session.range(3).sample(-0.1)).toThrow("INVALID_SAMPLE_FRACTION");
  });
});

describe("the place of what the analyzer refuses", () => {
  it.each([
    ["SELECT\n  id,\n  upper(id) || idd x\nFROM range(3)", "(line 3, pos 15)\n  upper(id) || idd x\n               ^\n"],
    ["SELECT uper('a')", "(line 1, pos 7)\nSELECT uper('a')\n       ^\n"],
    ["SELECT * FROM nowhere", "(line 1, pos 14)\nSELECT * FROM nowhere\n              ^\n"],
    [
      "SELECT 1 FROM range(1) WHERE array(1) > 1",
      "(line 1, pos 29)\nSELECT 1 FROM range(1) WHERE array(1) > 1\n                             ^\n",
    ],
    ["SELECT * FROM range('a', 'b', 'c', 1, 2)", "(line 1, pos 14)\nSELECT * FROM range('a', 'b', 'c', 1, 2)\n              ^\n"],
    ["WITH q AS (SELECT x FROM range(1)) SELECT * FROM q", "(line 1, pos 18)\n"],
    ["SELECT (SELECT max(zz) FROM range(2))", "(line 1, pos 19)\n"],
  ])("%s", async (text, picture) => {
    await expect(session.sql(text)).rejects.toThrow(picture);
  });

  it("in a view is that of the view's text", async () => {
    await session.sql("CREATE TEMP VIEW base AS SELECT 1 AS a");
    await expect(session.sql("SELECT b FROM base")).rejects.toThrow("(line 1, pos 7)\nSELECT b FROM base\n       ^\n");
  });
});

// Expected: what Spark 4.3 gave.
describe("windows of the WINDOW clause", () => {
  const values = "FROM VALUES (1), (2) AS t(a)";

  it("are named, in brackets or not, and may be another's name", async () => {
    const frame = await session.sql(
      `SELECT sum(a) OVER v AS s, sum(a) OVER (w) AS t ${values} WINDOW w AS (ORDER BY a), v AS w ORDER BY s`,
    );
    expect(await frame.collect()).toEqual([
      { s: 1, t: 1 },
      { s: 3, t: 3 },
    ]);
  });

  it.each([
    ["SELECT sum(a) OVER (w ROWS CURRENT ROW) FROM t WINDOW w AS (ORDER BY a)", "PARSE_SYNTAX_ERROR"],
    ["SELECT sum(a) OVER (w ORDER BY a) FROM t WINDOW w AS (PARTITION BY a)", "PARSE_SYNTAX_ERROR"],
    ["SELECT sum(a) OVER (x) FROM t", "MISSING_WINDOW_SPECIFICATION"],
    ["SELECT a FROM t WINDOW v AS x", "INVALID_SQL_SYNTAX.UNRESOLVED_WINDOW_REFERENCE"],
    ["SELECT sum(a) OVER v FROM t WINDOW v AS v", "INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE"],
    ["SELECT sum(a) OVER v FROM t WINDOW w AS (ORDER BY a), v AS w, u AS v", "INVALID_SQL_SYNTAX.INVALID_WINDOW_REFERENCE"],
    ["SELECT sum(a) OVER v FROM t WINDOW v AS (PARTITION BY a), V AS (ORDER BY a)", "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION"],
  ])("%s", async (text, condition) => {
    await expect(session.sql(text.replace("FROM t", values))).rejects.toMatchObject({ condition });
  });
});

// Expected: what Spark 4.3 gave.
describe("FILTER", () => {
  it.each([
    ["1", "NOT_BOOLEAN"],
    ["a", "NOT_BOOLEAN"],
    ["'true'", "NOT_BOOLEAN"],
    ["NULL", "NOT_BOOLEAN"],
    ["sum(a) > 1", "CONTAINS_AGGREGATE"],
    ["rand() > 1", "NON_DETERMINISTIC"],
    ["row_number() OVER (ORDER BY a) > 1", "CONTAINS_WINDOW_FUNCTION"],
  ])("(WHERE %s) is refused", async (condition, what) => {
    const text = `SELECT sum(a) FILTER (WHERE ${condition}) FROM VALUES (1), (2) AS t(a)`;
    await expect(session.sql(text)).rejects.toMatchObject({ condition: `INVALID_AGGREGATE_FILTER.${what}` });
  });
});
