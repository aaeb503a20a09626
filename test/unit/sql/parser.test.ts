import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { types } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { literal, type SortOrder } from "../../../engine/expression/expression.js";
import { parseInterval } from "../../../engine/values/interval.js";
import { sqlText } from "../../../engine/plan/sqlText.js";
import { ExpressionGrammar } from "../../../engine/sql/grammar.js";
import { parseExpression } from "../../../engine/sql/parser.js";
import { readSortOrder } from "../../../engine/sql/sortOrder.js";

const text = (sql: string): string => sqlText(parseExpression(sql));

/** An item of ORDER BY. */
function parseSortOrder(sql: string): SortOrder {
  const grammar = new ExpressionGrammar(sql);
  const order = readSortOrder(grammar);
  grammar.tokens.expectEnd();
  return order;
}

function refusal(run: () => unknown): { condition: string; parameters: Readonly<Record<string, string>> } {
  try {
    run();
  } catch (error) {
    if (error instanceof StreamingError) return { condition: error.condition, parameters: error.parameters };
    throw error;
  }
  return { condition: "accepted", parameters: {} };
}

describe("precedence", () => {
  it.each([
    ["a + b * c", "(a + (b * c))"],
    ["a - b - c", "((a - b) - c)"],
    ["-a * b", "((- a) * b)"],
    ["a or b and not c = d", "(a OR (b AND (NOT (c = d))))"],
    ["a | b ^ c & d << 1 + 2", "(a | (b ^ (c & (d << (1 + 2)))))"],
    ["not a is null", "(NOT (a IS NULL))"],
    ["a = b is null", "((a = b) IS NULL)"],
    ["a between 1 and 2 and b", "(between(a, 1, 2) AND b)"],
    ["a not in (1, 2) or b", "((NOT (a IN (1, 2))) OR b)"],
    ["a <> b", "(NOT (a = b))"],
    ["a || b || 'c'", "concat(concat(a, b), c)"],
    ["a::int + 1", "(CAST(a AS INT) + 1)"],
    ["x[0].y", "x[0].y"],
    ["a.b.c[1]", "a.b.c[1]"],
    ["a is not distinct from b", "(a <=> b)"],
    ["a is distinct from b", "(NOT (a <=> b))"],
    ["case a when 1 then 'x' else 'y' end", "CASE WHEN (a = 1) THEN x ELSE y END"],
    ["count(*)", "count(1)"],
    ["count(DISTINCT a, b)", "count(DISTINCT a, b)"],
    ["sum(v) FILTER (WHERE v > 1)", "sum(v) FILTER (WHERE (v > 1))"],
    ["s like any ('a%', t)", "(s LIKE a% OR s LIKE t)"],
    ["s not like 'a!%' escape '!'", "(NOT s LIKE a!% ESCAPE '!')"],
    ["a /* in /* nested */ */ + -- line\n b", "(a + b)"],
    ["`a b`.`c``d`", "a b.c`d"],
    ["a div 2 % 3", "((a div 2) % 3)"],
    ["~a >>> 2", "(~a >>> 2)"],
    ["transform(arr, x -> x + 1)", "transform(arr, lambdafunction((x + 1), x))"],
    ["extract(year from d)", "extract(year FROM d)"],
    ["timestampadd(HOUR, -5, ts)", "timestampadd(HOUR, -5, ts)"],
    ["date_add(d, 1)", "date_add(d, 1)"],
    ["(a, b)", "named_struct(a, a, b, b)"],
    ["interval 30 days", "INTERVAL '30' DAY"],
    ["interval 1 month", "INTERVAL '1' MONTH"],
    ["interval 5 seconds", "INTERVAL '05' SECOND"],
    ["interval 1 day 2 hours", "INTERVAL '1 02' DAY TO HOUR"],
  ])("%s", (sql, expected) => {
    expect(text(sql)).toBe(expected);
  });
});

