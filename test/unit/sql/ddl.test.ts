import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { field, sqlTypeName, types, typeName, type DataType } from "../../../engine/arrow/types.js";
import { parseDataType, parseSchema, parseSchemaOrType } from "../../../engine/sql/ddl.js";

const leaf = fc.constantFrom<DataType>(
  types.boolean,
  types.byte,
  types.short,
  types.int,
  types.long,
  types.float,
  types.double,
  types.string,
  types.binary,
  types.date,
  types.timestamp,
  types.timestampNtz,
  types.intervalDayTime,
  types.intervalYearMonth,
  types.decimal(38, 18),
);

const anyType = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4 },
    leaf,
    tie("type").map((element) => types.array(element)),
    fc.tuple(leaf, tie("type")).map(([key, value]) => types.map(key, value)),
    fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z][a-z0-9_]{0,5}$/), tie("type")), {
        minLength: 1,
        maxLength: 4,
        selector: ([name]) => name,
      })
      .map((fields) => types.struct(fields.map(([name, type]) => field(name, type)))),
  ),
})).type;

describe("types", () => {
  it("read back from their own text", () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(parseDataType(typeName(type))).toEqual(type);
        expect(parseDataType(sqlTypeName(type))).toEqual(type);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["LONG", types.long],
    ["numeric(12)", types.decimal(12, 0)],
    ["array<array<array<int>>>", types.array(types.array(types.array(types.int)))],
    ["struct<a: int NOT NULL COMMENT 'x', `b c` string>", types.struct([field("a", types.int, false), field("b c", types.string)])],
    ["struct<>", types.struct([])],
  ])("%s", (text, type) => {
    expect(parseDataType(text)).toEqual(type);
  });

  it.each(["array<int", "array<int>>", "map<int>", "struct<a>", "decimal(39,1)", "decimal(5,6)", "int int", ""])("refuses %s", (text) => {
    expect(() => parseDataType(text)).toThrow(/PARSE_SYNTAX_ERROR|DECIMAL_/);
  });
});

describe("schemas", () => {
  it("are lists of columns, or one struct", () => {
    const expected = types.struct([field("id", types.long, false), field("o", types.struct([field("x", types.array(types.int))]))]);
    expect(parseSchema("id bigint NOT NULL, o struct<x:array<int>>")).toEqual(expected);
    expect(parseSchema("struct<id: bigint NOT NULL, o: struct<x:array<int>>>")).toEqual(expected);
    expect(parseSchema("")).toEqual(types.struct([]));
    expect(parseSchemaOrType("array<int>")).toEqual(types.array(types.int));
  });
});
