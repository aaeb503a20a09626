import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { types, type DataType } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { decodeText } from "../unit/kernel/environment.js";
import { columnFromValues, readValue } from "../../engine/arrow/columns.js";
import { createJsonColumnDecoder } from "../../engine/kernel/json/jsonColumnDecoder.js";
import { runs } from "./runs.js";

// Malformed JSON values of every kind, for every type, in every mode: what is read is a value, and every failure is a condition.

const scalars: readonly DataType[] = [
  types.boolean,
  types.byte,
  types.short,
  types.int,
  types.long,
  types.float,
  types.double,
  types.decimal(5, 2),
  types.decimal(20, 2),
  types.decimal(38, 18),
  types.decimal(38, 0),
  types.string,
  types.binary,
  types.date,
  types.timestamp,
  types.timestampNtz,
];

function nested(type: DataType): readonly DataType[] {
  return [type, types.array(type), types.map(types.string, type), types.struct([{ name: "v", type, nullable: true }])];
}

const tokens = [
  ..."0 -0 1 -1 1.5 1e400 -1e400 1e-400 1e10000 1e-10000 1E+5 9999999999999999999999999999999999999999 128 32768 2147483648 9223372036854775808".split(
    " ",
  ),
  ..."1e38 0.000000000000000000000000000000001 NaN Infinity -Infinity -INF +INF true false null [] {} [1] [null] [[1]] 1e99999999999 01 1. .5 - + 1e tru".split(
    " ",
  ),
  ...'{"v":1} {"v":"x"} {"v":[1]} [1,"x"] [1 {"v": {"v":{"v":1}} "\\ud800" "\\u00 "\\q"'.split(" "),
  '""',
  '" "',
  '"1e400"',
  '"1e99999999999"',
  '"NaN"',
  '"2024-02-30"',
  '"2024-02-29T25:00:00"',
  '"999999999-01-01"',
  '"+1000000-01-01T00:00:00Z"',
  '"12:30"',
  '"not base64!"',
  `"${"9".repeat(400)}"`,
  "9".repeat(400),
  `${"9".repeat(5000)}.5`,
  `${"[".repeat(300)}${"]".repeat(300)}`,
  "'single'",
  "/* c */ 1",
];

const modes = ["FAILFAST", "PERMISSIVE", "DROPMALFORMED"];

function conditionOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(StreamingError);
    const { condition } = error as StreamingError;
    expect(condition).not.toBe("INTERNAL_ERROR");
    expect((error as StreamingError).message).toContain(condition.split(".")[0]!);
    return condition;
  }
}

describe("kind: parsed but not validated: malformed JSON values", () => {
  it.each(scalars.flatMap(nested).map((type) => [JSON.stringify(type), type] as const))("fail by conditions only: %s", (_, type) => {
    const schema = types.struct([
      { name: "before", type: types.int, nullable: true },
      { name: "a", type, nullable: true },
    ]);
    const failures = new Set<string | null>();
    for (const mode of ["FAILFAST", "PERMISSIVE"]) {
      const decoder = createJsonColumnDecoder(schema, { options: { mode }, zone: "UTC" });
      for (const token of tokens) {
        const text = columnFromValues(types.string, [`{"before":1,"a":${token}}`]);
        const condition = conditionOf(() => readValue(decoder.decodeColumn(text), 0));
        if (mode === "PERMISSIVE") expect([token, condition]).toEqual([token, null]);
        failures.add(condition);
      }
    }
    expect(failures.size).toBeGreaterThan(1);
    const text = tokens.map((token) => `{"before":1,"a":${token}}\n`).join("");
    for (const mode of ["PERMISSIVE", "DROPMALFORMED"])
      expect(conditionOf(() => decodeText(schema, text, { options: { mode } }))).toBeNull();
  });

  it.each(tokens)("of lines fail by conditions only: %s", (token) => {
    for (const type of [types.int, types.double, types.decimal(20, 2), types.timestamp, types.binary, types.array(types.decimal(5, 2))]) {
      const schema = types.struct([{ name: "a", type, nullable: true }]);
      const condition = conditionOf(() => decodeText(schema, `{"a":${token}}\n`, { options: { mode: "FAILFAST" } }));
      expect(condition).not.toBe("INTERNAL_ERROR");
    }
  });

  it("fail by conditions only, cut and changed anywhere", () => {
    const schema = types.struct(scalars.map((type, i) => ({ name: `c${i}`, type, nullable: true })));
    const line = fc
      .tuple(fc.array(fc.tuple(fc.nat(scalars.length), fc.constantFrom(...tokens)), { maxLength: 6 }), fc.nat(200), fc.nat(255))
      .map(([members, at, byte]) => {
        const bytes = new TextEncoder().encode(`{${members.map(([name, token]) => `"c${name}":${token}`).join(",")}}`);
        if (at < bytes.length) bytes[at] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), fc.constantFrom(...modes), (lines, mode) => {
        const text = Uint8Array.from(lines.flatMap((bytes) => [...bytes, 10]));
        const condition = conditionOf(() => decodeText(schema, text, { options: { mode } }));
        expect(mode === "FAILFAST" || condition === null).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });
});
