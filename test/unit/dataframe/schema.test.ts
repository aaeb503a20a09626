import { describe, expect, it } from "vitest";
import { schemaInput, schema, t } from "../../../dataframe/schema.js";
import { schemaTree } from "../../../dataframe/schemaTree.js";
import { field, types } from "../../../engine/arrow/types.js";
import { tableLines } from "../../../engine/values/textTable.js";

describe("schema", () => {
  it("is the same in all its forms", () => {
    const built = schema({ id: t.long.notNull, name: t.string, tags: t.array(t.string.notNull), at: t.struct({ x: t.decimal(10, 2) }) });
    const text = "id BIGINT NOT NULL, name STRING, tags ARRAY<STRING>, at STRUCT<x: DECIMAL(10,2)>";
    const plain = schemaInput(built);
    expect(plain.fields.map(({ name, nullable }) => [name, nullable])).toEqual([
      ["id", false],
      ["name", true],
      ["tags", true],
      ["at", true],
    ]);
    expect(plain.fields[2]!.type).toEqual(types.array(types.string, false));
    expect(schemaInput(plain)).toEqual(plain);
    expect(schemaInput(text).fields.filter(({ name }) => name !== "tags")).toEqual(plain.fields.filter(({ name }) => name !== "tags"));
  });

  it("marks a long that is read as bigint", () => {
    expect(schema({ a: t.bigint }).fields).toEqual([field("a", { kind: "long", asBigint: true })]);
  });

  it("does not change the type it was taken from", () => {
    expect(t.long.notNull.nullable).toBe(false);
    expect(t.long.nullable).toBe(true);
    expect(t.long.notNull.orNull.nullable).toBe(true);
  });

  it("is drawn as Spark draws it", () => {
    const drawn = schemaTree(schema({ id: t.long.notNull, tags: t.array(t.string), m: t.map(t.string, t.struct({ d: t.double })) }));
    expect(drawn.split("\n")).toEqual([
      "root",
      " |-- id: long (nullable = false)",
      " |-- tags: array (nullable = true)",
      " |    |-- element: string (containsNull = true)",
      " |-- m: map (nullable = true)",
      " |    |-- key: string",
      " |    |-- value: struct (valueContainsNull = true)",
      " |    |    |-- d: double (nullable = true)",
    ]);
  });
});

describe("show", () => {
  const columns = schema({ id: t.long, text: t.string, at: t.timestamp, d: t.double });

  it("prints a table with cells cut at 20 characters, to the right", () => {
    const rows = [
      [1n, "a text that goes on and on", 1_500_000n, 2],
      [null, "x", null, 1e10],
    ];
    expect(tableLines(columns, rows, { rowLimit: 5, cellWidth: 20, zone: "UTC" })).toEqual([
      "+----+--------------------+--------------------+------+",
      "|  id|                text|                  at|     d|",
      "+----+--------------------+--------------------+------+",
      "|   1|a text that goes ...|1970-01-01 00:00:...|   2.0|",
      "|NULL|                   x|                NULL|1.0E10|",
      "+----+--------------------+--------------------+------+",
    ]);
  });

  it("prints whole cells to the left, in the session's zone, and says that there is more", () => {
    const lines = tableLines(schema({ at: t.timestamp }), [[0n], [1n]], { rowLimit: 1, cellWidth: 0, zone: "Asia/Tokyo" });
    expect(lines).toEqual([
      "+-------------------+",
      "|at                 |",
      "+-------------------+",
      "|1970-01-01 09:00:00|",
      "+-------------------+",
      "only showing top 1 row",
    ]);
  });
});
