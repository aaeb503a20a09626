import { beforeAll, describe, expect, it } from "vitest";
import { collectBatches } from "../../../dataframe/execution.js";
import { Session } from "../../../dataframe/session.js";
import { rowsOf } from "../../../engine/arrow/columns.js";
import type { Value } from "../../../engine/arrow/value.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";

const session = Session.create();

/** The rows of a query, as lines of text. */
async function linesOf(text: string): Promise<string[]> {
  const frame = await session.sql(text);
  const batches = await collectBatches(session, frame.plan);
  return batches.flatMap(rowsOf).map((row) => row.map(textOf).join(" "));
}

function textOf(value: Value): string {
  if (value === null) return "NULL";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function conditionOf(text: string): Promise<string> {
  try {
    await linesOf(text);
  } catch (error) {
    if (error instanceof StreamingError) return error.condition;
    throw error;
  }
  return "accepted";
}

beforeAll(async () => {
  await session.sql("CREATE TEMP VIEW t AS SELECT * FROM VALUES (1, 'x'), (2, 'y'), (2, NULL) AS v(a, b)");
  await session.sql("CREATE TEMP VIEW u AS SELECT * FROM VALUES (2, 5), (7, 8) AS v(a, c)");
});

describe("queries", () => {
  it.each([
    ["SELECT 1 + 1", ["2"]],
    ["SELECT a, b FROM t WHERE a > 1 ORDER BY b DESC NULLS LAST", ["2 y", "2 NULL"]],
    ["SELECT a, count(*) FROM t GROUP BY a HAVING count(b) = 1 ORDER BY a", ["1 1", "2 2"]],
    ["SELECT a + 1 AS n, sum(a) FROM t GROUP BY n ORDER BY sum(a) DESC", ["3 4", "2 1"]],
    ["SELECT a FROM t GROUP BY ALL ORDER BY 1 DESC LIMIT 1 OFFSET 1", ["1"]],
    ["SELECT DISTINCT a FROM t ORDER BY a", ["1", "2"]],
    ["FROM t SELECT count(DISTINCT a), sum(DISTINCT a) FILTER (WHERE a > 1)", ["2 2"]],
    ["VALUES (1, 2), (3, 4)", ["1 2", "3 4"]],
    ["WITH c AS (SELECT a FROM t), d (z) AS (SELECT a FROM c) SELECT max(z) FROM d", ["2"]],
    ["SELECT * FROM (SELECT a FROM t) WHERE a = 1", ["1"]],
    ["SELECT a, GROUPING(a), count(*) FROM t GROUP BY ROLLUP (a) ORDER BY 2, 1", ["1 0 1", "2 0 2", "NULL 1 3"]],
    ["SELECT a, count(*) FROM t GROUP BY GROUPING SETS ((a), (a)) ORDER BY a", ["1 1", "1 1", "2 2", "2 2"]],
    ["SELECT a FROM t UNION SELECT a FROM u ORDER BY a", ["1", "2", "7"]],
    ["SELECT a FROM t EXCEPT ALL SELECT 2", ["1", "2"]],
    ["SELECT a FROM t INTERSECT SELECT a FROM u", ["2"]],
    ["SELECT * FROM range(2)", ["0", "1"]],
    ["SELECT a FROM t |> WHERE a > 1 |> AGGREGATE count(*) AS n GROUP BY a", ["2 2"]],
  ])("%s", async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines);
  });
});

describe("joins", () => {
  it.each([
    ["SELECT t.a, c FROM t JOIN u ON t.a = u.a ORDER BY b", ["2 5", "2 5"]],
    ["SELECT a, c FROM t LEFT JOIN u USING (a) ORDER BY a, b", ["1 NULL", "2 5", "2 5"]],
    ["SELECT a, b, c FROM t FULL JOIN u USING (a) ORDER BY a, b", ["1 x NULL", "2 NULL 5", "2 y 5", "7 NULL 8"]],
    ["SELECT u.a FROM t RIGHT JOIN u ON t.a > u.a", ["2", "7"]],
    ["SELECT b FROM t LEFT SEMI JOIN u ON t.a = u.a ORDER BY b", ["NULL", "y"]],
    ["SELECT b FROM t ANTI JOIN u ON t.a = u.a", ["x"]],
    ["SELECT a, c FROM t NATURAL JOIN u LIMIT 1", ["2 5"]],
    ["SELECT count(*) FROM t, u", ["6"]],
  ])("%s", async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines);
  });
});

