import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { typeName } from "../../../engine/arrow/types.js";
import type { BytesReader } from "../../../engine/contract/source.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { inferJsonSchema } from "../../../sources/files/inferJson.js";
import { jsonProvider } from "../../../sources/files/source.js";
import { handling } from "../../runtime/testRuntime.js";
import { growth, linearGrowth } from "../scaling.js";
import { put, temporaryFolder } from "./support.js";

/** Bytes as a file that is opened. */
function opened(bytes: Uint8Array): () => Promise<BytesReader> {
  return async () => {
    let at = 0;
    return {
      kind: "bytes",
      async read(into) {
        const piece = bytes.subarray(at, at + Math.min(into.length, handling().chunks.readBytes));
        into.set(piece);
        at += piece.length;
        return piece.length;
      },
      close: async () => {},
    };
  };
}

async function inferred(lines: readonly string[], options: Record<string, string> = {}): Promise<string | null> {
  const schema = await inferJsonSchema([opened(new TextEncoder().encode(lines.join("\n")))], options);
  return schema && typeName(schema);
}

/** What Spark 4.3.0 infers of single documents, by options. */
const answers = JSON.parse(readFileSync(new URL("sparkJsonInference.json", import.meta.url), "utf8")) as readonly {
  readonly options: Record<string, string>;
  readonly documents: readonly (readonly [text: string, schema: string])[];
}[];

const text = (n: number, line: (i: number) => string, between: string): Uint8Array =>
  new TextEncoder().encode(Array.from({ length: n }, (_, i) => line(i)).join(between));
const infer = (bytes: Uint8Array): unknown => inferJsonSchema([opened(bytes)], {});
const inOne = (n: number): Uint8Array => new TextEncoder().encode(`{${new TextDecoder().decode(text(n, (i) => `"k${i}":${i}`, ","))}}`);