describe("literals", () => {
  it.each([
    ["1", literal(1, types.int)],
    ["-2147483648", literal(-2147483648, types.int)],
    ["2147483648", literal(2147483648n, types.long)],
    ["-9223372036854775808L", literal(-9223372036854775808n, types.long)],
    ["9223372036854775808", literal(9223372036854775808n, types.decimal(19, 0))],
    ["1.50", literal(150n, types.decimal(3, 2))],
    ["0.05", literal(5n, types.decimal(2, 2))],
    ["-.5", literal(-5n, types.decimal(1, 1))],
    ["1e3", literal(1000, types.double)],
    ["1.5D", literal(1.5, types.double)],
    ["1e3BD", literal(1000n, types.decimal(4, 0))],
    ["5S", literal(5, types.short)],
    ["127Y", literal(127, types.byte)],
    ["null", literal(null, types.null)],
    ["TRUE", literal(true, types.boolean)],
    ["'it''s'", literal("it's", types.string)],
    [String.raw`'a\tb\\c\u00e9\101\%'`, literal("a\tb\\céA\\%", types.string)],
    [String.raw`r'a\d'`, literal(String.raw`a\d`, types.string)],
    ["'a' 'b'", literal("ab", types.string)],
    ['"x"', literal("x", types.string)],
    ["interval 1 week 3 days", literal(864_000_000_000n, { ...types.intervalDayTime, units: "day" })],
    ["INTERVAL '1-2' YEAR TO MONTH", literal(14, { ...types.intervalYearMonth, units: "year to month" })],
    ["interval '1 02:03:04.5' day to second", literal(93_784_500_000n, { ...types.intervalDayTime, units: "day to second" })],
    ["interval '-2 seconds'", literal(-2_000_000n, { ...types.intervalDayTime, units: "second" })],
    ["interval -2.5 seconds", literal(-2_500_000n, { ...types.intervalDayTime, units: "second" })],
  ])("%s", (sql, expected) => {
    expect(parseExpression(sql)).toEqual(expected);
  });

  it("keeps dates and timestamps as typed text", () => {
    expect(parseExpression("date '2024-02-30'")).toMatchObject({ kind: "unresolvedCast", type: types.date, typedLiteral: true });
  });

  it("turns a schema and options that are constants into data", () => {
    expect(parseExpression("from_json(j, 'a int, b array<string>', map('mode', 'FAILFAST')) AS r")).toMatchObject({
      kind: "alias",
      name: "r",
      child: {
        name: "from_json",
        args: [{ kind: "unresolvedAttribute" }],
        typeArgument: { kind: "struct", fields: [{ name: "a" }, { name: "b", type: { kind: "array" } }] },
        options: { mode: "FAILFAST" },
      },
    });
  });
});

describe("names", () => {
  it("reads aliases, also of several columns", () => {
    expect(parseExpression("a.b AS c")).toMatchObject({ kind: "alias", name: "c", child: { parts: ["a", "b"] } });
    expect(parseExpression("explode(m) AS (k, v)")).toMatchObject({ kind: "multiAlias", names: ["k", "v"] });
    expect(parseExpression("t.*")).toMatchObject({ kind: "unresolvedStar", target: ["t"] });
    expect(parseExpression("`a.b`.c")).toMatchObject({ kind: "unresolvedAttribute", parts: ["a.b", "c"] });
  });

  it("reads sort orders with Spark's defaults", () => {
    expect(parseSortOrder("n desc nulls first")).toMatchObject({ descending: true, nullsFirst: true });
    expect(parseSortOrder("n DESC")).toMatchObject({ descending: true, nullsFirst: false });
    expect(parseSortOrder("n")).toMatchObject({ descending: false, nullsFirst: true });
  });
});

