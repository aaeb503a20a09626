import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../../engine/arrow/batch.js";
import { columnFromValues } from "../../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import { createDecoder } from "../../../engine/kernel/decoder.js";
import { createJsonColumnDecoder } from "../../../engine/kernel/json/jsonColumnDecoder.js";
import { createJsonLinesWriter } from "../../../engine/kernel/json/jsonWriter.js";
import { parseDataType, parseSchema } from "../../../engine/sql/ddl.js";
import { environment } from "./environment.js";

/**
 * What Spark 4.3.0 made of hostile lines: `spark.read.json` (kind source) and `from_json`, shown as `to_json(…, map('ignoreNullFields', 'false'))` shows it. So
 * these cases ask the decoders and the writer at once. Texts are base64.
 */
type Answer =
  | { kind: "source"; schema: string; options: Record<string, string>; text: string; rows: string[] }
  | { kind: "from_json"; type: string; options: Record<string, string>; texts: string[]; results: string[] };

const answers = JSON.parse(readFileSync(new URL("sparkAnswers.json", import.meta.url), "utf8")) as Answer[];

function written(batch: Batch): string[] {
  const writer = createJsonLinesWriter({ ...environment, options: { ignoreNullFields: "false" } });
  writer.write(batch);
  return new TextDecoder().decode(writer.take()).split("\n").slice(0, -1);
}

describe("what Spark made of hostile lines", () => {
  it.each(answers.flatMap((answer) => (answer.kind === "source" ? [answer] : [])))(
    "source $schema $options",
    ({ schema: ddl, options, text, rows }) => {
      const schema: Schema = parseSchema(ddl);
      const decoder = createDecoder({ format: "json", schema, options }, [], environment);
      const bytes = Buffer.from(text, "base64");
      decoder.buffer().set(bytes);
      const batch = decoder.decode(bytes.length, true);
      expect(batch === null ? [] : written(batch)).toEqual(rows);
    },
  );

  it.each(answers.flatMap((answer) => (answer.kind === "from_json" ? [answer] : [])))(
    "from_json $type $options",
    ({ type: text, options, texts, results }) => {
      const type = /^(array|map)</.test(text) ? parseDataType(text) : parseSchema(text);
      const decoder = createJsonColumnDecoder(type, { ...environment, options });
      const inputs = columnFromValues(
        types.binary,
        texts.map((base64) => new Uint8Array(Buffer.from(base64, "base64"))),
      );
      const column = decoder.decodeColumn(inputs);
      expect(written({ schema: types.struct([field("x", type)]), columns: [column], length: texts.length })).toEqual(results);
    },
  );
});