describe("subqueries", () => {
  it.each([
    ["SELECT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) ORDER BY b", ["NULL", "y"]],
    ["SELECT a FROM t WHERE a IN (SELECT a FROM u WHERE c > 5)", []],
    ["SELECT a FROM t WHERE a NOT IN (SELECT a FROM u)", ["1"]],
    ["SELECT a FROM t WHERE b NOT IN (SELECT b FROM t)", []],
    ["SELECT b, b IN (SELECT 'x') FROM t ORDER BY a, b", ["x true", "NULL false", "y false"]],
    ["SELECT a, (SELECT count(*) FROM u WHERE u.a = t.a) FROM t ORDER BY a, b", ["1 0", "2 1", "2 1"]],
    ["SELECT a FROM u WHERE c > (SELECT max(a) FROM t WHERE t.a <= u.a) ORDER BY a", ["2", "7"]],
    ["SELECT a, (SELECT b FROM t WHERE t.a = u.a ORDER BY b DESC LIMIT 1) FROM u ORDER BY a", ["2 y", "7 NULL"]],
    ["SELECT a, sum(a) FROM t GROUP BY a HAVING sum(a) > (SELECT min(a) FROM u) ORDER BY a", ["2 4"]],
    ["SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a) OR b = 'x' ORDER BY a", ["1", "2", "2"]],
  ])("%s", async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines);
  });

  it("refuse a value of two rows", async () => {
    expect(await conditionOf("SELECT (SELECT a FROM t)")).toBe("SCALAR_SUBQUERY_TOO_MANY_ROWS");
  });
});

describe("windows and generators", () => {
  it.each([
    ["SELECT a, row_number() OVER (PARTITION BY a ORDER BY b) FROM t ORDER BY 1, 2", ["1 1", "2 1", "2 2"]],
    ["SELECT b, rank() OVER (ORDER BY a), sum(a) OVER (ORDER BY a) FROM t ORDER BY a, b", ["x 1 1", "NULL 2 5", "y 2 5"]],
    ["SELECT sum(a) OVER (ORDER BY a, b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t", ["1", "3", "4"]],
    ["SELECT count(*) OVER (ORDER BY a RANGE BETWEEN 1 FOLLOWING AND 1 FOLLOWING) FROM t", ["2", "0", "0"]],
    ["SELECT a, lag(a) OVER w, lead(b, 1, '-') OVER w FROM t WINDOW w AS (ORDER BY a, b)", ["1 NULL NULL", "2 1 y", "2 2 -"]],
    ["SELECT b FROM t QUALIFY row_number() OVER (PARTITION BY a ORDER BY b DESC) = 1 ORDER BY b", ["x", "y"]],
    ["SELECT a, sum(count(*)) OVER () FROM t GROUP BY a ORDER BY a", ["1 3", "2 3"]],
    ["SELECT a, e FROM t LATERAL VIEW explode(array(10, 20)) s AS e WHERE a = 1", ["1 10", "1 20"]],
    ["SELECT explode(array(1, 2)), posexplode(array('p'))", ["1 0 p", "2 0 p"]],
    ["SELECT stack(2, 1, 'p', 2, 'q')", ["1 p", "2 q"]],
    ["SELECT a, e FROM u LATERAL VIEW OUTER explode(if(a = 2, array(3), null)) s AS e", ["2 3", "7 NULL"]],
  ])("%s", async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines);
  });
});

