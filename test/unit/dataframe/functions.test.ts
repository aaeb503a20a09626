import { describe, expect, it } from "vitest";
import { Column } from "../../../dataframe/column.js";
import * as functions from "../../../dataframe/functions.js";
import { aggregateFunctions } from "../../../engine/expression/aggregates/index.js";
import { listAggregates } from "../../../engine/expression/aggregates/listAggregates.js";
import { isGeneratorName } from "../../../engine/expression/resolve.js";
import { functionTable } from "../../../engine/expression/functions/table.js";

// Every function that is built has its typed wrapper, and every wrapper calls a function that is built (that it runs shows in its example).

/** What is no function of columns in Spark's API either: the method of a column that makes it, or null where only SQL has a form for it. */
const elsewhere: Readonly<Record<string, string | null>> = {
  "=": "equalTo",
  "!=": "notEqual",
  "<": "lt",
  "<=": "leq",
  ">": "gt",
  ">=": "geq",
  "<=>": "eqNullSafe",
  "+": "plus",
  "-": "minus",
  "*": "multiply",
  "/": "divide",
  "%": "mod",
  "&": "bitwiseAND",
  "|": "bitwiseOR",
  "^": "bitwiseXOR",
  "~": null,
  and: "and",
  or: "or",
  between: "between",
  in: "isin",
  case: "when",
  if: "when",
  getField: "getField",
  getItem: "getItem",
  getarrayfields: "getField",
  "is true": null,
  "is not true": null,
  "is false": null,
  "is not false": null,
  trim_characters: null,
  "parse timestamp": null,
  "texts of intervals": null,
  "text of a number": null,
  percentile_cont: null,
  percentile_disc: null,
  "percentile of values": null,
  "most frequent of values": null,
  "joined values": null,
  "histogram of values": null,
  "number of a pair": null,
  "refuse overflow": null,
  // Fields that EXTRACT knows.
  "extract dayofweek_iso": null,
  "extract yearofweek": null,
};

/** Wrappers that call no function of the table: they make columns in other ways, or the analyzer sees to them. */
const builders = new Set([
  "rowNumber",
  "rank",
  "denseRank",
  "percentRank",
  "cumeDist",
  "ntile",
  "lag",
  "lead",
  "nthValue",
  "col",
  "column",
  "lit",
  "expr",
  "callFunction",
  "when",
  "asc",
  "desc",
  "window",
  "sessionWindow",
  "grouping",
  "groupingId",
  "windowTime",
  "bitwiseNot",
]);

const casts = new Set("boolean tinyint smallint int bigint float double decimal string binary date timestamp".split(" "));

const exported = new Map(Object.keys(functions).map((name) => [name.toLowerCase(), name]));
const camelCased = (name: string): string => name.replaceAll("_", "").toLowerCase();

const aggregates = [...new Set([...Object.values(aggregateFunctions), ...Object.values(listAggregates)])];
const built = [...functionTable, ...aggregates].map(({ name, aliases = [] }) => [name, ...aliases]);

describe("functions and their wrappers", () => {
  it.each(built.map((names) => [names[0]!, names] as const))("%s can be called", (name, names) => {
    if (names.some((each) => exported.has(camelCased(each))) || casts.has(name)) return;
    expect(Object.keys(elsewhere)).toContain(name);
    const method = elsewhere[name] ?? null;
    if (method !== null) expect(Object.getOwnPropertyNames(Column.prototype)).toContain(method);
  });

  it.each([...exported.values()])("%s is built", (wrapper) => {
    const names = new Set(built.flat().map(camelCased));
    const isGenerator = isGeneratorName(wrapper.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`));
    expect(names.has(wrapper.toLowerCase()) || builders.has(wrapper) || isGenerator).toBe(true);
  });
});
