import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { schema, t } from "../../../dataframe/schema.js";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types } from "../../../engine/arrow/types.js";
import { encodeParquet } from "../../../connectors/parquet/write.js";
import { kafkaSinkProvider } from "../../../sinks/kafka/sink.js";
import { temporaryFolder } from "../../contracts/temporaryFolder.js";
import { testRuntime } from "../../runtime/testRuntime.js";
import { QueryWorld, refusalOf } from "../query/queryWorld.js";

// Names that collide where rows enter or leave by name; nulls where a schema says that there are none.

const session = Session.create({ print: () => {}, warn: () => {} });
const duplicate = { condition: "COLUMN_ALREADY_EXISTS", parameters: { columnName: "`v`" } };
const two = session.range(0, 1).selectExpr("1 AS v", "2 AS v");
const cased = session.range(0, 1).selectExpr("1 AS v", "2 AS V");
const nested = session.range(0, 1).selectExpr("named_struct('v', 1, 'v', 2) AS s");

const twoNamed = async (rows: never): Promise<unknown> => session.createDataFrame(rows, "v INT, v INT").count();

let machine: QueryWorld;

beforeEach(() => {
  machine = new QueryWorld();
});

afterEach(() => machine.close());

describe("kind: names that collide where rows enter or leave by name: two columns of one name", () => {
  it.each(["collect", "first", "head"] as const)("are refused by %s", async (method) => {
    expect(await refusalOf(two[method]())).toMatchObject(duplicate);
    expect(await refusalOf(nested[method]())).toMatchObject(duplicate);
    expect(await refusalOf(session.range(0, 1).selectExpr("array(named_struct('v', 1, 'v', 2)) AS a")[method]())).toMatchObject(duplicate);
  });

  it("are no matter where columns are told by place, and objects tell letters of two cases apart", async () => {
    expect(await two.count()).toBe(1);
    expect(await two.isEmpty()).toBe(false);
    expect((await two.toArrow()).numCols).toBe(2);
    await two.show();
    expect(await cased.collect()).toEqual([{ v: 1, V: 2 }]);
  });

  it.each(["json", "parquet"] as const)("are refused by a %s file, in any case of letters", async (format) => {
    const target = join(await temporaryFolder(), "out");
    for (const frame of [two, cased]) expect(await refusalOf(frame.write[format](target))).toMatchObject(duplicate);
    await machine.file("0.json", [{ k: "a" }]);
    for (const items of [
      ["k AS v", "k AS v"],
      ["k AS v", "k AS V"],
    ]) {
      expect(await refusalOf(machine.start({ sink: format, build: (input) => input.selectExpr(...items) }))).toMatchObject(duplicate);
    }
    expect(await machine.world.files.status("/data/checkpoint")).toBeNull();
  });

  it("are refused by foreach, which is given rows", async () => {
    const input = machine.session().readStream.schema("k STRING").json("/data/in").selectExpr("k AS v", "k AS v");
    expect(await refusalOf((async () => input.writeStream.foreach({ process: () => {} }))())).toMatchObject(duplicate);
  });

  it("are refused by the Kafka sink where they mean something", async () => {
    const fields = [field("value", types.string), field("value", types.string)];
    const context = {
      runtime: testRuntime(),
      options: { "kafka.bootstrap.servers": "localhost:1", topic: "t" },
      schema: types.struct(fields),
      outputMode: "append" as const,
      streaming: true,
      partitionBy: [],
      conf: {},
      print: () => {},
      warn: () => {},
    };
    expect(await refusalOf((async () => kafkaSinkProvider.create(context))())).toMatchObject({
      condition: "COLUMN_ALREADY_EXISTS",
      parameters: { columnName: "`value`" },
    });
  });

  it.each(["json", "parquet", "text"])("are refused in the schema of %s files, in any case of letters and at any depth", async (format) => {
    for (const text of [
      "v INT, V INT",
      "a STRUCT<v: INT, V: INT>",
      "a ARRAY<STRUCT<v: INT, v: INT>>",
      "a MAP<STRING, STRUCT<v: INT, V: INT>>",
    ]) {
      for (const reader of [session.read.schema(text), session.readStream.schema(text)]) {
        const failure = await refusalOf((async () => reader.format(format).load("in"))());
        expect(failure).toMatchObject(format === "text" ? { condition: "INVALID_TEXT_SCHEMA" } : duplicate);
      }
    }
  });

  it("are refused of objects, and taken from arrays", async () => {
    expect(await refusalOf(twoNamed([{ v: 1 }] as never))).toMatchObject(duplicate);
    expect(await refusalOf(twoNamed([[1, 2], { v: 1 }] as never))).toMatchObject(duplicate);
    expect(await twoNamed([[1, 2]] as never)).toBe(1);
    expect(await refusalOf((async () => session.createDataFrame([{ s: { v: 1 } }], "s STRUCT<v: INT, v: INT>"))())).toMatchObject(
      duplicate,
    );
  });

  it("of a Parquet file are refused where one of them is read", async () => {
    const folder = join(await temporaryFolder(), "pq");
    await mkdir(folder);
    const twice = types.struct([field("id", types.int), field("ID", types.int), field("x", types.int)]);
    const bytes = await encodeParquet([batchFromRows(twice, [[1, 2, 3]])], twice, { codec: "none", dictionary: false });
    await writeFile(join(folder, "a.parquet"), bytes);
    for (const name of ["id", "ID", "Id"]) {
      const failure = await refusalOf(session.read.schema(`${name} INT`).parquet(folder).collect());
      expect(failure).toMatchObject({
        condition: "FAILED_READ_FILE.NO_HINT",
        parameters: { reason: expect.stringContaining("id, ID") as string },
      });
    }
    expect(await session.read.schema("x INT").parquet(folder).collect()).toEqual([{ x: 3 }]);
    const inferred = await session.read.format("parquet").inferSchema(folder);
    expect(await refusalOf((async () => inferred.load(folder))())).toMatchObject({ condition: "COLUMN_ALREADY_EXISTS" });
  });
});

