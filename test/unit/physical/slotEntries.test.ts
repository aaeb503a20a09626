import { describe, expect, it } from "vitest";
import { types } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { ManyEntries, OneEntry, type Entry, type SlotEntries } from "../../../engine/physical/stateful/slotEntries.js";

const entry = (value: Value): Entry => ({ keyValues: [], values: [value], expiresMs: null });
const kinds: readonly (readonly [string, () => SlotEntries])[] = [
  ["one row a key", () => new OneEntry("[]", [types.string])],
  ["many rows a key", () => new ManyEntries()],
];

describe.each(kinds)("the memory of user state, %s", (_, made) => {
  it("is about that of the values, and goes with them", () => {
    const entries = made();
    for (let slot = 0; slot < 100; slot++) entries.set(slot, "[]", entry("x"));
    const small = entries.bytes;
    for (let slot = 0; slot < 100; slot++) entries.set(slot, "[]", entry("x".repeat(10_001)));
    expect(entries.bytes - small).toBe(1_000_000);
    for (let slot = 0; slot < 100; slot++) entries.set(slot, "[]", entry("x"));
    expect(entries.bytes).toBe(small);
    for (let slot = 0; slot < 100; slot++) entries.delete(slot, "[]");
    expect(entries.bytes).toBeLessThan(small);
  });
});
