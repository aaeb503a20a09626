import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { typeName } from "../../../engine/arrow/types.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { inferJsonSchema } from "../../../sources/files/inferJson.js";
import { jsonProvider } from "../../../sources/files/source.js";
import { growth, linearGrowth } from "../scaling.js";
import { put, temporaryFolder } from "./support.js";

function inferred(lines: readonly string[], options: Record<string, string> = {}): string | null {
  const schema = inferJsonSchema([new TextEncoder().encode(lines.join("\n"))], options);
  return schema && typeName(schema);
}

const text = (n: number, line: (i: number) => string, between: string): Uint8Array =>
  new TextEncoder().encode(Array.from({ length: n }, (_, i) => line(i)).join(between));
const infer = (bytes: Uint8Array): unknown => inferJsonSchema([bytes], {});
const inOne = (n: number): Uint8Array => new TextEncoder().encode(`{${new TextDecoder().decode(text(n, (i) => `"k${i}":${i}`, ","))}}`);

describe("the schema of JSON lines", () => {
  test("follows Spark's rules", () => {
    expect(inferred(['{"b":1,"a":"x","c":true,"d":null,"e":1.5}'])).toBe("struct<a:string,b:bigint,c:boolean,d:string,e:double>");
    expect(inferred(['{"a":1}', '{"a":1.5}'])).toBe("struct<a:double>");
    expect(inferred(['{"a":1}', '{"a":"x"}', '{"a":[1]}'])).toBe("struct<a:string>");
    expect(inferred(['{"a":9223372036854775807}', '{"b":9223372036854775808}'])).toBe("struct<a:bigint,b:decimal(19,0)>");
    expect(inferred(['{"a":1}', '{"a":9223372036854775808}'])).toBe("struct<a:decimal(20,0)>");
    expect(inferred([`{"a":1${"0".repeat(38)}}`])).toBe("struct<a:double>");
    expect(inferred(['{"a":{"x":1}}', '{"a":{"y":"z"}}'])).toBe("struct<a:struct<x:bigint,y:string>>");
    expect(inferred(['{"a":[]}', '{"a":[null,1]}', '{"a":[2.5]}'])).toBe("struct<a:array<double>>");
    expect(inferred(['{"a":[],"b":{}}'])).toBe("struct<a:array<string>>");
    expect(inferred(['[{"a":1},{"b":2}]', "", "  "])).toBe("struct<a:bigint,b:bigint>");
    expect(inferred(['{"a\\u0062":1}'])).toBe("struct<ab:bigint>");
  });

  test("kind: recursion without a limit: documents that are nested deeper than Spark's parser goes are malformed, whatever they are made of", () => {
    for (const [open, close] of [
      ['{"a":', "}"],
      ["[", "]"],
    ] as const) {
      const nested = (depth: number): string => `{"x":${open.repeat(depth)}1${close.repeat(depth)}}`;
      expect(inferred([nested(100)])).toMatch(/^struct<x:/);
      for (const depth of [1001, 100_000]) expect(inferred([nested(depth)])).toBe("struct<_corrupt_record:string>");
    }
    expect(inferred([`{"a":"${"é".repeat(5_000_000)}"}`, `{"a":"${'\\"'.repeat(1_000_000)}"}`])).toBe("struct<a:string>");
    expect(inferred(['{"a":"x\u0001"}', '{"a":"\\x"}', '{"a":"x', '{"a":"x\\'])).toBe("struct<_corrupt_record:string>");
  });

  test("kind: more than linear: keys of one line, or of as many lines, and digits", async () => {
    expect(await growth(inOne, infer, 2500)).toBeLessThan(linearGrowth);
    expect(await growth((n) => text(n, (i) => `{"k${i}":${i}}`, "\n"), infer, 2500)).toBeLessThan(linearGrowth);
    expect(await growth((n) => new TextEncoder().encode(`{"a":${"9".repeat(n)}}`), infer, 500_000)).toBeLessThan(linearGrowth);
  });

  test("keeps malformed lines in a column, drops them or refuses them, by mode", () => {
    const lines = ['{"a":1}', "{nonsense", "5"];
    expect(inferred(lines)).toBe("struct<_corrupt_record:string,a:bigint>");
    expect(inferred(lines, { columnNameOfCorruptRecord: "bad" })).toBe("struct<a:bigint,bad:string>");
    expect(inferred(lines, { mode: "dropmalformed" })).toBe("struct<a:bigint>");
    expect(() => inferred(lines, { mode: "FAILFAST" })).toThrow(
      expect.objectContaining({ condition: "MALFORMED_RECORD_IN_SCHEMA_INFERENCE" }),
    );
  });

  test("heeds the options it knows and refuses the others", () => {
    expect(inferred(['{"a":1,"b":true,"c":null}'], { primitivesAsString: "true" })).toBe("struct<a:string,b:string,c:string>");
    expect(inferred(['{"a":12.50,"b":1e-3}'], { prefersDecimal: "true" })).toBe("struct<a:decimal(4,2),b:decimal(3,3)>");
    expect(inferred(['[{"a":\n1},\n{"b":2}]'], { multiLine: "true" })).toBe("struct<a:bigint,b:bigint>");
    const nulls = ['{"a":1,"b":null,"c":[],"d":{"e":null},"f":[{"g":null,"h":"x"}]}'];
    expect(inferred(nulls, { dropFieldIfAllNull: "true" })).toBe("struct<a:bigint,f:array<struct<h:string>>>");
    expect(inferred(nulls)).toBe("struct<a:bigint,b:string,c:array<string>,d:struct<e:string>,f:array<struct<g:string,h:string>>>");
    expect(() => inferred(["{}"], { inferTimestamp: "true" })).toThrow(expect.objectContaining({ condition: "NOT_YET_SUPPORTED" }));
  });

  test("is read from all files of a path; none gives a condition", async () => {
    const folder = await temporaryFolder();
    const runtime = systemRuntime();
    await expect(jsonProvider.inferSchema!({ path: folder }, runtime)).rejects.toMatchObject({ condition: "UNABLE_TO_INFER_SCHEMA" });
    await put(join(folder, "1.json"), '{"a":1}', 100);
    await put(join(folder, "2.json"), '{"b":"x"}', 100);
    expect(typeName(await jsonProvider.inferSchema!({ path: folder }, runtime))).toBe("struct<a:bigint,b:string>");
  });
});
