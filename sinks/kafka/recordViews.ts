import type { ByteViews, HeaderViews } from "../../connectors/kafka/recordEncoder.js";
import type { Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import { plainColumn } from "../../engine/arrow/columns.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { RecordFields } from "./options.js";

/** The columns of a batch as the record encoder wants them. */
export interface RecordViews {
  readonly keys: ByteViews;
  readonly values: ByteViews;
  readonly headers: HeaderViews | null;
  /** Null when one topic is for all rows. */
  readonly topics: ByteViews | null;
  /** The partition of each row, -1 where the sink chooses; null when it always does. */
  readonly partitions: Int32Array | null;
}

/** Borrowed as the batch is. */
export function recordViews(batch: Batch, fields: RecordFields): RecordViews {
  const column = (index: number): Column | null => (index < 0 ? null : batch.columns[index]!);
  const [headers, topic, partition] = [column(fields.headers), column(fields.topic), column(fields.partition)];
  return {
    keys: byteViews(column(fields.key), batch.length),
    values: byteViews(column(fields.value), batch.length),
    headers: headers && headerViews(headers),
    topics: topic && byteViews(topic, batch.length),
    partitions: partition && partitionNumbers(partition),
  };
}

function byteViews(column: Column | null, length: number): ByteViews {
  const plain = column && plainColumn(column);
  if (plain === null || plain.encoding === "null") {
    return { data: new Uint8Array(0), starts: new Int32Array(length), lengths: new Int32Array(length).fill(-1) };
  }
  assert(plain.encoding === "view" || plain.encoding === "utf8", `strings and binaries are not encoded as ${plain.encoding}`);
  const { data, nulls } = plain;
  if (plain.encoding === "view") {
    if (nulls === null) return { data, starts: plain.starts, lengths: plain.lengths };
    return { data, starts: plain.starts, lengths: plain.lengths.map((bytes, i) => (nulls[i] === 1 ? -1 : bytes)) };
  }
  const { offsets } = plain;
  const lengths = new Int32Array(length);
  for (let i = 0; i < length; i++) lengths[i] = nulls !== null && nulls[i] === 1 ? -1 : offsets[i + 1]! - offsets[i]!;
  return { data, starts: offsets, lengths };
}

function headerViews(column: Column): HeaderViews | null {
  const list = plainColumn(column);
  if (list.encoding === "null") return null;
  assert(list.encoding === "list", "headers are a list");
  const element = plainColumn(list.element);
  if (element.encoding === "null") return { offsets: list.offsets, nulls: list.nulls, ...noEntries(element.length) };
  assert(element.encoding === "struct", "headers are structs");
  const keys = byteViews(element.children[0]!, element.length);
  const values = byteViews(element.children[1]!, element.length);
  checkHeaderKeys(list.offsets, list.nulls, keys.lengths, element.nulls);
  return { offsets: list.offsets, nulls: list.nulls, keys, values };
}

function noEntries(length: number): { keys: ByteViews; values: ByteViews } {
  assert(length === 0, "a header must not be null");
  return { keys: byteViews(null, 0), values: byteViews(null, 0) };
}

/** Kafka has no headers without a key. */
function checkHeaderKeys(offsets: Int32Array, nulls: Uint8Array | null, keyLengths: Int32Array, elementNulls: Uint8Array | null): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    if (nulls !== null && nulls[row] === 1) continue;
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      if (keyLengths[i]! < 0 || (elementNulls !== null && elementNulls[i] === 1)) throw new StreamingError("KAFKA_NULL_HEADER_KEY");
    }
  }
}

function partitionNumbers(column: Column): Int32Array {
  const plain = plainColumn(column);
  if (plain.encoding === "null") return new Int32Array(plain.length).fill(-1);
  assert(plain.encoding === "i32", `partitions are not encoded as ${plain.encoding}`);
  const { nulls, values } = plain;
  // A negative number is no partition; it must not pass for "the sink chooses".
  return values.map((partition, i) => (nulls !== null && nulls[i] === 1 ? -1 : partition < 0 ? 0x7fff_ffff : partition));
}
