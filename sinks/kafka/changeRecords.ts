import type { ByteViews, HeaderViews } from "../../connectors/kafka/recordEncoder.js";
import type { Column } from "../../engine/arrow/column.js";
import { readValue } from "../../engine/arrow/columns.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { RecordViews } from "./recordViews.js";

/**
 * Changes by key: a record with its value for what is there now, one without a value (a tombstone) for what is not there any more.
 *
 * @param kinds `_change_type` of each row
 * @throws KAFKA_NULL_IN_UPSERT
 */
export function asUpserts(views: RecordViews, kinds: Column): RecordViews {
  const { keys, values } = views;
  const isDelete = kindsOf(kinds).map((kind) => kind === "delete");
  const lengths = values.lengths.slice(0, isDelete.length);
  for (let row = 0; row < lengths.length; row++) {
    if (keys.lengths[row]! < 0) throw new StreamingError("KAFKA_NULL_IN_UPSERT", { column: "key", meaning: "stands for no row" });
    if (isDelete[row]) lengths[row] = -1;
    else if (lengths[row]! < 0) throw new StreamingError("KAFKA_NULL_IN_UPSERT", { column: "value", meaning: "says that the row is gone" });
  }
  return { ...views, values: { ...values, lengths } };
}

/** The name of the header that says what a record is, where every change is one. */
export const changeHeader = "_change_type";

/** Every change as a record: what it is stands in a header, behind those that the row has. */
export function withChangeHeader(views: RecordViews, kinds: Column): RecordViews {
  const own = kindsOf(kinds).map((kind) => [changeHeader, kind] as const);
  const given = views.headers;
  const texts = own.map(([name, kind], row) => [...(given === null ? [] : headersAt(given, row)), [bytesOf(name), bytesOf(kind)] as const]);
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((headers, row) => (offsets[row + 1] = offsets[row]! + headers.length));
  const all = texts.flat();
  const headers = { offsets, nulls: null, keys: viewsOf(all.map(([name]) => name)), values: viewsOf(all.map(([, value]) => value)) };
  return { ...views, headers };
}

type Header = readonly [name: Uint8Array, value: Uint8Array | null];

function headersAt({ offsets, nulls, keys, values }: HeaderViews, row: number): Header[] {
  if (nulls !== null && nulls[row] === 1) return [];
  const headers: Header[] = [];
  for (let i = offsets[row]!; i < offsets[row + 1]!; i++) headers.push([bytesAt(keys, i)!, bytesAt(values, i)]);
  return headers;
}

function bytesAt({ data, starts, lengths }: ByteViews, i: number): Uint8Array | null {
  return lengths[i]! < 0 ? null : data.subarray(starts[i], starts[i]! + lengths[i]!);
}

function viewsOf(texts: readonly (Uint8Array | null)[]): ByteViews {
  const starts = new Int32Array(texts.length);
  const lengths = Int32Array.from(texts, (text) => text?.length ?? -1);
  let end = 0;
  texts.forEach((text, i) => {
    starts[i] = end;
    end += text?.length ?? 0;
  });
  const data = new Uint8Array(end);
  texts.forEach((text, i) => text && data.set(text, starts[i]));
  return { data, starts, lengths };
}

const encoder = new TextEncoder();

function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

function kindsOf(kinds: Column): string[] {
  return Array.from({ length: kinds.length }, (_, row) => readValue(kinds, row) as string);
}