describe("the schema of JSON lines", () => {
  test.each(answers)("is Spark's with $options", async ({ options, documents }) => {
    const ours = await Promise.all(documents.map(([document]) => inferred([document], options)));
    expect(documents.map(([document], i) => [document, ours[i]])).toEqual(documents);
  });

  test("follows Spark's rules", async () => {
    expect(await inferred(['{"b":1,"a":"x","c":true,"d":null,"e":1.5}'])).toBe("struct<a:string,b:bigint,c:boolean,d:string,e:double>");
    expect(await inferred(['{"a":1}', '{"a":1.5}'])).toBe("struct<a:double>");
    expect(await inferred(['{"a":1}', '{"a":"x"}', '{"a":[1]}'])).toBe("struct<a:string>");
    expect(await inferred(['{"a":9223372036854775807}', '{"b":9223372036854775808}'])).toBe("struct<a:bigint,b:decimal(19,0)>");
    expect(await inferred(['{"a":1}', '{"a":9223372036854775808}'])).toBe("struct<a:decimal(20,0)>");
    expect(await inferred([`{"a":1${"0".repeat(38)}}`])).toBe("struct<a:double>");
    expect(await inferred(['{"a":{"x":1}}', '{"a":{"y":"z"}}'])).toBe("struct<a:struct<x:bigint,y:string>>");
    expect(await inferred(['{"a":[]}', '{"a":[null,1]}', '{"a":[2.5]}'])).toBe("struct<a:array<double>>");
    expect(await inferred(['{"a":[],"b":{}}'])).toBe("struct<a:array<string>>");
    expect(await inferred(['[{"a":1},{"b":2}]', "", "  "])).toBe("struct<a:bigint,b:bigint>");
    expect(await inferred(['{"a\\u0062":1}'])).toBe("struct<ab:bigint>");
  });

  test("kind: recursion without a limit: documents that are nested deeper than Spark's parser goes are malformed, whatever they are made of", async () => {
    for (const [open, close] of [
      ['{"a":', "}"],
      ["[", "]"],
    ] as const) {
      const nested = (depth: number): string => `{"x":${open.repeat(depth)}1${close.repeat(depth)}}`;
      expect(await inferred([nested(100)])).toMatch(/^struct<x:/);
      for (const depth of [1001, 100_000]) expect(await inferred([nested(depth)])).toBe("struct<_corrupt_record:string>");
    }
    expect(await inferred([`{"a":"${"é".repeat(5_000_000)}"}`, `{"a":"${'\\"'.repeat(1_000_000)}"}`])).toBe("struct<a:string>");
    expect(await inferred(['{"a":"x\u0001"}', '{"a":"\\x"}', '{"a":"x', '{"a":"x\\'])).toBe("struct<_corrupt_record:string>");
  });

  test("kind: more than linear: keys of one line, or of as many lines, and digits", async () => {
    expect(await growth(inOne, infer, 2500)).toBeLessThan(linearGrowth);
    expect(await growth((n) => text(n, (i) => `{"k${i}":${i}}`, "\n"), infer, 2500)).toBeLessThan(linearGrowth);
    expect(await growth((n) => new TextEncoder().encode(`{"a":${"9".repeat(n)}}`), infer, 500_000)).toBeLessThan(linearGrowth);
  });

  test("keeps malformed lines in a column, drops them or refuses them, by mode", async () => {
    const lines = ['{"a":1}', "{nonsense", "5"];
    expect(await inferred(lines)).toBe("struct<_corrupt_record:string,a:bigint>");
    expect(await inferred(lines, { columnNameOfCorruptRecord: "bad" })).toBe("struct<a:bigint,bad:string>");
    expect(await inferred(lines, { mode: "dropmalformed" })).toBe("struct<a:bigint>");
    await expect(inferred(lines, { mode: "FAILFAST" })).rejects.toMatchObject({ condition: "MALFORMED_RECORD_IN_SCHEMA_INFERENCE" });
  });

  test("heeds its options", async () => {
    expect(await inferred(['{"a":1,"b":true,"c":null}'], { primitivesAsString: "true" })).toBe("struct<a:string,b:string,c:string>");
    expect(await inferred(['{"a":12.50,"b":1e-3}'], { prefersDecimal: "true" })).toBe("struct<a:decimal(4,2),b:decimal(3,3)>");
    expect(await inferred(['[{"a":\n1},\n{"b":2}]'], { multiLine: "true" })).toBe("struct<a:bigint,b:bigint>");
    const nulls = ['{"a":1,"b":null,"c":[],"d":{"e":null},"f":[{"g":null,"h":"x"}]}'];
    expect(await inferred(nulls, { dropFieldIfAllNull: "true" })).toBe("struct<a:bigint,f:array<struct<h:string>>>");
    expect(await inferred(nulls)).toBe("struct<a:bigint,b:string,c:array<string>,d:struct<e:string>,f:array<struct<g:string,h:string>>>");
    expect(await inferred(['{"a":1e5,"b":12e-2}'], { prefersDecimal: "true" })).toBe("struct<a:decimal(6,0),b:decimal(2,2)>");
    expect(await inferred(['{"a":"2020-01-01"}|{"a":"x"}|{"b":"2020"}'], { inferTimestamp: "true", lineSep: "|" })).toBe(
      "struct<a:string,b:timestamp>",
    );
  });

  test("is read from all files of a path; none gives a condition", async () => {
    const folder = await temporaryFolder();
    const runtime = systemRuntime();
    await expect(jsonProvider.inferSchema!({ path: folder }, runtime, {})).rejects.toMatchObject({ condition: "UNABLE_TO_INFER_SCHEMA" });
    await put(join(folder, "1.json"), '{"a":1}', 100);
    await put(join(folder, "2.json"), '{"b":"x"}', 100);
    expect(typeName(await jsonProvider.inferSchema!({ path: folder }, runtime, {}))).toBe("struct<a:bigint,b:string>");
  });
});
