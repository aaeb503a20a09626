import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { fromJson, schema, Session, t, type DataFrame, type RowOf, type StandardSchema } from "../../../index.js";

const session = Session.create();

const zodReading = z.object({
  id: z.int(),
  sensor: z.string().nullable(),
  celsius: z.number().optional(),
  tags: z.array(z.string()),
  limits: z.record(z.string(), z.number()),
  at: z.iso.datetime(),
  kind: z.enum(["inside", "outside"]),
  place: z.object({ floor: z.int(), room: z.string().optional() }),
  known: z.boolean(),
});
const written = schema({
  id: t.long.notNull,
  sensor: t.string,
  celsius: t.double,
  tags: t.array(t.string.notNull).notNull,
  limits: t.map(t.string, t.double.notNull).notNull,
  at: t.string.notNull,
  kind: t.string.notNull,
  place: t.struct({ floor: t.long.notNull, room: t.string }).notNull,
  known: t.boolean.notNull,
});

const valibotReading = toStandardJsonSchema(
  v.object({
    id: v.pipe(v.number(), v.integer()),
    sensor: v.nullable(v.string()),
    celsius: v.optional(v.number()),
    tags: v.array(v.string()),
    limits: v.record(v.string(), v.number()),
    at: v.pipe(v.string(), v.isoTimestamp()),
    kind: v.picklist(["inside", "outside"]),
    place: v.object({ floor: v.pipe(v.number(), v.integer()), room: v.optional(v.string()) }),
    known: v.boolean(),
  }),
);
const arkReading = type({
  id: "number.integer",
  sensor: "string | null",
  "celsius?": "number",
  tags: "string[]",
  limits: { "[string]": "number" },
  at: "string.date.iso",
  kind: "'inside' | 'outside'",
  place: { floor: "number.integer", "room?": "string" },
  known: "boolean",
});

interface Reading {
  id: number;
  sensor: string | null;
  celsius: number | null;
  tags: string[];
  limits: Map<string, number>;
  at: string;
  kind: "inside" | "outside";
  place: { floor: number; room: string | null };
  known: boolean;
}

/** The columns whatever their order: arktype sorts them. */
const byName = (frame: DataFrame): unknown => Object.fromEntries(frame.schema.fields.map(({ name, ...column }) => [name, column]));

describe("a Standard Schema gives a schema", () => {
  test.each([
    ["zod", schema(zodReading)],
    ["valibot", schema(valibotReading)],
    ["arktype", schema(arkReading)],
  ])("%s", async (_library, given) => {
    const row = {
      id: 1,
      sensor: null,
      celsius: 20.5,
      tags: ["new"],
      limits: new Map([["low", 1]]),
      at: "2026-01-01T12:00:00Z",
      kind: "inside" as const,
      place: { floor: 2, room: null },
      known: true,
    };
    const frame = session.createDataFrame([row], given);
    expect(byName(frame as DataFrame)).toEqual(byName(session.createDataFrame([], written)));
    expect(await frame.collect()).toEqual([row]);
  });

  test("the row follows in TypeScript", () => {
    const zod = schema(zodReading);
    const valibot = schema(valibotReading);
    const ark = schema(arkReading);
    expectTypeOf<RowOf<typeof zod>>().toEqualTypeOf<Reading>();
    expectTypeOf<RowOf<typeof valibot>>().toEqualTypeOf<Reading>();
    expectTypeOf<RowOf<typeof ark>>().toEqualTypeOf<Reading>();
    const stream = session.readStream.schema(zodReading).json("in");
    expectTypeOf(stream).toEqualTypeOf<DataFrame<Reading>>();
  });

  test("readers, rows in memory and from_json take it as it is", async () => {
    const small = z.object({ a: z.int(), b: z.string().optional() });
    expect(session.readStream.schema(small).json("in").dtypes).toEqual([
      ["a", "bigint"],
      ["b", "string"],
    ]);
    const rows = session.createDataFrame([{ a: 1 }], small);
    expect(await rows.collect()).toEqual([{ a: 1, b: null }]);
    const texts = session.createDataFrame([{ json: '{"a":7,"b":"x"}' }], "json STRING");
    expect(await texts.select(fromJson("json", small).as("j")).select("j.*").collect()).toEqual([{ a: 7, b: "x" }]);
  });

  test("unions of what is one type, literals, dates, defaults and references", () => {
    const place = z.object({ x: z.number() }).meta({ id: "Place" });
    const given = schema(
      z.object({
        one: z.union([z.literal("x"), z.literal("y")]),
        number: z.union([z.int(), z.number()]),
        digit: z.literal([1, 2]),
        day: z.iso.date(),
        filled: z.string().default("q"),
        from: place,
        to: place.nullable(),
        both: z.intersection(z.object({ a: z.int() }), z.object({ b: z.string() })),
      }),
    );
    const frame = session.createDataFrame([], given);
    expect(frame.dtypes).toEqual([
      ["one", "string"],
      ["number", "double"],
      ["digit", "bigint"],
      ["day", "date"],
      ["filled", "string"],
      ["from", "struct<x:double>"],
      ["to", "struct<x:double>"],
      ["both", "struct<a:bigint,b:string>"],
    ]);
    expect(frame.schema.fields.map(({ nullable }) => nullable)).toEqual([false, false, false, false, true, false, true, false]);
  });

  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });

  test.each([
    ["a time that is no JSON", z.object({ at: z.date() }), /Date cannot be represented/],
    ["a bigint", z.object({ n: z.bigint() }), /BigInt cannot be represented/],
    ["anything", z.object({ x: z.any() }), /`x` of the Standard Schema may be anything/],
    ["a tuple", z.object({ a: z.object({ p: z.tuple([z.string(), z.int()]) }) }), /`a\.p` of the Standard Schema is a tuple/],
    ["several types", z.object({ x: z.union([z.string(), z.number()]) }), /several types \(string, double\)/],
    ["what holds itself", tree, /`children\.element`.* holds itself/],
    ["an object of nothing", z.object({ o: z.object({}) }), /`o` .* unknown members/],
    ["no object", z.array(z.string()), /no object with named members/],
    ["one without JSON Schema", v.object({ a: v.string() }), /valibot gives no JSON Schema/],
  ] as readonly (readonly [string, StandardSchema, RegExp])[])("%s is refused, by its place", (_what, given, said) => {
    const refused = expect.objectContaining({
      condition: "UNSUPPORTED_STANDARD_SCHEMA",
      message: expect.stringMatching(said) as unknown,
    }) as unknown as Error;
    expect(() => schema(given)).toThrow(refused);
    expect(() => session.readStream.schema(given)).toThrow(refused);
  });
});
