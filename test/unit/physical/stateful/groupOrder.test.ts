import { describe, expect, it } from "vitest";
import { columnFromValues } from "../../../../engine/arrow/columns.js";
import { field, types } from "../../../../engine/arrow/types.js";
import type { Value } from "../../../../engine/arrow/value.js";
import type { OutputMode } from "../../../../engine/contract/sink.js";
import { layoutOf } from "../../../../engine/state/keyLayout.js";
import { PackedKeys } from "../../../../engine/state/packedKeys.js";
import { Driver, show, type Shape } from "../aggregateFixture.js";

const second = 1_000_000n;
const names = Array.from({ length: 600 }, (_, i) => `device ${i}`);
const rows = names.flatMap((name, i): Value[][] => [
  [BigInt(i % 40) * second, name],
  [BigInt((7 * i) % 40) * second, name],
]);

/** The unsigned hash of each name. */
const hashes = ((): Map<Value, number> => {
  const keys = new PackedKeys(layoutOf([types.string]));
  keys.pack([columnFromValues(types.string, names)], names.length);
  return new Map(names.map((name, i) => [name, keys.hashes[i]! >>> 0]));
})();

/** The start of a row's window, and the hash of its key. */
function place([w, k]: Value[]): readonly [bigint, number] {
  return [(w as Value[])[0] as bigint, hashes.get(k!)!];
}

function emitted(shape: Omit<Shape, "partitions">, partitions: number): Value[][] {
  const driver = new Driver({ ...shape, partitions });
  driver.run([rows.slice(0, 300), rows.slice(300)], { lateMs: 0, evictMs: 0 });
  return driver.run([rows.slice(0, 800)], { lateMs: 0, evictMs: 30_000 }).rows;
}

describe("groups come out by hash, whatever the number of state partitions", () => {
  const aggregates = [{ name: "count", columns: [] }] as const;
  const input = [field("ts", types.timestamp), field("k", types.string)];

  it.each<OutputMode>(["append", "update", "complete"])("of windows by the start of the window first: %s", (outputMode) => {
    const window = { index: 0, durationUs: 10e6, slideUs: 5e6, startUs: 0 };
    const shape = { input, keys: 2, window, aggregates, outputMode };
    const one = emitted(shape, 1);
    expect(one.length).toBeGreaterThan(200);
    const wanted = one.toSorted((a, b) => {
      const [[aStart, aHash], [bStart, bHash]] = [place(a), place(b)];
      return aStart === bStart ? aHash - bHash : aStart < bStart ? -1 : 1;
    });
    expect(one).toEqual(wanted);
    for (const partitions of [3, 4, 256]) expect(emitted(shape, partitions).map(show)).toEqual(one.map(show));
  });

  it.each<OutputMode>(["update", "complete"])("of keys: %s", (outputMode) => {
    const shape = { input: input.toReversed(), keys: 1, aggregates, outputMode };
    const run = (partitions: number): Value[][] => {
      const driver = new Driver({ ...shape, partitions });
      return driver.run([rows.map((row) => row.toReversed())]).rows;
    };
    const one = run(1);
    expect(one.map(([k]) => hashes.get(k!))).toEqual(one.map(([k]) => hashes.get(k!)!).toSorted((a, b) => a - b));
    for (const partitions of [3, 4, 256]) expect(run(partitions).map(show)).toEqual(one.map(show));
  });
});
