import fc from "fast-check";
import { expect, test } from "vitest";
import { count, expr, max, sessionWindow, sum, window } from "../../dataframe/functions.js";
import type { EarlyEmission } from "../../dataframe/emitEvery.js";
import type { Session } from "../../dataframe/session.js";
import { textOf } from "../simulation/harness/text.js";
import { applied, changeCases, changesOf, heldChangesOf, tableOf, type ChangeQuery } from "./changeCase.js";
import { runs } from "./runs.js";

// Changes of windows that are held back: what is told, applied in order, is what the query gives over the whole input once all windows are closed, wherever it is cut and
// stopped; none contradicts an earlier one; and there are no more of them than are told without it.

const timed = (session: Session) => session.table("t").withWatermark("ts", "1 second");
const windows = (session: Session, size = "5 seconds") =>
  timed(session).groupBy(window("ts", size).as("w"), "k").agg(count("*").as("n"), max("v").as("m"), sum("v").as("s"));

const queries: readonly (readonly [name: string, query: ChangeQuery])[] = [
  ["windows", (session) => windows(session)],
  [
    "hopping windows",
    (session) =>
      timed(session)
        .groupBy(window("ts", "6 seconds", "2 seconds").as("w"))
        .agg(count("*").as("n"), expr("count(DISTINCT k)").as("d")),
  ],
  [
    "sessions",
    (session) =>
      timed(session)
        .groupBy(sessionWindow("ts", "2 seconds").as("w"), "k")
        .agg(count("*").as("n"), max("v").as("m"))
        .selectExpr("w.start AS s", "k", "w.end AS e", "n", "m"),
  ],
  ["groups of windows", (session) => windows(session).groupBy("w").agg(max("n").as("h"), sum("s").as("s"))],
  [
    "lists of windows",
    (session) => windows(session).groupBy("w").agg(expr("sort_array(collect_list(n))").as("l"), expr("median(m)").as("p")),
  ],
  [
    "the first of windows",
    (session) => windows(session).selectExpr("w", "k", "n", "row_number() OVER (PARTITION BY w ORDER BY n DESC, k) AS r").where("r <= 2"),
  ],
  [
    "a join of windows",
    (session) =>
      windows(session).join(windows(session).where("n > 1").selectExpr("w AS v", "k AS j", "m AS o"), expr("w = v AND k = j"), "left"),
  ],
  [
    "windows over rows that are taken back",
    (session) =>
      session
        .table("t")
        .withWatermark("ts", "1 second")
        .groupBy("k", "ts")
        .agg(count("*").as("n"), max("v").as("v"))
        .groupBy(window("ts", "5 seconds").as("w"))
        .agg(count("*").as("c"), sum("v").as("s")),
  ],
];

const emissions: readonly EarlyEmission[] = [
  { processingTime: "1500 milliseconds" },
  { processingTime: "1 hour" },
  { eventTime: "4 seconds" },
  { rows: 1 },
  { rows: 3 },
];

const changed = (batches: readonly (readonly unknown[])[]): number => batches.flat().length;

const plain = ["windows", "hopping windows", "sessions"];

test.each(queries)("%s", async (name, query) => {
  await fc.assert(
    fc.asyncProperty(changeCases, fc.constantFrom(...emissions), async (given, every) => {
      const told = await heldChangesOf(query, given, every);
      expect(applied(told)).toEqual((await tableOf(query, given)).map(textOf).toSorted());
      // What is built over them is told of the rows of a batch one by one, where these were held back for different times.
      if (plain.includes(name)) expect(changed(told)).toBeLessThanOrEqual(changed(await changesOf(query, given)));
    }),
    { numRuns: runs(6) },
  );
  expect.hasAssertions();
});
