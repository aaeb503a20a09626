import fc from "fast-check";
import { expect, test } from "vitest";
import { changeCases, checkChanges, type ChangeQuery } from "./changeCase.js";

// The changes of a query, applied in order, are what the query gives over the whole input, wherever it is cut and stopped; and no change contradicts an earlier one.

const counts = "SELECT k, count(*) AS n, sum(v) AS s FROM t GROUP BY k";
/** Groups that come, change and go. */
const changing = "SELECT k, g, max(v) AS m, count(*) AS n FROM t GROUP BY k, g HAVING count(*) % 3 <> 0";

const queries: readonly (readonly [name: string, query: ChangeQuery, key: readonly number[] | null])[] = [
  ["rows", "SELECT k, v + 1 AS w FROM t WHERE g > 0", null],
  ["groups", "SELECT k, count(*) AS n, sum(v) AS s, avg(v) AS a, min(d) AS l, max(v) AS m FROM t GROUP BY k", [0]],
  ["no key", "SELECT count(*) AS n, sum(v) AS s FROM t", []],
  ["a filter over groups", "SELECT k, n, s FROM (SELECT k, count(*) AS n, sum(v) AS s FROM t GROUP BY k) WHERE n % 2 = 0", [0]],
  ["a projection without the key", "SELECT n, s FROM (SELECT k, count(*) AS n, sum(v) AS s FROM t GROUP BY k)", null],
  ["groups of groups", `SELECT n, count(*) AS c, sum(s) AS s, avg(s) AS a FROM (${counts}) GROUP BY n`, [0]],
  [
    "groups of groups that go",
    `SELECT g, count(m) AS c, sum(m) AS s, avg(m) AS a, count_if(n > 1) AS i FROM (${changing}) GROUP BY g`,
    [0],
  ],
  ["of decimals", `SELECT g, sum(CAST(m AS DECIMAL(9, 2))) AS s, avg(CAST(m AS DECIMAL(9, 2))) AS a FROM (${changing}) GROUP BY g`, [0]],
  ["with FILTER", `SELECT g, sum(m) FILTER (WHERE n > 1) AS s, count(*) FILTER (WHERE m > 2) AS c FROM (${changing}) GROUP BY g`, [0]],
  ["no key over groups that go", `SELECT count(*) AS c, sum(m) AS s FROM (${changing})`, []],
  ["a union of both", `SELECT k, n FROM (${counts}) UNION ALL SELECT k, v FROM u`, null],
  [
    "groups of a union",
    `SELECT k, count(*) AS c, sum(n) AS s FROM (SELECT k, n FROM (${counts}) UNION ALL SELECT k, v FROM u) GROUP BY k`,
    [0],
  ],
  ["grouping sets of groups", `SELECT k, g, sum(n) AS s, count(*) AS c FROM (${changing}) GROUP BY GROUPING SETS ((k), (g), ())`, null],
  ["exploded", `SELECT k, e FROM (SELECT k, explode(sequence(1, n)) AS e FROM (SELECT k, count(*) AS n FROM t GROUP BY k))`, null],
  [
    "count distinct",
    "SELECT k, count(DISTINCT g) AS a, count(DISTINCT v) FILTER (WHERE g > 1) AS b, sum(DISTINCT v) AS s, count(*) AS n FROM t GROUP BY k",
    [0],
  ],
  ["count distinct over groups that go", `SELECT g, count(DISTINCT m) AS a, count(DISTINCT k, n) AS b FROM (${changing}) GROUP BY g`, [0]],
  ["distinct of groups", `SELECT DISTINCT n FROM (${counts})`, [0]],
  ["distinct of a union", `SELECT k, n FROM (${counts}) UNION SELECT k, v FROM u`, [0, 1]],
  [
    "the first rows of a key",
    "SELECT k, g, v, d FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY v DESC, g, d, ts) AS r FROM t) WHERE r <= 2",
    null,
  ],
  [
    "with their place",
    "SELECT k, v, ts, r FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY v DESC NULLS LAST, ts) AS r FROM t) WHERE r <= 3",
    [0, 3],
  ],
  ["the last row of a key", "SELECT k, g, v FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY ts DESC) = 1", [0]],
  ["the second", "SELECT k, v FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY ts) AS r FROM t) WHERE r = 2", null],
  ["rank", "SELECT k, g, v, d, ts, r FROM (SELECT *, rank() OVER (PARTITION BY g ORDER BY d DESC) AS r FROM t) WHERE r < 3", null],
  [
    "dense rank",
    "SELECT g, v, r FROM (SELECT g, v, dense_rank() OVER (PARTITION BY g ORDER BY k, v) AS r FROM t) WHERE 2 >= r AND v > 0",
    null,
  ],
  [
    "the first groups",
    `SELECT g, k, n FROM (SELECT *, row_number() OVER (PARTITION BY g ORDER BY n DESC, k) AS r FROM (${changing})) WHERE r <= 2`,
    [0, 1],
  ],
  ["their ranks", `SELECT g, m, r FROM (SELECT *, rank() OVER (PARTITION BY g ORDER BY m) AS r FROM (${changing})) WHERE r <= 2`, null],
  [
    "means of the first groups",
    `SELECT g, avg(m) AS a FROM (SELECT *, row_number() OVER (PARTITION BY g ORDER BY n DESC, k) AS r FROM (${changing})) WHERE r <= 2 GROUP BY g`,
    [0],
  ],
  ["the first of all", `SELECT k, s FROM (${counts}) ORDER BY s DESC NULLS LAST, k LIMIT 2`, [0]],
  ["windows", "SELECT window.start AS w, k, count(*) AS n FROM t GROUP BY window(ts, '5 seconds'), k", [0, 1]],
];

test.each(queries)("%s", async (_, query, key) => {
  await fc.assert(
    fc.asyncProperty(changeCases, (given) => checkChanges(query, given, key)),
    { numRuns: Number(process.env["PROPERTY_RUNS"] ?? 12) },
  );
  expect.hasAssertions();
});
