import * as arrow from "apache-arrow";
import { assert } from "../errors/assert.js";
import { fromArrowSchema, toArrowSchema } from "./arrowTypes.js";
import type { Batch } from "./batch.js";
import { columnFromArrow, fromArrow } from "./fromArrow.js";
import { toArrow } from "./toArrow.js";
import type { Schema } from "./types.js";

/** Arrow at the edges: the only modules that need apache-arrow. It takes 80 ms to load, so import this one lazily. */
export { columnFromArrow, fromArrowSchema, toArrowSchema, fromArrow, toArrow };

/** The same as an IPC stream: what parquet-wasm and sockets take. */
export function encodeIpcStream(batches: readonly Batch[], schema: Schema | undefined = batches[0]?.schema): Uint8Array {
  return encode(arrow.RecordBatchStreamWriter, batches, schema);
}

/**
 * An IPC stream in its parts, which are also the batch's own buffers: nothing is copied, so nobody may write to these until the parts were used. Columns of one name
 * get names of their own: apache-arrow writes no rows where such columns are of different types.
 */
export function ipcStreamParts(batch: Batch): readonly Uint8Array[] {
  const sink = new PartList();
  const writer = new arrow.RecordBatchStreamWriter();
  const schema = withOwnNames(batch.schema);
  writer.reset(sink, toArrowSchema(schema));
  writer.write(toArrow({ ...batch, schema }));
  writer.finish();
  return sink.parts;
}

function withOwnNames(schema: Schema): Schema {
  const names = new Set(schema.fields.map(({ name }) => name));
  if (names.size === schema.fields.length) return schema;
  return { ...schema, fields: schema.fields.map((field, place) => ({ ...field, name: `${place}_${field.name}` })) };
}

class PartList extends arrow.AsyncByteQueue {
  readonly parts: Uint8Array[] = [];

  override write(part: Uint8Array): void {
    if (part.byteLength > 0) this.parts.push(part);
  }
}

/** The same as an IPC file. */
export function encodeIpcFile(batches: readonly Batch[], schema: Schema): Uint8Array {
  return encode(arrow.RecordBatchFileWriter, batches, schema);
}

function encode(Writer: new () => arrow.RecordBatchWriter, batches: readonly Batch[], schema: Schema | undefined): Uint8Array {
  assert(schema !== undefined, "an IPC file needs a schema");
  const writer = new Writer();
  writer.reset(undefined, toArrowSchema(schema));
  for (const batch of batches) {
    assert(batch.columns.length === schema.fields.length, "a batch has the columns of its file");
    // A batch may promise more than its file, that a column has no nulls: apache-arrow writes no rows of a batch whose schema is another.
    writer.write(toArrow({ ...batch, schema }));
  }
  writer.finish();
  return writer.toUint8Array(true);
}

/**
 * The batches of an IPC file or stream, each in buffers of its own.
 *
 * @param schema the types wanted, by position. Default: those of the file
 */
export function decodeIpc(bytes: Uint8Array, schema?: Schema): Batch[] {
  const reader = arrow.RecordBatchReader.from(bytes);
  reader.open();
  const decoded = schema ?? fromArrowSchema(reader.schema);
  return [...reader].map((recordBatch) => fromArrow(recordBatch, decoded));
}

/** The batches of an IPC stream as Arrow has them, one after the other: buffers of the stream itself. */
export function ipcBatches(bytes: Uint8Array): Iterator<arrow.RecordBatch> {
  return arrow.RecordBatchReader.from(bytes)[Symbol.iterator]();
}