describe("kind: a constraint that nobody checks: NOT NULL", () => {
  it("means nothing in the schema of files, at any depth", async () => {
    await machine.file("0.json", '{"v":null}\n{"x":1}\n{"v":3}\n');
    const text = "v INT NOT NULL, s STRUCT<a: INT NOT NULL> NOT NULL, m MAP<STRING, INT>";
    const frame = machine.session().read.schema(text).json("/data/in");
    expect(frame.schema.fields.every((column) => column.nullable)).toBe(true);
    expect(await frame.where("v is null").count()).toBe(2);
    expect(await frame.where("v is not null").count()).toBe(1);
    expect(await frame.selectExpr("coalesce(v, -1) AS v", "s.a is null AS a").collect()).toEqual([
      { v: -1, a: true },
      { v: -1, a: true },
      { v: 3, a: true },
    ]);
    await machine.run({ schema: text, build: (input) => input.where("v is null").selectExpr("coalesce(v, 7) AS v") });
    expect(machine.rows()).toEqual([[7], [7]]);
  });

  const refused: Readonly<Record<string, () => unknown>> = {
    "a null": () => session.createDataFrame([{ v: null as never }], schema({ v: t.int.notNull })),
    nothing: () => session.createDataFrame([{}], schema({ v: t.int.notNull })),
    "a null of an array": () => session.createDataFrame([[null]], "v INT NOT NULL"),
    "a null field": () => session.createDataFrame([{ v: { a: null } }], "v STRUCT<a: INT NOT NULL>"),
    "a null element": () => session.createDataFrame([{ v: [1, null as never] }], schema({ v: t.array(t.int.notNull) })),
    "a null value": () => session.createDataFrame([{ v: new Map([["a", null as never]]) }], schema({ v: t.map(t.string, t.int.notNull) })),
    "a null key": () => session.createDataFrame([{ v: new Map([[null as never, 1]]) }], schema({ v: t.map(t.string, t.int) })),
  };

  it.each(Object.keys(refused))("refuses %s in rows of a program", async (what) => {
    expect(await refusalOf((async () => refused[what]!())())).toMatchObject({
      condition: "VALUE_NOT_OF_TYPE",
      parameters: { value: "null" },
    });
  });
});
