import * as fc from "fast-check";
import { expect, test } from "vitest";
import { batchOf } from "../../../engine/arrow/batch.js";
import { rowsOf, sliceBatch } from "../../../engine/arrow/columns.js";
import { fromRaw, paddingOf, rawBytes, toRaw } from "../../../engine/arrow/rawBatch.js";
import { anyTable, encodedAs } from "./arbitraries.js";

test("batches of any types, encodings and slices come back from their bytes", () => {
  fc.assert(
    fc.property(anyTable, fc.nat(), fc.nat(), ({ schema, rows, seed }, cut, end) => {
      const columns = schema.fields.map(({ type }, i) =>
        encodedAs(
          type,
          rows.map((row) => row[i]!),
          seed + i,
        ),
      );
      const start = cut % (rows.length + 1);
      const stop = start + (end % (rows.length - start + 1));
      const raw = toRaw(sliceBatch(batchOf(schema, columns, rows.length), start, stop));
      const bytes = Buffer.concat(raw.parts.flatMap((part) => [part, Buffer.alloc(paddingOf(part.byteLength))]));
      expect(bytes.length).toBe(rawBytes(raw));
      const aligned = new Uint8Array(new ArrayBuffer(bytes.length));
      aligned.set(bytes);
      const back = fromRaw(schema, JSON.parse(JSON.stringify({ shapes: raw.shapes, length: raw.length })) as typeof raw, aligned);
      expect(rowsOf(back)).toEqual(rows.slice(start, stop));
    }),
  );
});
