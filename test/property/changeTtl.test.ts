import fc from "fast-check";
import { expect, test } from "vitest";
import { textOf } from "../simulation/harness/text.js";
import { applied, changeCases, lapsedChangesOf, tableOf, type ChangeLine } from "./changeCase.js";
import { runs } from "./runs.js";

// Changes of state that lives for some time: none contradicts an earlier one, wherever the input is cut and stopped; and when all has lapsed, what is applied is what the query
// gives over the rows that came since.

const counts = "SELECT k, count(*) AS n FROM u GROUP BY k";

const queries: readonly (readonly [name: string, query: string])[] = [
  ["groups", "SELECT k, count(*) AS n, sum(v) AS s, max(v) AS m FROM t GROUP BY k"],
  [
    "groups of groups",
    "SELECT n, count(*) AS c, sort_array(collect_set(k)) AS l FROM (SELECT k, count(*) AS n FROM t GROUP BY k) GROUP BY n",
  ],
  [
    "values that count once",
    "SELECT k, count(DISTINCT v) AS c, count(DISTINCT g) FILTER (WHERE v > 2) AS d, sum(DISTINCT v) AS s, count(*) AS n FROM t GROUP BY k",
  ],
  ["first rows", "SELECT k, v, g, r FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY v DESC, g, d) AS r FROM t) WHERE r <= 2"],
  ["ranks", "SELECT k, v, r FROM (SELECT *, rank() OVER (PARTITION BY g ORDER BY v) AS r FROM t) WHERE r <= 2"],
  [
    "sessions",
    "SELECT session_window.start AS s, session_window.end AS e, k, count(*) AS n FROM (SELECT *, timestamp_seconds(v * 2) AS at FROM t) GROUP BY session_window(at, '3 seconds'), k",
  ],
  ["a left join", "SELECT a.k, a.v, b.v AS w FROM (SELECT * FROM t WHERE k IS NOT NULL) a LEFT JOIN u b ON a.k = b.k AND a.v < b.v"],
  [
    "a full join",
    "SELECT a.k, a.v, b.v AS w FROM (SELECT * FROM t WHERE k IS NOT NULL) a FULL JOIN (SELECT * FROM u WHERE k IS NOT NULL) b ON a.k = b.k AND a.g = b.g",
  ],
  ["an anti join", "SELECT k, v FROM (SELECT * FROM t WHERE k IS NOT NULL) a LEFT ANTI JOIN u b ON a.k = b.k"],
  ["a semi join with groups", `SELECT k, v FROM t a LEFT SEMI JOIN (${counts}) b ON a.k = b.k AND a.v > b.n`],
  [
    "the first of a join with groups",
    `SELECT k, v, n FROM (SELECT a.k, a.v, b.n, row_number() OVER (PARTITION BY a.k ORDER BY a.v, a.g, a.d, b.n) AS r FROM t a JOIN (${counts}) b ON a.k = b.k) WHERE r <= 2`,
  ],
];

/** So many files each a second after the one before: sooner, and later, than state lives. */
const lives = ["1500 milliseconds", "3 seconds", "1 minute"];

const lastRows: readonly ChangeLine[] = [
  { table: "t", k: "a", g: 1, v: 3, d: 0.5 },
  { table: "t", k: "z", g: 2, v: 1, d: null },
  { table: "u", k: "a", g: 1, v: 7, d: 0.5 },
];

test.each(queries)("%s", async (_, query) => {
  const expected = (await tableOf(query, { batches: [lastRows], restarts: [false] })).map(textOf).toSorted();
  await fc.assert(
    fc.asyncProperty(changeCases, fc.constantFrom(...lives), async (given, ttl) => {
      expect(applied(await lapsedChangesOf(query, given, ttl, lastRows))).toEqual(expected);
    }),
    { numRuns: runs(4) },
  );
  expect.hasAssertions();
});
