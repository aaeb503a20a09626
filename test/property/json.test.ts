import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchFromRows, columnFromValues, readValue } from "../../engine/arrow/columns.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { PushedFilter } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { createJsonColumnDecoder } from "../../engine/kernel/json/jsonColumnDecoder.js";
import { createJsonLinesWriter } from "../../engine/kernel/json/jsonWriter.js";
import { decodeText, environment } from "../unit/kernel/environment.js";
import { runs } from "./runs.js";

const schema: Schema = types.struct([
  field("id", types.long),
  field("name", types.string),
  field("x", types.double),
  field("ok", types.boolean),
  field("at", types.timestamp),
  field("tags", types.array(types.string)),
  field("in", types.struct([field("n", types.int), field("s", types.string)])),
]);
const withCorrupt: Schema = types.struct([...schema.fields, field("_corrupt_record", types.string)]);

const isoText = fc
  .date({ min: new Date("1900-01-01T00:00:00Z"), max: new Date("2200-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const anyText = fc.string({ unit: "binary", maxLength: 12 }).filter((text) => !/\p{Surrogate}/u.test(text));
const long = fc.oneof(fc.integer(), fc.maxSafeInteger());

/** A record with fields of the schema and others, in any order. */
const record = fc
  .record(
    {
      id: fc.option(long),
      name: fc.option(anyText),
      x: fc.option(fc.oneof(fc.double({ noDefaultInfinity: true, noNaN: true }), fc.integer())),
      ok: fc.option(fc.boolean()),
      at: fc.option(isoText),
      tags: fc.option(fc.array(fc.option(anyText), { maxLength: 3 })),
      in: fc.option(
        fc.record({ n: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), s: fc.option(anyText) }, { requiredKeys: [] }),
      ),
      other: fc.jsonValue({ maxDepth: 2 }),
      "an öther": anyText,
    },
    { requiredKeys: ["id"] },
  )
  .chain((fields) => fc.shuffledSubarray(Object.entries(fields), { minLength: Object.keys(fields).length }))
  .map((entries) => Object.fromEntries(entries));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What a record's field means, by JSON.parse. */
function expected(json: Record<string, Json>): Value[] {
  const inner = json["in"] as { n?: number; s?: string } | null | undefined;
  return [
    json["id"] === null ? null : BigInt(json["id"] as number),
    (json["name"] as string | undefined) ?? null,
    (json["x"] as number | undefined) ?? null,
    (json["ok"] as boolean | undefined) ?? null,
    json["at"] ? BigInt(Date.parse(json["at"] as string)) * 1000n : null,
    (json["tags"] as Value[] | undefined) ?? null,
    inner ? [inner.n ?? null, inner.s ?? null] : null,
  ];
}

/** Escapes beyond need, and blanks, without changing the meaning. */
function restyle(text: string, style: number): string {
  if (style === 0) return text;
  if (style === 1) return JSON.stringify(JSON.parse(text), null, 1).replaceAll("\n", " ");
  return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

describe("JSON lines", () => {
  it("decode to what JSON.parse reads, however the bytes come in", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(record, fc.integer({ min: 0, max: 2 })), { maxLength: 20 }),
        fc.integer({ min: 1, max: 400 }),
        (records, pieceBytes) => {
          const lines = records.map(([json, style]) => restyle(JSON.stringify(json), style));
          const { rows, rowsRead } = decodeText(schema, lines.join("\n"), { pieceBytes });
          expect(rows).toEqual(lines.map((line) => expected(JSON.parse(line) as Record<string, Json>)));
          expect(rowsRead).toBe(lines.length);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  it("give the same with a long line and a small buffer", { timeout: 600_000 }, () => {
    const name = "x".repeat(100_000);
    const text = `{"id":1}\n{"id":2,"name":"${name}"}\n{"id":3,"name":"\\u00e9${name}"}`;
    const { rows } = decodeText(schema, text, { environment: { bufferBytes: 1024 } });
    expect(rows.map((row) => [row[0], row[1]])).toEqual([
      [1n, null],
      [2n, name],
      [3n, `é${name}`],
    ]);
  });

  it("mean the same to the generated walk and to the strict path", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.array(damagedRecord(), { maxLength: 12 }), (lines) => {
        const { rows } = decodeText(withCorrupt, lines.join("\n"));
        // A byte order mark is what only the strict path takes.
        const alone = lines.flatMap((line) => decodeText(withCorrupt, `\ufeff${line}`).rows);
        expect(rows.map((row) => row.slice(0, -1))).toEqual(alone.map((row) => row.slice(0, -1)));
        expect(rows.map((row) => row.at(-1) === null)).toEqual(alone.map((row) => row.at(-1) === null));
      }),
      { numRuns: runs(600) },
    );
  });

  it("never throw but a condition, never take malformed text for good", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(damagedRecord(), { minLength: 1, maxLength: 6 }),
        fc.constantFrom("PERMISSIVE", "DROPMALFORMED", "FAILFAST"),
        (lines, mode) => {
          try {
            const { rows } = decodeText(withCorrupt, lines.join("\n"), { options: { mode } });
            for (const row of rows) if (row.at(-1) === null) expect(lines.some(isObjectOrArray)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(StreamingError);
            expect((error as StreamingError).condition).not.toBe("INTERNAL_ERROR");
          }
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it("take nested text of any depth without a stack overflow", { timeout: 600_000 }, () => {
    for (const depth of [900, 1100, 200_000]) {
      const nested = `{"name":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      const { rows } = decodeText(withCorrupt, `${nested}\n{"id":1}`);
      expect(rows).toHaveLength(2);
      expect(rows[0]!.at(-1) === null).toBe(depth < 1000);
    }
  });

  it("drop exactly the rows that fail a pushed filter", { timeout: 600_000 }, () => {
    const simple = fc.oneof(
      fc.record({
        op: fc.constantFrom("=", "<=>", "<", "<=", ">", ">="),
        column: fc.constant(["id"]),
        value: fc.bigInt({ min: -5n, max: 5n }),
      }),
      fc.record({
        op: fc.constantFrom("=", "<=>", "<", "<=", ">", ">="),
        column: fc.constant(["name"]),
        value: fc.constantFrom("a", "b", "ab", "", "view"),
      }),
      fc.record({ op: fc.constantFrom("isNull", "isNotNull"), column: fc.constantFrom(["id"], ["name"], ["tags"]) }),
      fc.record({
        op: fc.constant("in"),
        column: fc.constant(["name"]),
        values: fc.constantFrom<(string | null)[][]>(["a", "view", null], ["ab", ""]),
      }),
      fc.record({
        op: fc.constantFrom("startsWith", "endsWith", "contains"),
        column: fc.constant(["name"]),
        text: fc.constantFrom("", "a", "b", "ab", "vie", "iew", "view", "views", "é"),
      }),
      fc.record({ op: fc.constant("<=>"), column: fc.constantFrom(["name"], ["id"]), value: fc.constant(null) }),
    ) as fc.Arbitrary<PushedFilter>;
    const { filter } = fc.letrec<{ filter: PushedFilter }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        simple,
        fc.record({ op: fc.constant("not" as const), filter: tie("filter") }),
        fc.record({ op: fc.constantFrom("and" as const, "or" as const), filters: fc.array(tie("filter"), { minLength: 1, maxLength: 3 }) }),
      ),
    }));
    const small = fc.record(
      {
        id: fc.option(fc.integer({ min: -6, max: 6 })),
        name: fc.option(fc.constantFrom("a", "b", "ab", "", "view", "é", 'q"')),
        tags: fc.constant(["t"]),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(small, { maxLength: 30 }), fc.array(filter, { maxLength: 2 }), (records, filters) => {
        const text = records.map((json) => JSON.stringify(json)).join("\n");
        const all = decodeText(schema, text).rows;
        const { rows, rowsRead } = decodeText(schema, text, { filters });
        expect(rows).toEqual(all.filter((row) => filters.every((test) => truth(test, row) === true)));
        expect(rowsRead).toBe(records.length);
      }),
      { numRuns: runs(300) },
    );
  });

  it("come back from what the writer writes", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 10 }), fc.boolean(), (records, ignoreNulls) => {
        const rows = records.map((json) => expected(JSON.parse(JSON.stringify(json)) as Record<string, Json>));
        const writer = createJsonLinesWriter({ ...environment, options: { ignoreNullFields: String(ignoreNulls) } });
        writer.write(batchFromRows(schema, rows));
        const text = new TextDecoder().decode(writer.take());
        expect(
          text
            .split("\n")
            .slice(0, -1)
            .map((line) => JSON.parse(line) as unknown),
        ).toHaveLength(rows.length);
        const millis = rows.map((row) => row.map((value, i) => (i === 4 && value !== null ? ((value as bigint) / 1000n) * 1000n : value)));
        expect(decodeText(schema, text).rows).toEqual(millis);
      }),
      { numRuns: runs(150) },
    );
  });
});

describe("from_json", () => {
  it("gives each text what JSON.parse reads, over any windows of records", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.array(fc.option(record), { maxLength: 20 }), (records) => {
        const texts = records.map((json) => (json === null ? null : JSON.stringify(json, null, 1)));
        const column = createJsonColumnDecoder(schema, { ...environment, options: {} }).decodeColumn(columnFromValues(types.string, texts));
        const rows = texts.map((_, row) => readValue(column, row));
        expect(rows).toEqual(texts.map((text) => (text === null ? null : expected(JSON.parse(text) as Record<string, Json>))));
      }),
      { numRuns: runs(100) },
    );
  });
});

/** A record with a few bytes of it changed, or nonsense. */
function damagedRecord(): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(400), fc.constantFrom(...Array.from("{}[]\":,\\ntfx01-.eE' \t/"), "null", '"id":', "é", ""), fc.nat(2));
  const damaged = fc.tuple(record, fc.array(change, { maxLength: 3 })).map(([json, changes]) => {
    let text = JSON.stringify(json);
    for (const [at, insert, remove] of changes) text = text.slice(0, at % text.length) + insert + text.slice((at % text.length) + remove);
    return text.replace(/[\n\r]/g, " ");
  });
  return fc.oneof(
    { weight: 5, arbitrary: damaged },
    { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((text) => text.replace(/[\n\r]/g, " ")) },
  );
}

function isObjectOrArray(line: string): boolean {
  return /^[\s\ufeff]*[{[]/.test(line);
}

/** SQL's three values. */
function truth(filter: PushedFilter, row: readonly Value[]): boolean | null {
  if (filter.op === "not") return not(truth(filter.filter, row));
  if ("filters" in filter) {
    const truths = filter.filters.map((part) => truth(part, row));
    const decides = filter.op === "or";
    return truths.includes(decides) ? decides : truths.includes(null) ? null : !decides;
  }
  const value = row[schema.fields.findIndex((f) => f.name === filter.column[0])]!;
  if (!("value" in filter || "values" in filter || "text" in filter)) return (value === null) === (filter.op === "isNull");
  if (filter.op === "<=>") return value === null || filter.value === null ? value === filter.value : order(value, filter.value) === 0;
  if (value === null) return null;
  if ("values" in filter) return filter.values.includes(value) || (filter.values.includes(null) ? null : false);
  if ("text" in filter) return { startsWith, endsWith, contains }[filter.op](value as string, filter.text);
  const sign = order(value, filter.value);
  return { "=": sign === 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0 }[filter.op];
}

const not = (value: boolean | null): boolean | null => (value === null ? null : !value);
const startsWith = (text: string, part: string): boolean => text.startsWith(part);
const endsWith = (text: string, part: string): boolean => text.endsWith(part);
const contains = (text: string, part: string): boolean => text.includes(part);

function order(a: Value, b: Value): number {
  return typeof a === "bigint" ? Number(a - (b as bigint)) : Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
}
