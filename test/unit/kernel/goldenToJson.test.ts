import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import { field, types, type DataType, type Field } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { createJsonColumnDecoder } from "../../../engine/kernel/json/jsonColumnDecoder.js";
import { createJsonColumnWriter } from "../../../engine/kernel/json/jsonWriter.js";
import { parseSchema } from "../../../engine/sql/ddl.js";
import { environment } from "./environment.js";

const call = /^to_json\(from_json\(j, '([^']*)'\)(?:, map\('([^']*)', '([^']*)'\))?\)$/;

interface ExpressionCase {
  readonly inputs: { readonly t: { readonly rows: readonly { readonly j: string | null }[] } };
  readonly expressions: readonly { readonly sql: string; readonly results: readonly (string | null)[] }[];
}

function callsOf(
  name: string,
): { sql: string; ddl: string; options: Record<string, string>; texts: (string | null)[]; results: readonly (string | null)[] }[] {
  const golden = JSON.parse(readFileSync(new URL(`../../golden/cases/${name}.json`, import.meta.url), "utf8")) as ExpressionCase;
  const texts = golden.inputs.t.rows.map((row) => row.j);
  return golden.expressions.flatMap(({ sql, results }) => {
    const match = call.exec(sql);
    return match === null
      ? []
      : [{ sql, ddl: match[1]!, options: match[2] === undefined ? {} : { [match[2]]: match[3]! }, texts, results }];
  });
}

function toJson(type: DataType, values: readonly Value[], options: Record<string, string> = {}, zone = "UTC"): Value[] {
  const column = createJsonColumnWriter({ ...environment, zone, options })(columnFromValues(type, values));
  return values.map((_, row) => readValue(column, row));
}

const one = (fields: readonly Field[], value: Value, zone?: string): Value => toJson(types.struct(fields), [value], {}, zone)[0]!;

describe.each(["expr-json", "expr-json-timestamps"])("Spark's to_json in %s", (name) => {
  it.each(callsOf(name))("$sql", ({ ddl, options, texts, results }) => {
    const struct = createJsonColumnDecoder(parseSchema(ddl), { ...environment, options: {} }).decodeColumn(
      columnFromValues(types.string, texts),
    );
    const column = createJsonColumnWriter({ ...environment, options })(struct);
    expect(texts.map((_, row) => readValue(column, row))).toEqual(results);
  });
});

describe("to_json", () => {
  const double = [field("v", types.double)];

  it.each([
    [1e10, "1.0E10"],
    [0.001, "0.001"],
    [0.0001, "1.0E-4"],
    [1e7, "1.0E7"],
    [123456.789, "123456.789"],
    [-0, "-0.0"],
    [NaN, '"NaN"'],
    [-Infinity, '"-Infinity"'],
  ])("writes the double %d as Java does", (value, text) => {
    expect(one(double, [value])).toBe(`{"v":${text}}`);
  });

  it.each([
    [0n, "0"],
    [-9007199254740993n, "-9007199254740993"],
    [9223372036854775807n, "9223372036854775807"],
    [1000000000n, "1000000000"],
    [9007199254740991n, "9007199254740991"],
    [-1000000001n, "-1000000001"],
  ])("writes the long %d exactly", (value, text) => {
    expect(one([field("v", types.long)], [value])).toBe(`{"v":${text}}`);
  });

  it("writes timestamps in the zone, with seconds of the offset where it has some", () => {
    const at = [field("t", types.timestamp)];
    const y1900 = BigInt(Date.UTC(1900, 0, 1)) * 1000n;
    const july = BigInt(Date.UTC(2024, 6, 1)) * 1000n;
    expect(one(at, [july], "America/New_York")).toBe('{"t":"2024-06-30T20:00:00.000-04:00"}');
    expect(one(at, [y1900], "Asia/Kolkata")).toBe('{"t":"1900-01-01T05:21:10.000+05:21:10"}');
    expect(one(at, [253402300800000000n])).toBe('{"t":"+10000-01-01T00:00:00.000Z"}');
  });

  it("keeps nulls of maps and arrays, drops those of structs", () => {
    const fields = [
      field("m", types.map(types.string, types.int)),
      field("u", types.struct([field("z", types.int)])),
      field("w", types.array(types.struct([field("x", types.int)]))),
    ];
    expect(one(fields, [{ keys: ["k"], values: [null] }, [null], [[null], null]])).toBe('{"m":{"k":null},"u":{},"w":[{},null]}');
  });

  it("writes keys of maps as Java prints them", () => {
    const keys = [field("a", types.map(types.int, types.string)), field("b", types.map(types.timestamp, types.int))];
    const value = [
      { keys: [1], values: ["x"] },
      { keys: [1704067200000000n], values: [1] },
    ];
    expect(one(keys, value)).toBe('{"a":{"1":"x"},"b":{"1704067200000000":1}}');
  });

  it("escapes what Jackson escapes", () => {
    expect(one([field("h", types.string)], ['a"b\\c/\u0001\n\t\u2028é😀'])).toBe('{"h":"a\\"b\\\\c/\\u0001\\n\\t\u2028é😀"}');
  });

  it("writes decimals and binaries", () => {
    const fields = [
      field("s", types.decimal(38, 18)),
      field("t", types.decimal(10, 2)),
      field("q", types.decimal(38, 10)),
      field("v", types.binary),
    ];
    expect(one(fields, [1000000000000000000n, -150n, 0n, Uint8Array.of(0, 255)])).toBe(
      '{"s":1.000000000000000000,"t":-1.50,"q":0E-10,"v":"AP8="}',
    );
  });

  it("gives null for null, whatever stands around it", () => {
    expect(toJson(types.array(types.int), [[1, null], null, [], null])).toEqual(["[1,null]", null, "[]", null]);
  });
});
