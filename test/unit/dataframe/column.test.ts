import { assert, property, string } from "fast-check";
import { Window } from "../../../dataframe/window.js";
import { describe, expect, it } from "vitest";
import { Column, outputExpression } from "../../../dataframe/column.js";
import { array, col, count, fromJson, lit, map, substring, transform, when, window } from "../../../dataframe/functions.js";
import { literalOf } from "../../../dataframe/literal.js";
import { nameParts } from "../../../dataframe/names.js";
import { schema, t } from "../../../dataframe/schema.js";
import { Timestamp } from "../../../engine/arrow/rows.js";
import { typeName } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { Expression } from "../../../engine/expression/expression.js";
import { parseExpression } from "../../../engine/sql/parser.js";

/** An expression without what differs between two that mean the same: ids and places in a text. */
function shape(e: unknown): unknown {
  if (Array.isArray(e)) return e.map(shape);
  if (e === null || typeof e !== "object" || e instanceof Uint8Array) return e;
  return Object.fromEntries(Object.entries(e).flatMap(([key, value]) => (key === "id" || key === "position" ? [] : [[key, shape(value)]])));
}

describe("a Column makes what SQL text makes", () => {
  const pairs: [Column, string][] = [
    [col("a").plus(1), "a + 1"],
    [col("a").minus(col("b")).multiply(2).divide(3).mod(4), "((a - b) * 2 / 3) % 4"],
    [col("a.b"), "a.b"],
    [col("*"), "*"],
    [col("r.*"), "r.*"],
    [col("a").eq(1), "a = 1"],
    [col("a").notEqual(1), "a <> 1"],
    [col("a").eqNullSafe(null), "a <=> NULL"],
    [col("a").lt(1).and(col("b").geq(2)).or(col("c").isNull()), "a < 1 AND b >= 2 OR c IS NULL"],
    [col("a").leq(1).not(), "NOT (a <= 1)"],
    [col("a").isNotNull(), "a IS NOT NULL"],
    [col("a").isin("x", "y"), "a IN ('x', 'y')"],
    [col("a").like("x%"), "a LIKE 'x%'"],
    [col("a").rlike("x+"), "a RLIKE 'x+'"],
    [col("a").cast("decimal(10,2)"), "CAST(a AS DECIMAL(10,2))"],
    [col("a").tryCast(t.int), "TRY_CAST(a AS INT)"],
    [col("a").as("b"), "a AS b"],
    [col("a").getItem(0), "a[0]"],
    [col("a").bitwiseAND(1).bitwiseOR(2).bitwiseXOR(3), "((a & 1) | 2) ^ 3"],
    [when(col("a").gt(1), "x").when(col("a").gt(0), "y").otherwise("z"), "CASE WHEN a > 1 THEN 'x' WHEN a > 0 THEN 'y' ELSE 'z' END"],
    [when(col("a"), 1), "CASE WHEN a THEN 1 END"],
    [array("a", "b"), "array(a, b)"],
    [map(lit("k"), "v"), "map('k', v)"],
    [substring("a", 1, 2), "substring(a, 1, 2)"],
    [window("at", "10 minutes", "1 minute"), "window(at, '10 minutes', '1 minute')"],
    [count(), "count(1)"],
    [count("a"), "count(a)"],
    [lit(1.5), "1.5D"],
    [lit(3_000_000_000), "3000000000"],
    [lit(7n), "7L"],
  ];

  it.each(pairs.map(([column, text]) => [text, column] as const))("%s", (text, column) => {
    expect(shape(column.expression)).toEqual(shape(parseExpression(text)));
  });
});

describe("literals", () => {
  it.each([
    [1, "int"],
    [-2147483648, "int"],
    [2147483648, "bigint"],
    [0.5, "double"],
    [-0, "double"],
    [2 ** 60, "double"],
    [1n, "bigint"],
    [2n ** 63n, "decimal(19,0)"],
    ["x", "string"],
    [true, "boolean"],
    [null, "void"],
    [new Uint8Array(1), "binary"],
    [new Date(5), "timestamp"],
  ] as const)("%s is of type %s", (value, type) => {
    const e = literalOf(value);
    expect(e.kind === "literal" && typeName(e.type)).toBe(type);
  });

  it("keep the microseconds of a Timestamp", () => {
    expect(literalOf(new Timestamp(1_234_567n))).toMatchObject({ value: 1_234_567n });
    expect(literalOf(new Date(-1))).toMatchObject({ value: -1000n });
  });
});

describe("names", () => {
  it("are cut at dots, but not in back-quotes", () => {
    expect(nameParts("a.b.c")).toEqual(["a", "b", "c"]);
    expect(nameParts("`a.b`.c")).toEqual(["a.b", "c"]);
    expect(nameParts("`a``b`")).toEqual(["a`b"]);
  });

  it("any name, quoted, is one part", () => {
    assert(
      property(string({ minLength: 1 }), (name) => {
        expect(nameParts(`\`${name.replaceAll("`", "``")}\``)).toEqual([name]);
      }),
    );
  });
});

describe("a Column", () => {
  it("gives its alias an id of its own each time it is put out", () => {
    const named = col("a").as("b");
    const ids = [outputExpression(named), outputExpression(named)].map((e: Expression) => (e.kind === "alias" ? e.id : 0));
    expect(new Set([...ids, 0]).size).toBe(3);
  });

  it("refuses a branch where there is no when, or after otherwise", () => {
    const refusals = [() => col("a").when(col("b"), 1), () => when(col("a"), 1).otherwise(2).otherwise(3), () => col("a").otherwise(1)];
    for (const run of refusals) expect(run).toThrow(StreamingError);
  });

  it("turns a function into a lambda with as many parameters as it has, named apart", () => {
    const nested = transform("a", (outer) => transform(outer, (inner, place) => inner.plus(place)).getItem(0)).expression;
    const names: string[] = [];
    const visit = (e: unknown): void => {
      if (e === null || typeof e !== "object") return;
      if ("kind" in e && e.kind === "lambdaVariable" && "name" in e) names.push(String(e.name));
      Object.values(e).forEach(visit);
    };
    visit(nested);
    expect(names.map((name) => name.replace(/_.*/, ""))).toEqual(["x", "x", "i"]);
    expect(new Set(names).size).toBe(3);
  });

  it("refuses OVER of what is no function", () => {
    expect(() => col("a").over(Window.orderBy("a"))).toThrow(expect.objectContaining({ condition: "UNSUPPORTED_EXPR_FOR_WINDOW" }));
  });

  it("carries the type of fromJson, from a schema, a type and DDL", () => {
    const typed = [fromJson("v", schema({ a: t.int })), fromJson("v", "a INT"), fromJson("v", t.struct({ a: t.int }))];
    for (const { expression } of typed) {
      expect(expression).toMatchObject({ kind: "unresolvedFunction", name: "from_json", typeArgument: { kind: "struct" } });
      expect(expression.kind === "unresolvedFunction" && typeName(expression.typeArgument!)).toBe("struct<a:int>");
    }
  });
});
