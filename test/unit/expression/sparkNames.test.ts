import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { aggregateFunctions } from "../../../engine/expression/aggregates/index.js";
import { listAggregates } from "../../../engine/expression/aggregates/listAggregates.js";
import { pendingFunctions } from "../../../engine/expression/functions/pending.js";
import { functionTable, isInternalName } from "../../../engine/expression/functions/table.js";
import { isGeneratorName } from "../../../engine/expression/resolve.js";
import { isWindowFunctionName } from "../../../engine/plan/analyzer/windowCalls.js";
import { Session } from "../../../index.js";

// What text can call is what Spark's SHOW FUNCTIONS names, and nothing else: recorded from Spark 4.3.0.

const sparks = new Set(JSON.parse(readFileSync(join(import.meta.dirname, "../../golden/functions.json"), "utf8")) as string[]);

/** What the grammar reads as forms of its own, in Spark as here. */
const forms = new Set(["timestampadd", "timestampdiff"]);

/** What the grammar, the analyzer or FROM sees to; and the one that Spark lists and does not find. */
const elsewhere = new Set(
  "! == case cast range grouping grouping_id window session_window window_time monotonically_increasing_id struct << >> >>> <> ||".split(
    " ",
  ),
);

const ours = new Set([
  ...functionTable.flatMap(({ name, aliases = [] }) => [name, ...aliases]).filter((name) => !isInternalName(name)),
  ...Object.keys(aggregateFunctions),
  ...Object.values(listAggregates).flatMap(({ name, aliases }) => [name, ...aliases]),
]);

describe("names of functions", () => {
  it("has none that Spark has not", () => {
    expect([...ours].filter((name) => !sparks.has(name) && !forms.has(name))).toEqual([]);
  });

  it("has, or refuses by name, every one that Spark has", () => {
    const pending = new Set([...pendingFunctions.scalars, ...pendingFunctions.aggregates]);
    const known = (name: string): boolean =>
      ours.has(name) || pending.has(name) || isGeneratorName(name) || isWindowFunctionName(name) || elsewhere.has(name);
    expect([...sparks].filter((name) => !known(name))).toEqual([]);
    expect([...pending].filter((name) => ours.has(name) || !sparks.has(name))).toEqual([]);
  });

  it.each([
    "getfield(struct(1 AS a), 'a')",
    "getItem(array(1), 0)",
    "getarrayfields(array(struct(1 AS a)), 'a')",
    "trim_characters('a', 'a', 'both')",
    "`is true`(true)",
    "`case`(true, 1)",
    "`percentile of values`(array(1), 0.5)",
    "`||`('a', 'b')",
    "nothing(DISTINCT 1)",
    "nothing(1) OVER ()",
    "upper(1, 2, 3), nothing(1)",
    "nowhere, nothing(1)",
    "1 FROM nowhere WHERE nothing(1)",
  ])("finds no function in SELECT %s", async (text) => {
    const session = Session.create({ print: () => {}, warn: () => {} });
    await expect(session.sql(`SELECT ${text}`)).rejects.toMatchObject({ condition: "UNRESOLVED_ROUTINE" });
  });
});
