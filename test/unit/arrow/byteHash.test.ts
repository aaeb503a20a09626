import { expect, test } from "vitest";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import { types } from "../../../engine/arrow/types.js";
import { finalise, hashBytes, hashWord, wordsOf } from "../../../engine/arrow/byteHash.js";
import { layoutOf } from "../../../engine/state/keyLayout.js";
import { KeyedTable } from "../../../engine/state/keyedTable.js";
import { PackedKeys } from "../../../engine/state/packedKeys.js";

const hashOf = (text: string): number => {
  const bytes = new TextEncoder().encode(`xx${text}`);
  return hashBytes(wordsOf(bytes), 2, bytes.length - 2);
};

// The hash is in checkpoints (group hashes decide which partition a key belongs to): these numbers must never change.
test("the group hash is frozen", () => {
  expect(["", "a", "abc", "abcd", "abcdefgh", "abcdefghijklmnopq"].map(hashOf)).toMatchInlineSnapshot(`
    [
      0,
      -1982117052,
      951548239,
      286758398,
      411435961,
      -1747922810,
    ]
  `);
  const layout = layoutOf([types.long, types.string, types.double]);
  const table = new KeyedTable(layout);
  const keys = new PackedKeys(layout);
  keys.pack(
    [columnFromValues(types.long, [1n, null]), columnFromValues(types.string, ["k", "k"]), columnFromValues(types.double, [-0, NaN])],
    2,
  );
  const slots = table.lookupOrInsert(keys, null, 2);
  const groups = table.groupColumn(slots, 2);
  expect([readValue(groups, 0), readValue(groups, 1)]).toMatchInlineSnapshot(`
    [
      1240835532,
      1970453279,
    ]
  `);
});

test("a hash depends on where bytes begin and end only through the bytes", () => {
  const seen = new Set(Array.from({ length: 2000 }, (_, i) => hashOf(`key-${i}`)));
  expect(seen.size).toBe(2000);
});

test("a text has the same hash whether its bytes lie in the words of its key or not, wherever they lie in their buffer", () => {
  const layout = layoutOf([types.string]);
  const keys = new PackedKeys(layout);
  const texts = Array.from({ length: 41 }, (_, length) => "größer als zwölf Bytes, und kleiner auch: ü".slice(0, length));
  keys.pack([columnFromValues(types.string, texts)], texts.length);
  expect([...keys.hashes.subarray(0, texts.length)]).toEqual(texts.map((text) => finalise(hashWord(0, hashOf(text)))));
  const table = new KeyedTable(layout);
  const slots = table.lookupOrInsert(keys, null, texts.length);
  expect(table.size).toBe(new Set(texts).size);
  const [column] = table.keyColumns(slots, texts.length);
  expect(texts.map((_, i) => readValue(column!, i))).toEqual(texts);
});
