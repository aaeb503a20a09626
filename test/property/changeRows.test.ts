import fc from "fast-check";
import { expect, test } from "vitest";
import { count, expr, max, min, sessionWindow, sum, window } from "../../dataframe/functions.js";
import type { Session } from "../../dataframe/session.js";
import { changeCases, checkChanges, checkUpserts, type ChangeQuery } from "./changeCase.js";
import { runs } from "./runs.js";

// The changes of a query, applied in order, are what the query gives over the whole input, wherever it is cut and stopped; and no change contradicts an earlier one.

const counts = "SELECT k, count(*) AS n, sum(v) AS s FROM t GROUP BY k";
/** Groups that come, change and go. */
const changing = "SELECT k, g, max(v) AS m, count(*) AS n FROM t GROUP BY k, g HAVING count(*) % 3 <> 0";

/** Counts of windows whose rows are never late, since they come in the order of their times: what the watermark has passed is forgotten, and the answer is the same. */
const windowCounts = (session: Session) =>
  session
    .table("t")
    .withWatermark("ts", "1 second")
    .groupBy(window("ts", "5 seconds").as("w"), "k")
    .agg(count("*").as("n"), max("v").as("m"));

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
  ["least and greatest of groups", `SELECT g, min(m) AS l, max(m) AS h, max(k) AS t, count(*) AS c FROM (${changing}) GROUP BY g`, [0]],
  [
    "of what goes with them, with FILTER, of booleans",
    `SELECT g, max_by(n, k) AS a, min_by(m, k) FILTER (WHERE m > 1) AS b, bool_and(n > 1) AS c, any(m > 3) AS d, sum(m) AS s FROM (${changing}) GROUP BY g`,
    [0],
  ],
  [
    "the greatest of all, of groups that go",
    `SELECT max(m) AS h, min(n) AS l, count(DISTINCT m) AS c, max(DISTINCT k) AS k FROM (${changing})`,
    [],
  ],
  ["groups of greatest of groups", `SELECT h, count(*) AS c FROM (SELECT g, max(m) AS h FROM (${changing}) GROUP BY g) GROUP BY h`, [0]],
  ["least over a join", `SELECT a.g, min(b.v) AS l, max(a.m) AS h FROM (${changing}) a LEFT JOIN u b ON a.k = b.k GROUP BY a.g`, [0]],
  [
    "columns of one name",
    `SELECT count(*) AS c, sum(n) AS s FROM (SELECT n, k, k2 AS k FROM (SELECT DISTINCT n, n AS k, k AS k2 FROM (${counts})))`,
    [],
  ],
  ["a join of groups", `SELECT a.k, a.n, b.n AS m FROM (${counts}) a JOIN (SELECT k, count(*) AS n FROM u GROUP BY k) b ON a.k = b.k`, [0]],
  ["a join of groups and rows", `SELECT a.k, a.n, b.v FROM (${counts}) a JOIN u b ON a.k = b.k AND b.v < a.n + 2`, null],
  [
    "a left join of rows and groups",
    `SELECT a.k, a.v, b.n FROM t a LEFT JOIN (SELECT k, count(*) AS n FROM u GROUP BY k) b ON a.k = b.k`,
    null,
  ],
  [
    "a left join of groups, some of which go",
    `SELECT a.k, a.g, a.m, b.m AS o FROM (${changing}) a LEFT JOIN (SELECT k, max(v) AS m FROM u GROUP BY k HAVING count(*) % 2 = 1) b ON a.k <=> b.k`,
    [0, 1],
  ],
  [
    "a right join, with a condition of one side and one of pairs",
    `SELECT a.k, a.g, b.g AS h, b.v FROM (${changing}) a RIGHT JOIN u b ON a.g = b.g AND b.v > 0 AND a.n <= b.v`,
    null,
  ],
  [
    "a full join",
    `SELECT a.g, a.k, a.n, b.h, b.c FROM (${changing}) a FULL JOIN (SELECT g AS h, count(*) AS c FROM u GROUP BY g HAVING count(*) % 2 = 1) b ON a.g = b.h AND a.n < b.c + 2`,
    [0, 1, 3],
  ],
  ["a full join of plain rows without a watermark", "SELECT a.k, a.v, b.v AS w FROM t a FULL JOIN u b ON a.k = b.k AND a.g = b.g", null],
  ["a semi join", `SELECT k, g, m FROM (${changing}) a LEFT SEMI JOIN u b ON a.k = b.k AND a.n > b.v`, [0, 1]],
  ["a semi join with groups that go", `SELECT k, g, v FROM u a LEFT SEMI JOIN (${changing}) b ON a.k = b.k AND a.g = b.g`, null],
  ["an anti join", `SELECT k, g, m FROM (${changing}) a LEFT ANTI JOIN u b ON a.k = b.k AND a.n > b.v`, [0, 1]],
  ["an anti join with groups that go", `SELECT k, g, v FROM u a LEFT ANTI JOIN (${changing}) b ON a.k = b.k`, null],
  [
    "groups of a join of joins",
    `SELECT x.n, count(*) AS c, sum(y.v) AS s FROM (${counts}) x JOIN (SELECT a.k, b.v FROM u a LEFT JOIN (${counts.replace("count(*)", "max(v)").replace("sum(v) AS s", "min(g) AS v")}) b ON a.k = b.k) y ON x.k = y.k GROUP BY x.n`,
    [0],
  ],
  [
    "the first rows of a join",
    `SELECT k, v FROM (SELECT a.k, b.v, b.ts, row_number() OVER (PARTITION BY a.k ORDER BY b.v DESC, b.ts) AS r FROM (${changing}) a JOIN u b ON a.k = b.k) WHERE r <= 2`,
    null,
  ],
  [
    "lists and sets of groups that go",
    `SELECT g, sort_array(collect_list(m)) AS l, sort_array(collect_set(k)) AS s, collect_list(m) FILTER (WHERE n > 1 AND m = 2) AS f, sum(m) AS t, count(*) AS c FROM (${changing}) GROUP BY g`,
    [0],
  ],
  [
    "percentiles, medians and modes",
    `SELECT g, percentile(m, 0.3) AS p, median(n) AS h, mode() WITHIN GROUP (ORDER BY m) AS o, percentile_disc(0.5) WITHIN GROUP (ORDER BY n) AS d, max(m) AS x FROM (${changing}) GROUP BY g`,
    [0],
  ],
  [
    "other functions",
    `SELECT g, bit_xor(m) AS x, bit_or(n) AS o, approx_count_distinct(k) AS a, listagg(k, '-') WITHIN GROUP (ORDER BY k) AS t, max_by(k, struct(n, m, k)) AS b FROM (${changing}) GROUP BY g`,
    [0],
  ],
  [
    "over distinct values beside a list",
    `SELECT g, sort_array(collect_list(DISTINCT m)) AS l, count(DISTINCT n) AS c, sum(DISTINCT m) FILTER (WHERE n > 1) AS s, percentile(DISTINCT m, 0.5) AS p FROM (${changing}) GROUP BY g`,
    [0],
  ],
  [
    "a median of all, of groups that go",
    `SELECT median(m) AS m, count(*) AS c, collect_set(g) FILTER (WHERE g = 1) AS s FROM (${changing})`,
    [],
  ],
  [
    "groups of sets",
    `SELECT l, count(*) AS c FROM (SELECT g, sort_array(collect_set(n)) AS l FROM (${changing}) GROUP BY g) GROUP BY l`,
    [0],
  ],
  [
    "a list over a left join",
    `SELECT a.g, sort_array(collect_list(b.v)) AS l FROM (${changing}) a LEFT JOIN u b ON a.k = b.k GROUP BY a.g`,
    [0],
  ],
  [
    "sessions that merge",
    "SELECT session_window.start AS s, session_window.end AS e, k, count(*) AS n, max(g) AS m, sort_array(collect_set(v)) AS l FROM (SELECT *, timestamp_seconds(v * 2) AS at FROM t) GROUP BY session_window(at, '3 seconds'), k",
    [0, 2],
  ],
  [
    "sessions of groups that go",
    `SELECT session_window AS w, g, count(*) AS n, sum(n) AS s FROM (SELECT *, timestamp_seconds(m * 2) AS at FROM (${changing})) GROUP BY session_window(at, '3 seconds'), g`,
    [0, 1],
  ],
  [
    "groups of sessions",
    "SELECT n, count(*) AS c FROM (SELECT k, count(*) AS n FROM (SELECT *, timestamp_seconds(v * 2) AS at FROM t) GROUP BY session_window(at, '3 seconds'), k) GROUP BY n",
    [0],
  ],
  ["windows", "SELECT window.start AS w, k, count(*) AS n FROM t GROUP BY window(ts, '5 seconds'), k", [0, 1]],
  [
    "groups of windows that are forgotten",
    (session) => windowCounts(session).groupBy("w").agg(max("n").as("h"), sum("n").as("s"), min("m").as("l")),
    [0],
  ],
  [
    "lists of windows that are forgotten",
    (session) => windowCounts(session).groupBy("w").agg(expr("sort_array(collect_list(n))").as("l"), expr("median(m)").as("p")),
    [0],
  ],
  [
    "a join of windows that are forgotten",
    (session) =>
      windowCounts(session).join(
        windowCounts(session).where("n > 1").selectExpr("w AS v", "k AS j", "m AS o"),
        expr("w = v AND k = j"),
        "left",
      ),
    [0, 1],
  ],
  [
    "sessions that are forgotten",
    (session) =>
      session
        .table("t")
        .withWatermark("ts", "1 second")
        .groupBy(sessionWindow("ts", "2 seconds").as("w"), "k")
        .agg(count("*").as("n"), max("v").as("m"))
        .selectExpr("w.start AS s", "k", "w.end AS e", "n", "m"),
    [0, 1],
  ],
  [
    "the first of windows that are forgotten",
    (session) =>
      windowCounts(session).selectExpr("w", "k", "n", "row_number() OVER (PARTITION BY w ORDER BY n DESC, k) AS r").where("r <= 2"),
    [0, 3],
  ],
];

test.each(queries)("%s", async (_, query, key) => {
  await fc.assert(
    fc.asyncProperty(changeCases, (given) => checkChanges(query, given, key)),
    { numRuns: runs(3) },
  );
  expect.hasAssertions();
});

// The same by key: what a sink of upserts gets, and what the memory sink makes of it.

const byKey = [
  "groups",
  "no key",
  "a filter over groups",
  "groups of groups that go",
  "distinct of groups",
  "the first groups",
  "with their place",
  "a full join",
  "an anti join",
];

test.each(queries.filter(([name]) => byKey.includes(name)))("%s, by key", async (_, query, key) => {
  await fc.assert(
    fc.asyncProperty(changeCases, (given) => checkUpserts(query, given, key!)),
    { numRuns: runs(2) },
  );
  expect.hasAssertions();
});
