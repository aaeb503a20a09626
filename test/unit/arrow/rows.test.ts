import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchFromRows, rowsOf } from "../../../engine/arrow/columns.js";
import { Timestamp, toRows, valueFromUser } from "../../../engine/arrow/rows.js";
import { dateText, dateTimeText, parseDate, parseDateTime } from "../../../engine/arrow/civil.js";
import { field, types, type DataType, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { decimalText, parseDecimal } from "../../../engine/arrow/valueText.js";
import { anyTable } from "./arbitraries.js";

const refusal = (condition: string, parameters: Record<string, string>): unknown =>
  expect.objectContaining({ condition, parameters: expect.objectContaining(parameters) });

/** The type with longs given as bigint. */
function withBigints(type: DataType): DataType {
  if (type.kind === "long") return { kind: "long", asBigint: true };
  if (type.kind === "struct") return bigintSchema(type);
  if (type.kind === "array") return { ...type, element: withBigints(type.element) };
  return type.kind === "map" ? { ...type, key: withBigints(type.key), value: withBigints(type.value) } : type;
}

function bigintSchema(schema: Schema): Schema {
  return types.struct(schema.fields.map((f) => ({ ...f, type: withBigints(f.type) })));
}

function hasMap(type: DataType): boolean {
  return JSON.stringify(type).includes('"map"');
}

function hasInterval(type: DataType): boolean {
  if (type.kind === "struct") return type.fields.some((f) => hasInterval(f.type));
  if (type.kind === "array") return hasInterval(type.element);
  if (type.kind === "map") return hasInterval(type.value);
  return type.kind.startsWith("interval");
}

describe("rows", () => {
  test("of user values are the batch's rows again", () => {
    fc.assert(
      fc.property(anyTable, ({ schema: numbers, rows }) => {
        fc.pre(!hasInterval(numbers));
        const schema = bigintSchema(numbers);
        const batch = batchFromRows(schema, rows);
        const users = toRows(batch);
        const back = users.map((row) => valueFromUser(schema, row) as Value[]);
        // A user's map has each key once, so the last entry of a repeated key is the one that is left.
        expect(hasMap(schema) ? rows : back).toEqual(rows);
        expect(toRows(batchFromRows(schema, back))).toEqual(users);
      }),
    );
  });

  test("show every type as design section 1 says", () => {
    const schema = types.struct([
      field("l", types.long),
      field("m", types.decimal(5, 2)),
      field("d", types.date),
      field("t", types.timestamp),
      field("n", types.timestampNtz),
      field("i", types.intervalDayTime),
      field("y", types.intervalYearMonth),
      field("a", types.array(types.string)),
      field("s", types.struct([field("x", types.long)])),
      field("p", types.map(types.string, types.int)),
      field("__proto__", types.int),
    ]);
    const value: Value[] = [7n, -5n, -1, 1n, -1n, -90_061_500_000n, -13, ["a", null], [9n], { keys: ["k"], values: [null] }, 3];
    const row = toRows(batchFromRows(schema, [value]))[0]!;
    expect(row).toMatchObject({
      l: 7,
      m: "-0.05",
      d: "1969-12-31",
      n: "1969-12-31T23:59:59.999999",
      i: "INTERVAL '-1 01:01:01.5' DAY TO SECOND",
      y: "INTERVAL '-1-1' YEAR TO MONTH",
      a: ["a", null],
      s: { x: 9 },
      p: new Map([["k", null]]),
    });
    expect(Object.entries(row).at(-1)).toEqual(["__proto__", 3]);
    expect((row["t"] as Timestamp).toISOString()).toBe("1970-01-01T00:00:00.000001Z");
  });

  test("refuse to cut a long, by the name of its column", () => {
    const schema = types.struct([field("s", types.struct([field("id", types.long)]))]);
    const batch = batchFromRows(schema, [[[2n ** 53n]]]);
    expect(() => toRows(batch)).toThrow(refusal("LONG_BEYOND_SAFE_INTEGER", { column: "s.id", value: "9007199254740992" }));
    expect(toRows({ ...batch, schema: types.struct([field("s", types.struct([field("id", { kind: "long", asBigint: true })]))]) })).toEqual(
      [{ s: { id: 2n ** 53n } }],
    );
  });
});

describe("a user's value", () => {
  test("is refused when it is none of the type, by the name of its column", () => {
    const cases: [DataType, unknown][] = [
      [types.int, 2 ** 31],
      [types.int, 1.5],
      [types.byte, -129],
      [types.long, 2 ** 53],
      [types.boolean, 1],
      [types.string, 5],
      [types.date, "2026-02-30"],
      [types.timestamp, "yesterday"],
      [types.timestamp, new Date(Number.NaN)],
      [types.decimal(3, 1), "12.34"],
      [types.decimal(3, 1), "100"],
      [types.binary, "x"],
      [types.array(types.int), 5],
    ];
    for (const [type, given] of cases) {
      const schema = types.struct([field("c", type)]);
      expect(() => valueFromUser(schema, { c: given })).toThrow(refusal("VALUE_NOT_OF_TYPE", { column: "c" }));
    }
    const strict = types.struct([field("c", types.int, false)]);
    expect(() => valueFromUser(strict, {})).toThrow(refusal("VALUE_NOT_OF_TYPE", { column: "c", type: "INT NOT NULL" }));
    expect(() => valueFromUser(strict, { cc: 1 })).toThrow(refusal("UNKNOWN_FIELD", { field: "cc" }));
  });

  test("may be written in several ways", () => {
    expect(valueFromUser(types.long, 5)).toBe(5n);
    expect(valueFromUser(types.decimal(5, 2), 1.5)).toBe(150n);
    expect(valueFromUser(types.timestamp, new Date(1))).toBe(1000n);
    expect(valueFromUser(types.timestamp, "1970-01-01T01:00:00.000001+01:00")).toBe(1n);
    expect(valueFromUser(types.timestamp, new Timestamp(-1n))).toBe(-1n);
    expect(valueFromUser(types.map(types.string, types.int), { a: 1 })).toEqual({ keys: ["a"], values: [1] });
    expect(valueFromUser(types.struct([field("a", types.int), field("b", types.int)]), [1, undefined])).toEqual([1, null]);
  });
});

describe("dates and decimals as text", () => {
  test("agree with Date over its whole range", () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const [day, time] = date.toISOString().slice(0, -1).split("T") as [string, string];
        // Years beyond four digits have six in a Date's text and as many as they need in ours.
        const ours = dateTimeText(BigInt(date.getTime()) * 1000n);
        expect(ours.split("T")[1]).toBe(time);
        expect(parseDate(day)).toBe(Math.floor(date.getTime() / 86_400_000));
        expect(dateText(parseDate(day)!)).toBe(ours.split("T")[0]);
      }),
    );
  });

  test("read back what they wrote", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 57n), max: 2n ** 57n }), (us) => {
        expect(parseDateTime(`${dateTimeText(us)}Z`)).toEqual({ microseconds: us, zoned: true });
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.nat(38), (unscaled, scale) => {
        expect(parseDecimal(decimalText(unscaled, scale), scale)).toBe(unscaled);
      }),
    );
    expect(["1e2", "-1.5E1", ".5", "5.", "1e-3", "12.340", "", ".", "x"].map((text) => parseDecimal(text, 2))).toEqual([
      10000n,
      -1500n,
      50n,
      500n,
      null,
      1234n,
      null,
      null,
      null,
    ]);
  });

  test("a Timestamp is a Date that keeps its microseconds", () => {
    const timestamp = new Timestamp(-1n);
    expect(timestamp.getTime()).toBe(-1);
    expect(JSON.stringify({ timestamp })).toBe('{"timestamp":"1969-12-31T23:59:59.999999Z"}');
    expect(Timestamp.of("2026-01-01 00:00:00.5").microseconds).toBe(1767225600500000n);
    expect(rowsOf(batchFromRows(types.struct([field("t", types.timestamp)]), [[timestamp.microseconds]]))).toEqual([[-1n]]);
  });
});
