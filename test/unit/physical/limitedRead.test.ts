import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { expr } from "../../../dataframe/functions.js";

// A bounded table of which the first rows are wanted is not read to its end: that nothing behind them is read shows in what is damaged there.

const folder = mkdtempSync(join(tmpdir(), "tidemark-limit-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, "1.json"), '{"id":1}\n{"id":2}\n{"id":3}\n');
writeFileSync(join(folder, "2.json"), '{"id":4}\nno record\n');

const session = Session.create();
const table = session.read.schema("id BIGINT").option("mode", "FAILFAST").json(folder);

it.each([
  ["limit", () => table.limit(3), [1, 2, 3]],
  ["limit of a projection", () => table.select(expr("id * 2").as("id")).limit(2), [2, 4]],
  ["limit of what is left by a filter", () => table.where("id <> 2").limit(2), [1, 3]],
  ["limit behind an offset", () => table.offset(1).limit(2), [2, 3]],
  ["limit of a union", () => table.union(table).limit(3), [1, 2, 3]],
  ["limit of a limit, grouped", () => table.limit(2).groupBy().agg(expr("max(id)").as("id")), [2]],
  ["no rows at all", () => table.limit(0), []],
])("%s reads no further", async (_, make, ids) => {
  expect((await make().collect()).map(({ id }) => id)).toEqual(ids);
});

it.each([
  ["a limit that is not reached", () => table.limit(5)],
  ["an aggregate, limited", () => table.groupBy("id").count().limit(1)],
  ["an order, limited", () => table.orderBy("id").limit(1)],
  ["a limit on one side of a union", () => table.limit(1).union(table)],
])("%s reads everything", async (_, make) => {
  await expect(make().collect()).rejects.toMatchObject({ condition: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION" });
});
