import { describe, expect, it, vi } from "vitest";
import { types } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { Random } from "../simulation/world/random.js";
import { decodeText } from "../unit/kernel/environment.js";
import { mutate } from "./mutations.js";

/*
 * Damaged lines of JSON. A text has no checksum: what is left of a line is read as what it is. But the lines that nobody touched give their rows, however the
 * bytes come in and through whichever mode; and nothing but a condition is thrown.
 */
const mutations = Number(process.env["FUZZ_MUTATIONS"] ?? "60");
const firstSeed = Number(process.env["FUZZ_SEED"] ?? "1");

vi.setConfig({ testTimeout: 600_000 + 500 * mutations });

const nullable = (name: string, type: Parameters<typeof types.array>[0]) => ({ name, type, nullable: true });
const schema = types.struct([
  nullable("id", types.long),
  nullable("name", types.string),
  nullable("price", types.double),
  nullable("amount", types.decimal(20, 2)),
  nullable("at", types.timestamp),
  nullable("day", types.date),
  nullable("ok", types.boolean),
  nullable("tags", types.array(types.string)),
  nullable("place", types.struct([nullable("x", types.int), nullable("words", types.map(types.string, types.int))])),
]);

const lines = Array.from({ length: 30 }, (_, i) =>
  JSON.stringify({
    id: i * 1_000_003,
    name: `né "${i}" \\ \u{1f600}`,
    price: i / 7,
    amount: i * 12.25,
    at: `2026-01-0${1 + (i % 9)}T10:20:30.${100 + i}Z`,
    day: "2026-02-03",
    ok: i % 2 === 0,
    tags: ["a", "b\n", String(i)],
    place: { x: i, words: { [`w${i}`]: i } },
    unread: [{ deep: [1, 2, { x: null }] }],
  }),
);

function text(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part instanceof Map ? [...part] : part));
}

function decode(bytes: Uint8Array, pieceBytes: number, mode: string): string[] | StreamingError {
  try {
    return decodeText(schema, bytes, { options: { mode }, pieceBytes }).rows.map((row: readonly Value[]) => text(row));
  } catch (error) {
    if (error instanceof StreamingError && error.condition !== "INTERNAL_ERROR") return error;
    throw error;
  }
}

describe("kind: damaged bytes: damaged JSON", () => {
  it("gives the rows of the lines that are whole, however it comes in", () => {
    const encoder = new TextEncoder();
    const expected = lines.map((line) => (decode(encoder.encode(line), Infinity, "PERMISSIVE") as string[])[0]!);
    let [refused, damagedRows] = [0, 0];
    for (let i = 0; i < mutations; i++) {
      const random = new Random(firstSeed + i);
      const place = random.below(lines.length);
      const { bytes, name } = mutate(encoder.encode(lines[place]), random, [encoder.encode(lines[(place + 1) % lines.length])]);
      const before = encoder.encode(`${lines.slice(0, place).join("\n")}\n`);
      const after = encoder.encode(`\n${lines.slice(place + 1).join("\n")}`);
      const damaged = Buffer.concat([before, bytes ?? new Uint8Array(0), after]);
      const rows = decode(damaged, Infinity, "PERMISSIVE") as string[];
      const what = { seed: firstSeed + i, name };
      const count = place;
      expect({ ...what, rows: rows.slice(0, count) }).toEqual({ ...what, rows: expected.slice(0, count) });
      const last = lines.length - place - 1;
      expect({ ...what, rows: rows.slice(rows.length - last) }).toEqual({
        ...what,
        rows: last === 0 ? rows.slice(rows.length) : expected.slice(place + 1),
      });
      for (const pieceBytes of [1 + random.below(97)]) {
        expect({ ...what, pieceBytes, rows: decode(damaged, pieceBytes, "PERMISSIVE") }).toEqual({ ...what, pieceBytes, rows });
      }
      const dropped = decode(damaged, Infinity, "DROPMALFORMED") as string[];
      expect({ ...what, more: dropped.filter((row) => !rows.includes(row)) }).toEqual({ ...what, more: [] });
      if (decode(damaged, Infinity, "FAILFAST") instanceof StreamingError) refused++;
      if (rows.length !== lines.length || rows.some((row, at) => row !== expected[at])) damagedRows++;
    }
    expect(refused).toBeGreaterThan(mutations / 10);
    expect(damagedRows).toBeGreaterThan(refused / 2);
  });
});