describe("refusals", () => {
  it("shows the place of a syntax error with a caret", () => {
    const { condition, parameters } = refusal(() => parseExpression("a +\n b c d"));
    expect(condition).toBe("PARSE_SYNTAX_ERROR");
    expect(parameters).toMatchObject({ error: "'d'", line: "2", position: "5", context: "\n b c d\n     ^" });
  });

  it.each([
    ["a +", "PARSE_SYNTAX_ERROR"],
    ["", "PARSE_SYNTAX_ERROR"],
    ["f(a", "PARSE_SYNTAX_ERROR"],
    ["'open", "PARSE_SYNTAX_ERROR"],
    ["a # b", "PARSE_SYNTAX_ERROR"],
    ["case when a end", "PARSE_SYNTAX_ERROR"],
    ["cast(a as)", "PARSE_SYNTAX_ERROR"],
    ["select", "PARSE_SYNTAX_ERROR"],
    ["a in ()", "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE"],
    ["cast(a as time)", "UNSUPPORTED_TIME_TYPE"],
    ["cast(a as strnig)", "UNSUPPORTED_DATATYPE"],
    ["200Y", "INVALID_NUMERIC_LITERAL_RANGE"],
    ["interval 1 month 2 days", "INTERVAL_MIXES_MONTHS_AND_TIME"],
    ["interval '1 25' day to hour", "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING"],
    ["interval '1-25' day to hour", "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE"],
    ["a in (select 1", "PARSE_SYNTAX_ERROR"],
    ["(select)", "PARSE_SYNTAX_ERROR"],
    [`${"(".repeat(600)}a${")".repeat(600)}`, "PARSE_SYNTAX_ERROR"],
  ])("%s", (sql, condition) => {
    expect(refusal(() => parseExpression(sql)).condition).toBe(condition);
  });

  it.each([
    ["soon", "UNRECOGNIZED_NUMBER", { input: "soon", number: "soon" }],
    ["five seconds", "UNRECOGNIZED_NUMBER", { input: "five seconds", number: "five" }],
    ["", "INPUT_IS_EMPTY", { input: "" }],
    ["10", "MISSING_UNIT", { word: "10" }],
    ["10 sconds", "INVALID_UNIT", { unit: "sconds" }],
    ["1.5 minutes", "INVALID_FRACTION", { unit: "minutes" }],
    ["10x seconds", "INVALID_VALUE", { value: "10x" }],
    ["1 day -", "MISSING_NUMBER", {}],
  ])("interval %s", (input, kind, parameters) => {
    const error = refusal(() => parseInterval(input));
    expect(error.condition).toBe(`INVALID_INTERVAL_FORMAT.${kind}`);
    expect(error.parameters).toMatchObject(parameters);
  });

  it("reads intervals with and without the word", () => {
    const expected = { months: 14, days: 1, microseconds: -2_500_000n };
    expect(parseInterval("interval 1 year 2 months 1 day -2.5 seconds")).toEqual(expected);
    expect(parseInterval("1 YEAR 2 month 1 days -2.5 second")).toEqual(expected);
  });
});

/** The expressions that a plan of a golden case is written with. */
function* expressionsOf(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* expressionsOf(item);
  else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      if (["exprs", "groupBy", "aggs"].includes(key)) yield* child as string[];
      else if (["condition", "expr", "on"].includes(key) && typeof child === "string") yield child;
      else yield* expressionsOf(child);
    }
  }
}

describe("the golden cases", () => {
  const folder = fileURLToPath(new URL("../../golden/cases/", import.meta.url));

  it("parse, all but those that Spark's parser refuses", () => {
    const refused: string[] = [];
    let count = 0;
    for (const file of readdirSync(folder)) {
      if (file.startsWith("_")) continue;
      const { query, expressions = [] } = JSON.parse(readFileSync(folder + file, "utf8")) as {
        query?: { plan?: unknown };
        expressions?: { sql: string; analysisError?: { class: string } }[];
      };
      const texts = expressions.map(({ sql }) => sql);
      for (const sql of [...texts, ...expressionsOf(query?.plan)]) {
        count++;
        const { condition } = refusal(() => (/ (asc|desc|nulls)/i.test(sql) ? parseSortOrder(sql) : parseExpression(sql)));
        if (condition !== "accepted") refused.push(`${sql}: ${condition}`);
      }
    }
    expect(count).toBeGreaterThan(1000);
    expect(refused.toSorted()).toEqual([
      "n in (): INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE",
      "try_cast(s as time): UNSUPPORTED_TIME_TYPE",
      "ts + interval 1 month 2 days 3 hours: INTERVAL_MIXES_MONTHS_AND_TIME",
    ]);
  });
});
