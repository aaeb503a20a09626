import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowsOf } from "../../engine/arrow/columns.js";
import { createDecoder } from "../../engine/kernel/decoder.js";
import { parseSchema } from "../../engine/sql/ddl.js";
import { handling } from "../runtime/testRuntime.js";
import { runs } from "./runs.js";

const schema = parseSchema("a string, b string, c string");

/** Fields as they may stand in well-formed CSV: bare, or within quotes, where quotes are doubled. */
const character = fc.constantFrom("a", "é", "日", " ", ",", ";", '"', "\n", "#", "\\", "1");
const value = fc.string({ unit: character, maxLength: 6 });
const field = fc.tuple(value, fc.boolean()).map(([text, quoted]) => {
  const needsQuotes = /[",;\n\\]/.test(text) || text === "";
  return { text, written: quoted || needsQuotes ? `"${text.replaceAll('"', '""')}"` : text };
});

test("well-formed CSV is read as csv-parse reads it, however it is cut", () => {
  const records = fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(records, fc.constantFrom(",", ";"), fc.constantFrom("\n", "\r\n"), (rows, separator, lineEnd) => {
      const text = rows.map((row) => row.map(({ written }) => written).join(separator) + lineEnd).join("");
      const options = { sep: separator, escape: '"', multiLine: "true", lineSep: lineEnd, nullValue: "\u0001" };
      const decoder = createDecoder({ format: "csv", schema, fileSchema: schema, options }, [], { zone: "UTC" });
      const bytes = new TextEncoder().encode(text);
      const ours: unknown[][] = [];
      for (let at = 0, atEnd = false; !atEnd;) {
        const room = decoder.buffer();
        const piece = bytes.subarray(at, at + Math.min(room.length, handling().chunks.readBytes));
        room.set(piece);
        at += piece.length;
        atEnd = piece.length === 0;
        const batch = decoder.decode(piece.length, atEnd);
        if (batch !== null) ours.push(...rowsOf(batch));
      }
      const theirs = parse(text, { delimiter: separator, record_delimiter: lineEnd, relax_column_count: true });
      expect(ours).toEqual(theirs);
    }),
    { numRuns: runs(300) },
  );
});