describe("wider queries", () => {
  it.each([
    ["SELECT a, d FROM t, LATERAL (SELECT max(c) AS d FROM u WHERE u.a >= t.a) ORDER BY a, b", ["1 8", "2 8", "2 8"]],
    ["SELECT u.a, e FROM u LEFT JOIN LATERAL (SELECT b AS e FROM t WHERE t.a = u.a AND b IS NOT NULL) ORDER BY 1", ["2 y", "7 NULL"]],
    ["SELECT u.a, g FROM u, LATERAL explode(array(a, c)) s (g) ORDER BY 1, 2", ["2 2", "2 5", "7 7", "7 8"]],
    ["WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT sum(n) FROM r", ["10"]],
    [
      "SELECT * FROM (VALUES (1, 'p', 5), (1, 'q', 6), (2, 'p', 7) AS s(y, c, e)) PIVOT (sum(e) FOR c IN ('p', 'q')) ORDER BY y",
      ["1 5 6", "2 7 NULL"],
    ],
    ["SELECT * FROM (VALUES (1, 2, NULL) AS s(id, x, y)) UNPIVOT (v FOR n IN (x, y))", ["1 x 2"]],
    ["SELECT t.a, u.a FROM t FULL JOIN u USING (a) ORDER BY 1, 2", ["NULL 7", "1 NULL", "2 2", "2 2"]],
    ["SELECT * EXCEPT (b) FROM t ORDER BY a LIMIT 1", ["1"]],
    ["SELECT date'2020-01-05' - date'2020-01-01' = interval '4' day, interval '1' day * 1.5 = interval '36' hour", ["true true"]],
    ["SELECT extract(SECOND FROM timestamp'2020-01-01 00:00:05.25'), extract(MONTH FROM interval '1-2' year to month)", ["5250000 2"]],
    ["SELECT explode(collect_list(a)), count(*) FROM t ORDER BY 1", ["1 3", "2 3", "2 3"]],
  ])("%s", async (text, lines) => {
    expect(await linesOf(text)).toEqual(lines);
  });

  it.each([
    ["SELECT T.A FROM t", ["A"]],
    ["SELECT (SELECT max(c) FROM u WHERE u.a = t.a) FROM t", ["scalarsubquery(a)"]],
    [
      "SELECT sum(a) OVER (PARTITION BY b), float('1') FROM t",
      ["sum(a) OVER (PARTITION BY b ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)", "1"],
    ],
  ])("names the columns of %s", async (text, names) => {
    expect((await session.sql(text)).columns).toEqual(names);
  });

  it("end a recursion that does not", async () => {
    const text = "WITH RECURSIVE r(n) MAX RECURSION LEVEL 5 AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r";
    expect(await conditionOf(text)).toBe("RECURSION_LEVEL_LIMIT_EXCEEDED");
  });
});

describe("refusals", () => {
  it.each([
    ["SELECT * FROM nowhere", "TABLE_OR_VIEW_NOT_FOUND"],
    ["SELECT z FROM t", "UNRESOLVED_COLUMN.WITH_SUGGESTION"],
    ["SELECT a, count(*) FROM t", "MISSING_GROUP_BY"],
    ["SELECT b FROM t GROUP BY a", "MISSING_AGGREGATION"],
    ["SELECT a FROM t GROUP BY 3", "GROUP_BY_POS_OUT_OF_RANGE"],
    ["SELECT a FROM t ORDER BY 2", "ORDER_BY_POS_OUT_OF_RANGE"],
    ["SELECT grouping(a) FROM t GROUP BY a", "UNSUPPORTED_GROUPING_EXPRESSION"],
    ["SELECT row_number() OVER () FROM t", "WINDOW_FUNCTION_FRAME_NOT_ORDERED"],
    ["SELECT a IN (SELECT 1, 2) FROM t", "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH"],
    ["SELECT 1 +", "PARSE_SYNTAX_ERROR"],
    ["VALUES (1), (2, 3)", "INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH"],
    ["CREATE TEMP VIEW t AS SELECT 1", "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS"],
  ])("%s", async (text, condition) => {
    expect(await conditionOf(text)).toBe(condition);
  });
});
