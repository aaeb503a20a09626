import { describe, expect, it } from "vitest";
import type { DataFrame } from "../../../dataframe/dataFrame.js";
import { Session } from "../../../dataframe/session.js";

// Programs that loop over verbs make plans as deep as the loop is long: they run, and do not end in a RangeError of the stack.

const session = Session.create();
const table = (): DataFrame => session.range(1);

/** More than any walk that recurses has room for. */
const depth = 2000;

function chain(verb: (before: DataFrame, i: number) => DataFrame, size = depth): DataFrame {
  let frame = table();
  for (let i = 1; i < size; i++) frame = verb(frame, i);
  return frame;
}

describe("kind: no walk over a plan recurses", () => {
  it.each<[string, (frame: DataFrame) => DataFrame, number]>([
    ["limit", (frame) => frame.limit(10), 1],
    ["distinct", (frame) => frame.distinct(), 1],
    ["orderBy", (frame) => frame.orderBy("id"), 1],
    ["join", (frame) => frame.join(table(), "id"), 1],
    ["as", (frame) => frame.as("t"), 1],
  ])("%s", async (_, verb, rows) => {
    expect(await chain(verb).count()).toBe(rows);
  });

  it("unions of ten thousand, whichever side grows", async () => {
    expect(await chain((frame) => frame.union(table()), 10_000).count()).toBe(10_000);
    expect(await chain((frame) => table().unionByName(frame), depth).count()).toBe(depth);
  });

  it("unions of text, with ALL and without", async () => {
    const selects = Array.from({ length: depth }, (_, i) => `SELECT ${i % 7} AS a`);
    expect(await (await session.sql(selects.join(" UNION ALL "))).count()).toBe(depth);
    expect(await (await session.sql(selects.slice(0, 1200).join(" UNION "))).count()).toBe(7);
  });

  it("terms of a statement", async () => {
    const terms = Array.from({ length: 10_000 }, () => "id").join(" + ");
    expect(await (await session.sql(`SELECT ${terms} AS x FROM range(2)`)).collect()).toEqual([{ x: 0 }, { x: 10_000 }]);
  });
});

it("a union of unions is one, in the order of its inputs", async () => {
  const [a, b, c] = ["a", "b", "c"].map((k) => session.createDataFrame([{ k }], "k STRING"));
  const all = a!.union(b!.union(c!)).union(b!.unionByName(a!));
  expect((await all.collect()).map(({ k }) => k)).toEqual(["a", "b", "c", "b", "a"]);
  expect(all.explain(true).match(/^.*Union$/gm)).toHaveLength(1);
});
