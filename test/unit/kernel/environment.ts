import type { Batch } from "../../../engine/arrow/batch.js";
import { readValue } from "../../../engine/arrow/columns.js";
import type { Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { PushedFilter } from "../../../engine/contract/source.js";
import { createDecoder, type Decoder, type DecoderEnvironment } from "../../../engine/kernel/decoder.js";

export const environment: DecoderEnvironment = { zone: "UTC" };

export interface Decoded {
  readonly rows: Value[][];
  readonly rowsRead: number;
}

/** Decodes text as it comes out of a file that is read in pieces of `pieceBytes`. */
export function decodeText(
  schema: Schema,
  text: string | Uint8Array,
  settings: {
    options?: Record<string, string>;
    filters?: readonly PushedFilter[];
    pieceBytes?: number;
    environment?: Partial<DecoderEnvironment>;
    format?: "json" | "text";
  } = {},
): Decoded {
  const spec = { format: settings.format ?? ("json" as const), schema, options: settings.options ?? {} };
  const decoder = createDecoder(spec, settings.filters ?? [], { ...environment, ...settings.environment });
  return drain(decoder, typeof text === "string" ? new TextEncoder().encode(text) : text, settings.pieceBytes ?? Infinity);
}

/** Feeds one partition to a decoder and collects its rows. */
export function drain(decoder: Decoder, bytes: Uint8Array, pieceBytes: number): Decoded {
  const rows: Value[][] = [];
  const before = decoder.rowsRead;
  for (let at = 0; ;) {
    const into = decoder.buffer();
    const count = Math.min(into.length, pieceBytes, bytes.length - at);
    into.set(bytes.subarray(at, at + count));
    at += count;
    const batch = decoder.decode(count, count === 0);
    if (batch !== null) rows.push(...rowsOfBatch(batch));
    if (count === 0) return { rows, rowsRead: decoder.rowsRead - before };
  }
}

function rowsOfBatch(batch: Batch): Value[][] {
  return Array.from({ length: batch.length }, (_, row) => batch.columns.map((column) => readValue(column, row)));
}
