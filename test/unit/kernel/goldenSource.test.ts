import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Schema } from "../../../engine/arrow/types.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import { createDecoder } from "../../../engine/kernel/decoder.js";
import { parseSchema } from "../../../engine/sql/ddl.js";
import type { GoldenRow } from "../../golden/runner/case.js";
import { toValue } from "../../golden/runner/values.js";
import { drain, environment } from "./environment.js";

interface SourceCase {
  readonly schema: string;
  readonly format: "json" | "text";
  readonly options: Readonly<Record<string, string>>;
  readonly outputSchema: readonly { readonly name: string }[];
  readonly files: readonly { readonly text?: string; readonly base64?: string; readonly gzip?: boolean }[];
  readonly query: { readonly pyspark: string };
  readonly batches: readonly { readonly numInputRows: number; readonly rows: readonly GoldenRow[] }[];
  readonly error?: { readonly condition: string; readonly sqlState: string; readonly parameters: Readonly<Record<string, string>> };
}

const folder = new URL("../../golden/cases/", import.meta.url);
/** Not of the decoder: the metadata column, whole files, one document over several lines. */
const elsewhere = ["source-json-metadata-column", "source-json-multiline", "source-text-wholetext"];
const names = readdirSync(folder)
  .filter((name) => /^source-(json|text)-/.test(name))
  .map((name) => name.replace(".json", ""));

describe("Spark's cases of the JSON and text sources", () => {
  it.each(names.filter((name) => !elsewhere.includes(name)))("%s", (name) => {
    const golden = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as SourceCase;
    const wanted = new Set(golden.outputSchema.map((field) => field.name));
    const all = parseSchema(golden.schema);
    const schema: Schema = { ...all, fields: all.fields.filter((field) => wanted.has(field.name)) };
    const decoder = createDecoder({ format: golden.format, schema, options: golden.options }, [], environment);
    for (const [i, file] of golden.files.entries()) {
      const bytes = file.base64 === undefined ? Buffer.from(file.text!) : Buffer.from(file.base64, "base64");
      const expected = golden.batches[i];
      if (expected === undefined) {
        expect(() => drain(decoder, bytes, 7)).toThrow(
          golden.error === undefined ? StreamingError : expect.objectContaining(errorOf(golden)),
        );
        return;
      }
      const { rows, rowsRead } = drain(decoder, bytes, 7);
      expect(rows).toEqual(expected.rows.map((row) => toValue(schema, row)));
      expect(rowsRead).toBe(expected.numInputRows);
    }
  });
});

function errorOf(golden: SourceCase): object {
  const { condition, sqlState, parameters } = golden.error!;
  return { condition, sqlState, parameters };
}
