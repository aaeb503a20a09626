import { expect, test } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { growth, linearGrowth } from "../scaling.js";

// What rows and texts can cost: twice as many rows of a partition, elements of an array, entries of a map, links of a chain of WITH take twice the time.

const session = Session.create();

const over = (call: string, frame = ""): ((n: number) => string) => {
  return (n) => `SELECT max(x) FROM (SELECT ${call} OVER (ORDER BY id ${frame}) x FROM range(${n}))`;
};
const following = "ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING";
const strings = (n: number): string => `transform(sequence(1, ${n}), x -> cast(x AS STRING))`;

const windows: readonly (readonly [string, (n: number) => string])[] = [
  ["a running sum", over("sum(id)")],
  ["a running average", over("avg(id)")],
  ["a running largest text", over("max(cast(id AS STRING))")],
  ["a running last value", over("last_value(nullif(id % 1000, 1)) IGNORE NULLS")],
  ["a running max_by", over("max_by(id, cast(id AS STRING))")],
  ["nth_value without nulls", over("nth_value(nullif(id, 2), 900) IGNORE NULLS")],
  ["lead without nulls", over("lead(nullif(id, 2), 900) IGNORE NULLS")],
  ["the largest that follows", over("max(id)", following)],
  ["how many follow", over("count(id)", following)],
];

test.each(windows)("%s over one partition", { timeout: 600_000 }, async (_, query) => {
  expect(await growth(query, async (text) => (await session.sql(text)).collect(), 2000)).toBeLessThan(linearGrowth);
});

const values: readonly (readonly [string, (n: number) => string])[] = [
  ["array_distinct", (n) => `size(array_distinct(${strings(n)}))`],
  ["array_union", (n) => `size(array_union(sequence(1, ${n}), sequence(5, ${n})))`],
  ["array_intersect", (n) => `size(array_intersect(sequence(1, ${n}), sequence(5, ${n})))`],
  ["array_except", (n) => `size(array_except(sequence(1, ${n}), sequence(5, ${n})))`],
  ["arrays_overlap", (n) => `arrays_overlap(sequence(1, ${n}), sequence(${n} + 1, 2 * ${n}))`],
  ["map_from_arrays", (n) => `size(map_from_arrays(${strings(n)}, sequence(1, ${n})))`],
  ["map_concat", (n) => `size(map_concat(map_from_arrays(sequence(1, ${n}), sequence(1, ${n})), map(-1, 2)))`],
  ["map_filter", (n) => `size(map_filter(map_from_arrays(sequence(1, ${n}), sequence(1, ${n})), (k, v) -> k > 5))`],
  [
    "map_zip_with",
    (n) =>
      `size(map_zip_with(map_from_arrays(sequence(1, ${n}), sequence(1, ${n})), map_from_arrays(sequence(5, ${n}), sequence(5, ${n})), (k, a, b) -> a))`,
  ],
];

const limited: readonly [string, (n: number) => string] = [
  "levenshtein under a limit, of a text",
  (n) => `levenshtein(repeat('ab', ${3 * n}), repeat('ba', ${3 * n}), 3)`,
];

test.each([...values, limited])("%s of a long list", { timeout: 600_000 }, async (_, text) => {
  expect(await growth(text, async (sql) => (await session.sql(`SELECT ${sql}`)).collect(), 2000)).toBeLessThan(linearGrowth);
});

/** Each query of WITH names the one before. */
function chainOfWith(n: number): string {
  const links = Array.from({ length: n }, (_, i) => `c${i} AS (SELECT ${i === 0 ? "1 AS x" : `x + 1 AS x FROM c${i - 1}`})`);
  return `WITH ${links.join(", ")} SELECT * FROM c${n - 1}`;
}

test("a chain of WITH", { timeout: 600_000 }, async () => {
  expect(await growth(chainOfWith, async (text) => (await session.sql(text)).collect(), 100)).toBeLessThan(linearGrowth);
});

test("a query of WITH that is used again has columns of its own", async () => {
  const answers = await session.sql(`WITH a AS (SELECT id AS x FROM range(4)), b AS (SELECT x, x + 1 AS y FROM a)
    SELECT a.x, b.y FROM a JOIN b ON a.x = b.x WHERE EXISTS (SELECT 1 FROM a AS c WHERE c.x = b.y) ORDER BY 1`);
  expect(await answers.collect()).toEqual([0, 1, 2].map((x) => ({ x, y: x + 1 })));
});
