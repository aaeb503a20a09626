import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rowsOf } from "../../../engine/arrow/columns.js";
import type { Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { createDecoder } from "../../../engine/kernel/decoder.js";
import { parseSchema } from "../../../engine/sql/ddl.js";
import { handling } from "../../runtime/testRuntime.js";
import { environment } from "./environment.js";

type Options = Readonly<Record<string, string>>;
type Row = readonly (string | null)[];

/** What Spark 4.3.0 made of hostile CSV: lines, whole files (multiLine), and one text after the other in columns of every type. */
const answers = JSON.parse(readFileSync(new URL("sparkCsv.json", import.meta.url), "utf8")) as {
  readonly lines: readonly { readonly options: Options; readonly lines: readonly string[]; readonly rows: readonly Row[] }[];
  readonly files: readonly {
    readonly options: Options;
    readonly files: readonly { readonly text: string; readonly rows: readonly Row[] }[];
  }[];
  readonly types: readonly {
    readonly type: string;
    readonly options: Options;
    readonly texts: readonly string[];
    readonly rows: readonly Row[];
  }[];
};

/** The same of what is done with quotes that are not escaped. */
const quotes = JSON.parse(readFileSync(new URL("sparkCsvQuotes.json", import.meta.url), "utf8")) as Pick<typeof answers, "files" | "lines">;

const texts = parseSchema("a string, b string, c string, _corrupt_record string");

/** Decodes a text, in pieces as the run says. */
function decode(text: string, options: Options, schema: Schema): Value[][] {
  const decoder = createDecoder({ format: "csv", schema, fileSchema: schema, options }, [], environment);
  const bytes = new TextEncoder().encode(text);
  const rows: Value[][] = [];
  for (let at = 0; ;) {
    const room = decoder.buffer();
    const piece = bytes.subarray(at, at + Math.min(room.length, handling().chunks.readBytes));
    room.set(piece);
    at += piece.length;
    const batch = decoder.decode(piece.length, piece.length === 0);
    if (batch !== null) rows.push(...rowsOf(batch));
    if (piece.length === 0) return rows;
  }
}

/** Whether a row has a value, and whether it is malformed. */
function isThere(row: readonly unknown[]): readonly boolean[] {
  return [row[0] !== null, row[2] !== null];
}

describe("what Spark made of hostile CSV", () => {
  it.each(answers.lines)("lines with $options", ({ options, lines, rows }) => {
    const ours = decode(`${lines.join("\n")}\n`, options, texts);
    // Three lines in which an escape of the escape, which is the quote, ends a value differently.
    const known = options["charToEscapeQuoteEscaping"] === undefined ? 0 : 3;
    expect(ours.length).toBe(rows.length);
    expect(ours.filter((row, i) => JSON.stringify(row) !== JSON.stringify(rows[i])).length).toBeLessThanOrEqual(known);
  });

  it.each(quotes.lines)("quotes that are not escaped, in lines with $options", ({ options, lines, rows }) => {
    const ours = decode(`${lines.join("\n")}\n`, options, texts);
    expect(ours.map((row, i) => [lines[i], row])).toEqual(rows.map((row, i) => [lines[i], row]));
  });

  it.each(quotes.files)("quotes that are not escaped, in files with $options", ({ options, files }) => {
    // Where a value that goes back to its separators holds a line end, Spark's parser runs records together: ours end there.
    const known = options["unescapedQuoteHandling"] === "BACK_TO_DELIMITER" ? 10 : 0;
    const differing = files.filter(({ text, rows }) => JSON.stringify(decode(text, options, texts)) !== JSON.stringify(rows));
    expect(differing.filter(({ text }) => known === 0 || !text.includes("\n"))).toEqual([]);
    expect(differing.length).toBeLessThanOrEqual(known);
  });

  it("a value that goes back to its separators ends records at its line ends", () => {
    const options = { multiLine: "true", unescapedQuoteHandling: "BACK_TO_DELIMITER" };
    const rows = decode('1,"a,b\nc"d,2\n3,4,5\n', options, parseSchema("a string, b string, c string"));
    expect(rows).toEqual([
      ["1", "a", "b"],
      ["cd,2\n3,4,5\n", null, null],
    ]);
  });

  it.each(answers.files)("files with $options", ({ options, files }) => {
    for (const { text, rows } of files) expect({ text, rows: decode(text, options, texts) }).toEqual({ text, rows });
  });

  it.each(answers.types)("$type with $options", ({ type, options, texts: given, rows }) => {
    const schema = parseSchema(`a ${type}, k string, _corrupt_record string`);
    const ours = decode(given.map((text) => `${text},k\n`).join(""), options, schema);
    expect(ours.map(isThere)).toEqual(rows.map(isThere));
    for (const [i, row] of ours.entries()) {
      if (typeof row[0] === "number" && type !== "date") expect(Math.fround(row[0])).toBe(Math.fround(Number(rows[i]![0])));
      if (typeof row[0] === "string") expect(row[0]).toBe(rows[i]![0]);
    }
  });
});
