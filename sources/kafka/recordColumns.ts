import type { DecodedRecords, Views, WantedColumns } from "../../connectors/kafka/recordDecoder.js";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import type { Column } from "../../engine/arrow/column.js";
import { types, type DataType, type Field, type Schema } from "../../engine/arrow/types.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Milliseconds whose microseconds are still safe integers. */
const maxFloatMs = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** Makes columns of the requested schema out of decoded records, without copying keys and values. */
export class RecordColumns {
  readonly wanted: WantedColumns;
  private readonly topicBytes: Uint8Array;

  constructor(
    private readonly schema: Schema,
    private readonly topic: string,
    private readonly partition: number,
  ) {
    const names = new Set(schema.fields.map((field) => field.name));
    this.wanted = {
      key: names.has("key"),
      value: names.has("value"),
      // A timestamp that cannot be kept is reported by its offset.
      offset: names.has("offset") || names.has("timestamp"),
      timestamp: names.has("timestamp"),
      timestampType: names.has("timestampType"),
      headers: names.has("headers"),
    };
    this.topicBytes = new TextEncoder().encode(topic);
  }

  /** Borrowed as the records are. */
  batchOf(records: DecodedRecords): Batch {
    const columns = this.schema.fields.map((field) => this.column(field, records));
    return batchOf(this.schema, columns, records.count);
  }

  private column(field: Field, records: DecodedRecords): Column {
    const { type } = field;
    const { count: length } = records;
    switch (field.name) {
      case "key":
        return viewColumn(type, records.data, records.keys, length);
      case "value":
        return viewColumn(type, records.data, records.values, length);
      case "topic":
        return { type, encoding: "constant", length, nulls: null, value: this.topicColumn() };
      case "partition": {
        const value: Column = { type, encoding: "i32", length: 1, nulls: null, values: Int32Array.of(this.partition) };
        return { type, encoding: "constant", length, nulls: null, value };
      }
      case "offset":
        return { type, encoding: "f64", length, nulls: null, values: records.offsets.subarray(0, length) };
      case "timestamp":
        return this.timestampColumn(records);
      case "timestampType":
        return { type, encoding: "i32", length, nulls: null, values: records.timestampTypes.subarray(0, length) };
      default:
        return headersColumn(type, records);
    }
  }

  private topicColumn(): Column {
    const { topicBytes: data } = this;
    return { type: types.string, encoding: "utf8", length: 1, nulls: null, data, offsets: Int32Array.of(0, data.length) };
  }

  private timestampColumn({ timestamps, offsets, count: length }: DecodedRecords): Column {
    const values = timestamps.subarray(0, length);
    let isSafe = true;
    for (let i = 0; i < length; i++) {
      if (Math.abs(values[i]!) > maxFloatMs) isSafe = false;
    }
    if (!isSafe) return this.wideTimestampColumn(values, offsets);
    for (let i = 0; i < length; i++) values[i] = values[i]! * 1000;
    return { type: types.timestamp, encoding: "f64", length, nulls: null, values };
  }

  /** Times beyond the year 2255. */
  private wideTimestampColumn(milliseconds: Float64Array, offsets: Float64Array): Column {
    const values = BigInt64Array.from(milliseconds, (ms, i) => {
      const microseconds = BigInt(ms) * 1000n;
      if (BigInt.asIntN(64, microseconds) === microseconds) return microseconds;
      const topicPartition = `${this.topic}-${this.partition}`;
      throw new StreamingError("KAFKA_TIMESTAMP_OUT_OF_RANGE", { topicPartition, offset: String(offsets[i]) });
    });
    return { type: types.timestamp, encoding: "i64", length: values.length, nulls: null, values };
  }
}

function viewColumn(type: DataType, data: Uint8Array, views: Views, length: number): Column {
  return {
    type,
    encoding: "view",
    length,
    nulls: views.anyNull ? views.nulls.subarray(0, length) : null,
    data,
    starts: views.starts.subarray(0, length),
    lengths: views.lengths.subarray(0, length),
  };
}

/** array<struct<key, value>>, perhaps with one of the two pruned; null where a record has no headers, as in Spark. */
function headersColumn(type: DataType, records: DecodedRecords): Column {
  assert(type.kind === "array" && type.element.kind === "struct", "headers is an array of structs");
  const { count: length, data } = records;
  const offsets = records.headerOffsets.subarray(0, length + 1);
  const total = offsets[length]!;
  const children = type.element.fields.map((field) =>
    viewColumn(field.type, data, field.name === "key" ? records.headerKeys : records.headerValues, total),
  );
  const nulls = new Uint8Array(length);
  for (let i = 0; i < length; i++) nulls[i] = offsets[i] === offsets[i + 1] ? 1 : 0;
  const element: Column = { type: type.element, encoding: "struct", length: total, nulls: null, children };
  return { type, encoding: "list", length, nulls: nulls.includes(1) ? nulls : null, offsets, element };
}
