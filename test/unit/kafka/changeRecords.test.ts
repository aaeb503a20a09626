import { expect, test } from "vitest";
import { batchFromRows, columnFromValues } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { ByteViews } from "../../../connectors/kafka/recordEncoder.js";
import { asUpserts, withChangeHeader } from "../../../sinks/kafka/changeRecords.js";
import { recordFields } from "../../../sinks/kafka/options.js";
import { recordViews } from "../../../sinks/kafka/recordViews.js";

const headers = types.array(types.struct([field("key", types.string), field("value", types.binary)]));
const schema = types.struct([field("key", types.string), field("value", types.string), field("headers", headers)]);
const viewsOf = (rows: Value[][]) => recordViews(batchFromRows(schema, rows), recordFields(schema, "t"));
const kindsOf = (...kinds: string[]) => columnFromValues(types.string, kinds);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function texts({ data, starts, lengths }: ByteViews, count: number): (string | null)[] {
  return Array.from({ length: count }, (_, i) =>
    lengths[i]! < 0 ? null : new TextDecoder().decode(data.subarray(starts[i], starts[i]! + lengths[i]!)),
  );
}

test("by key a row that is gone is a record without a value", () => {
  const views = viewsOf([
    ["a", "1", null],
    ["b", "2", null],
    ["c", null, null],
  ]);
  const upserts = asUpserts(views, kindsOf("insert", "delete", "delete"));
  expect([texts(upserts.keys, 3), texts(upserts.values, 3)]).toEqual([
    ["a", "b", "c"],
    ["1", null, null],
  ]);
  // The batch's own bytes are not touched.
  expect(texts(views.values, 3)).toEqual(["1", "2", null]);
});

test.each([
  [[null, "1", null], "insert", "key"],
  [[null, "1", null], "delete", "key"],
  [["a", null, null], "update_postimage", "value"],
] as const)("%j as %s is refused", (row, kind, column) => {
  expect(() => asUpserts(viewsOf([[...row]]), kindsOf(kind))).toThrow(
    expect.objectContaining({ condition: "KAFKA_NULL_IN_UPSERT", parameters: expect.objectContaining({ column }) }),
  );
});

test("every change as a record says in a header what it is, behind the row's own", () => {
  const views = viewsOf([
    ["a", "1", [["h", bytes("x")], ["n", null]]], // prettier-ignore
    ["b", "2", null],
    ["c", "3", []],
  ]);
  const withHeader = withChangeHeader(views, kindsOf("insert", "update_preimage", "delete")).headers!;
  expect([...withHeader.offsets]).toEqual([0, 3, 4, 5]);
  expect(texts(withHeader.keys, 5)).toEqual(["h", "n", "_change_type", "_change_type", "_change_type"]);
  expect(texts(withHeader.values, 5)).toEqual(["x", null, "insert", "update_preimage", "delete"]);
});
