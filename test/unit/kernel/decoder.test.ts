import { describe, expect, it } from "vitest";
import { field, types } from "../../../engine/arrow/types.js";
import { createDecoder, decoderTakes } from "../../../engine/kernel/decoder.js";
import { createJsonColumnDecoder } from "../../../engine/kernel/json/jsonColumnDecoder.js";
import { decodeText, drain, environment } from "./environment.js";

const schema = types.struct([field("a", types.long), field("b", types.string)]);

const record = (size: number): Uint8Array => new TextEncoder().encode(`{"b":"${"x".repeat(size)}"}`);

describe("a decoder", () => {
  it.each(["json", "text"] as const)("refuses a %s record beyond the limit, and takes one below it", (format) => {
    const spec = { format, schema: format === "json" ? schema : types.struct([field("value", types.string)]), options: {} };
    const small = { ...environment, bufferBytes: 1024, maxRecordBytes: 10_000 };
    expect(drain(createDecoder(spec, [], small), record(9000), 500).rows).toHaveLength(1);
    expect(() => drain(createDecoder(spec, [], small), record(20_000), 500)).toThrow(
      expect.objectContaining({ condition: "RECORD_TOO_LARGE" }),
    );
  });

  it("begins anew after the end of a partition", () => {
    const decoder = createDecoder({ format: "json", schema, options: {} }, [], environment);
    const first = new TextEncoder().encode('{"a":1}\n{"a":2');
    const second = new TextEncoder().encode('{"a":3}');
    expect(drain(decoder, first, 4).rows).toEqual([
      [1n, null],
      [null, null],
    ]);
    expect(drain(decoder, second, 4).rows).toEqual([[3n, null]]);
    expect(decoder.rowsRead).toBe(3);
  });

  it("keeps longs exact beside others, filters and nulls among them", () => {
    const text = ["9007199254740993", "1", "null", "-9223372036854775808", "9223372036854775808", "7"].map((a) => `{"a":${a}}`).join("\n");
    expect(decodeText(schema, text).rows.map((row) => row[0])).toEqual([9007199254740993n, 1n, null, -9223372036854775808n, null, 7n]);
    const filters = [{ op: ">", column: ["a"], value: 5n } as const];
    expect(decodeText(schema, text, { filters }).rows.map((row) => row[0])).toEqual([9007199254740993n, 7n]);
  });

  it("reads no columns at all", () => {
    const { rows, rowsRead } = decodeText(types.struct([]), '{"a":1}\nbroken\n[{},{}]\n');
    expect(rows).toHaveLength(4);
    expect(rowsRead).toBe(4);
  });

  it("takes a time without a date for malformed: it knows no current date", () => {
    const times = types.struct([field("at", types.timestamp), field("_corrupt_record", types.string)]);
    const text = ['{"at":"T10:15"}', '{"at":"10:15:30"}', '{"at":"2024-01-01T10:15"}'].join("\n");
    expect(decodeText(times, text).rows).toEqual([
      [null, '{"at":"T10:15"}'],
      [null, '{"at":"10:15:30"}'],
      [1_704_104_100_000_000n, null],
    ]);
  });

  it("says which filters it takes", () => {
    const spec = { format: "json" as const, schema: types.struct([...schema.fields, field("_corrupt_record", types.string)]), options: {} };
    expect(decoderTakes(spec, { op: "=", column: ["b"], value: "x" })).toBe(true);
    expect(decoderTakes(spec, { op: "=", column: ["a"], value: 2n ** 60n })).toBe(false);
    expect(decoderTakes(spec, { op: "isNotNull", column: ["_corrupt_record"] })).toBe(false);
    expect(decoderTakes(spec, { op: "=", column: ["b", "c"], value: "x" })).toBe(false);
    expect(decoderTakes({ ...spec, format: "text" }, { op: "isNotNull", column: ["b"] })).toBe(false);
  });

  it.each([
    [{ encoding: "UTF-16" }, "NOT_YET_SUPPORTED"],
    [{ timestampFormat: "QQQ yyyy" }, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER"],
    [{ mode: "SOMETIMES" }, "INVALID_OPTION_VALUE"],
    [{ lineSep: "" }, "INVALID_OPTION_VALUE"],
  ])("refuses the options %j", (options, condition) => {
    expect(() => createDecoder({ format: "json", schema, options }, [], environment)).toThrow(expect.objectContaining({ condition }));
  });

  it("refuses what is not a string column for corrupt records, and DROPMALFORMED in from_json", () => {
    const bad = types.struct([field("_corrupt_record", types.int)]);
    expect(() => createDecoder({ format: "json", schema: bad, options: {} }, [], environment)).toThrow(
      expect.objectContaining({ condition: "INVALID_CORRUPT_RECORD_TYPE" }),
    );
    expect(() => createJsonColumnDecoder(schema, { ...environment, options: { mode: "DROPMALFORMED" } })).toThrow(
      expect.objectContaining({ condition: "PARSE_MODE_UNSUPPORTED" }),
    );
  });
});
