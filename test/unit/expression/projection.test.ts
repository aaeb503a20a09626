import { describe, expect, it } from "vitest";
import { batchFromRows, readValue, rowsOf } from "../../../engine/arrow/columns.js";
import { types, type DataType } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { compileProjection } from "../../../engine/expression/compile.js";
import type { Attribute, Expression } from "../../../engine/expression/expression.js";
import { resolveFunction } from "../../../engine/expression/resolve.js";
import { typeOf } from "../../../engine/expression/types/typeOf.js";

const context = { ansi: true, zone: "UTC" };
const facts = { batchTimeMs: 1_700_000_000_123, batchId: 7 };
const column = (name: string, type: DataType, id: number): Attribute => ({
  kind: "attribute",
  id,
  name,
  type,
  nullable: true,
  qualifier: [],
});
const literal = (value: Value, type: DataType): Expression => ({ kind: "literal", value, type });
const call = (name: string, ...args: Expression[]): Expression => resolveFunction({ name, args, distinct: false, filter: null }, context);

const inner = types.struct([
  { name: "x", type: types.int, nullable: true },
  { name: "y", type: types.string, nullable: true },
]);
const input = [column("n", types.long, 1), column("s", types.string, 2), column("r", inner, 3), column("l", types.array(types.int), 4)];
const [n, s, r, l] = input as [Attribute, Attribute, Attribute, Attribute];
const schema = types.struct(input.map(({ name, type }) => ({ name, type, nullable: true })));
const rows: Value[][] = [
  [1n, "one", [10, "a"], [1, 2]],
  [2n, "two", null, []],
  [null, null, [30, null], null],
  [4n, "four", [40, "d"], [4]],
];

function project(outputs: readonly Expression[], filter: Expression | null = null) {
  const outputSchema = types.struct(outputs.map((e, i) => ({ name: `o${i}`, type: typeOf(e), nullable: true })));
  return compileProjection({ input, filter, outputs, outputSchema });
}

describe("a compiled projection", () => {
  const batch = batchFromRows(schema, rows);

  it("gives the very columns that pass through", () => {
    const result = project([s, l]).run(batch, facts);
    expect(result.columns[0]).toBe(batch.columns[1]);
    expect(result.columns[1]).toBe(batch.columns[3]);
  });

  it("is dense after a filter, for every kind of column", () => {
    const result = project([l, r, s, n], call(">", n, literal(1n, types.long))).run(batch, facts);
    expect(rowsOf(result)).toEqual([rows[1], rows[3]].map((row) => row!.toReversed()));
  });

  it("reads fields from the columns of a struct and builds structs of columns", () => {
    const field = call("getField", r, literal("x", types.string));
    const result = project([field, call("struct", n, call("getField", r, literal("y", types.string)))]).run(batch, facts);
    expect(rowsOf(result)).toEqual([
      [10, [1n, "a"]],
      [null, [2n, null]],
      [30, [null, null]],
      [40, [4n, "d"]],
    ]);
    expect(result.columns[1]!.encoding).toBe("struct");
  });

  it("goes over to BigInts when a long leaves the safe integers, and back with the next batch", () => {
    const projection = project([call("*", n, literal(9007199254740991n, types.long))]);
    const large = projection.run(batch, facts);
    expect(large.columns[0]!.encoding).toBe("i64");
    expect(rowsOf(large)).toEqual([[9007199254740991n], [18014398509481982n], [null], [36028797018963964n]]);
    const small = projection.run(batchFromRows(schema, [rows[0]!]), facts);
    expect(small.columns[0]!.encoding).toBe("f64");
    expect(rowsOf(small)).toEqual([[9007199254740991n]]);
  });

  it("has the buffers of the run before in the next one", () => {
    const projection = project([call("+", n, literal(1n, types.long))]);
    const first = projection.run(batchFromRows(schema, [rows[0]!]), facts);
    projection.run(batchFromRows(schema, [rows[3]!]), facts);
    expect(readValue(first.columns[0]!, 0)).toBe(5n);
  });

  it("knows the batch's time, and draws the same random numbers for the same batch whatever its cut", () => {
    const outputs = [call("current_timestamp"), call("uuid"), call("rand")];
    const whole = rowsOf(project(outputs).run(batch, facts));
    const projection = project(outputs);
    const pieces = [rows.slice(0, 1), rows.slice(1)].flatMap((piece) => rowsOf(projection.run(batchFromRows(schema, piece), facts)));
    expect(pieces).toEqual(whole);
    expect(whole[0]![0]).toBe(1_700_000_000_123_000n);
    expect(new Set(whole.map((row) => row[1])).size).toBe(rows.length);
    expect(rowsOf(project(outputs).run(batch, { ...facts, batchId: 8 }))[0]![1]).not.toBe(whole[0]![1]);
  });

  it("gives nothing of an empty batch", () => {
    const result = project([call("upper", s), n], call("isnotnull", n)).run(batchFromRows(schema, []), facts);
    expect(result.length).toBe(0);
    expect(rowsOf(result)).toEqual([]);
  });
});
