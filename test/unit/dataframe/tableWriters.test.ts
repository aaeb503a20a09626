import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { col, lit, Session, type DataFrame } from "../../../index.js";

// Writing into tables, and what the catalog says of them. Rows, schemas and refusals are those of Spark 4.3 where it has the operation.

let folder = "";
let session = Session.create();
let two: DataFrame;
let turned: DataFrame;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-tables-"));
  session = newSession();
  two = session.createDataFrame(
    [
      { a: 1, b: "x" },
      { a: 2, b: "y" },
    ],
    "a INT, b STRING",
  );
  turned = two.select("b", "a").limit(1);
});

afterEach(async () => {
  await session.stop();
  await rm(folder, { recursive: true });
});

function newSession(): Session {
  return Session.create({ conf: { "spark.sql.warehouse.dir": join(folder, "warehouse") }, print: () => {}, warn: () => {} });
}

async function rowsOf(table: string, own = session): Promise<unknown[]> {
  const rows = await (await own.sql(`SELECT * FROM ${table}`)).collect();
  return rows.map((row) => JSON.stringify(Object.values(row))).toSorted();
}

function refusal(condition: string): unknown {
  return expect.objectContaining({ condition });
}

function added(frame: DataFrame): Promise<void> {
  return frame.write.mode("append").saveAsTable("t2");
}

function tableOf(name: string, tableType: string, description: string | null = null, database = "default"): unknown {
  return { name, catalog: "spark_catalog", namespace: [database], description, tableType, isTemporary: false };
}

function columnOf(name: string, dataType: string, isPartition = false): unknown {
  return { name, description: null, dataType, nullable: true, isPartition, isBucket: false, isCluster: false };
}

const both = ['[1,"x"]', '[2,"y"]'];

describe("df.write.insertInto", () => {
  beforeEach(async () => void (await session.sql("CREATE TABLE t1 (a INT, b STRING) USING parquet")));

  it("adds rows by position, or puts them in place of the others", async () => {
    await two.write.insertInto("t1");
    expect(await rowsOf("t1")).toEqual(both);
    await two.limit(1).write.mode("overwrite").insertInto("t1");
    expect(await rowsOf("t1")).toEqual(['[1,"x"]']);
    await two.write.mode("ignore").format("json").insertInto("default.t1");
    await two.write.mode("error").insertInto("spark_catalog.default.t1");
    expect((await rowsOf("t1")).length).toBe(5);
  });

  it("refuses what INSERT refuses", async () => {
    two.createOrReplaceTempView("v");
    await expect(turned.write.insertInto("t1")).rejects.toEqual(refusal("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST"));
    await expect(two.select("a").write.insertInto("t1")).rejects.toEqual(refusal("INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"));
    await expect(two.write.insertInto("nope")).rejects.toEqual(refusal("TABLE_OR_VIEW_NOT_FOUND"));
    await expect(two.write.partitionBy("a").insertInto("t1")).rejects.toEqual(refusal("PARTITION_BY_NOT_ALLOWED_WITH_INSERT_INTO"));
    const own = await session.sql("SELECT * FROM t1");
    await expect(own.write.mode("overwrite").insertInto("t1")).rejects.toEqual(refusal("UNSUPPORTED_OVERWRITE.TABLE"));
    await expect(two.write.insertInto("a b")).rejects.toEqual(refusal("PARSE_SYNTAX_ERROR"));
  });
});

describe("df.write.saveAsTable", () => {
  it("makes a table, which the next session finds", async () => {
    await two.write.saveAsTable("t2");
    expect(await rowsOf("t2", newSession())).toEqual(both);
    await two.write.format("json").partitionBy("a").saveAsTable("t5");
    expect((await session.sql("SELECT * FROM t5")).columns).toEqual(["b", "a"]);
    expect(await rowsOf("t5")).toEqual(['["x",1]', '["y",2]']);
  });

  it("does with the one that is there what the mode says", async () => {
    await two.write.saveAsTable("t2");
    await expect(two.write.saveAsTable("t2")).rejects.toEqual(refusal("TABLE_OR_VIEW_ALREADY_EXISTS"));
    await expect(two.write.mode("errorifexists").saveAsTable("t2")).rejects.toEqual(refusal("TABLE_OR_VIEW_ALREADY_EXISTS"));
    await two.write.mode("ignore").saveAsTable("t2");
    expect(await rowsOf("t2")).toEqual(both);
    await turned.write.mode("append").saveAsTable("t2");
    expect(await rowsOf("t2")).toEqual(['[1,"x"]', ...both]);
    await two.withColumn("c", lit(1)).write.mode("overwrite").saveAsTable("t2");
    expect(await rowsOf("t2")).toEqual(['[1,"x",1]', '[2,"y",1]']);
    await two.write.mode("append").saveAsTable("t3");
    expect(await rowsOf("t3")).toEqual(both);
  });

  it("adds whole rows only, of the columns of the table and in its format", async () => {
    await two.write.saveAsTable("t2");
    await expect(added(two.select("a"))).rejects.toEqual(refusal("INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS"));
    await expect(added(two.withColumn("c", lit(1)))).rejects.toEqual(refusal("INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS"));
    await expect(added(two.toDF("a", "z"))).rejects.toEqual(refusal("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS"));
    await expect(two.write.format("json").mode("append").saveAsTable("t2")).rejects.toEqual(refusal("INVALID_OPTION_VALUE"));
    await expect(two.write.partitionBy("a").mode("append").saveAsTable("t2")).rejects.toEqual(refusal("INVALID_OPTION_VALUE"));
    expect(await rowsOf("t2")).toEqual(both);
  });

  it("loses nothing of a table that the rows are read from", async () => {
    await two.write.saveAsTable("t2");
    const own = await session.sql("SELECT * FROM t2");
    await expect(own.write.mode("overwrite").saveAsTable("t2")).rejects.toEqual(refusal("UNSUPPORTED_OVERWRITE.TABLE"));
    await expect(session.sql("CREATE OR REPLACE TABLE t2 USING parquet AS SELECT a FROM t2")).rejects.toEqual(
      refusal("UNSUPPORTED_OVERWRITE.TABLE"),
    );
    expect(await rowsOf("t2")).toEqual(both);
  });

  it("refuses databases, columns, partitions and formats that there are not", async () => {
    await expect(two.write.saveAsTable("nodb.t")).rejects.toEqual(refusal("SCHEMA_NOT_FOUND"));
    await expect(two.select("a", "a").write.saveAsTable("t9")).rejects.toEqual(refusal("COLUMN_ALREADY_EXISTS"));
    await expect(two.write.partitionBy("zz").saveAsTable("t10")).rejects.toEqual(refusal("COLUMN_NOT_DEFINED_IN_TABLE"));
    expect(await session.catalog.listTables()).toEqual([]);
    await two.write.format("json").option("path", join(folder, "elsewhere")).saveAsTable("t4");
    expect(await rowsOf("t4")).toEqual(both);
    expect((await session.catalog.getTable("t4")).tableType).toBe("EXTERNAL");
  });
});

describe("df.writeTo", () => {
  it("makes, replaces, adds and overwrites", async () => {
    await expect(two.writeTo("w1").append()).rejects.toEqual(refusal("TABLE_OR_VIEW_NOT_FOUND"));
    await expect(two.writeTo("w1").replace()).rejects.toEqual(refusal("TABLE_OR_VIEW_NOT_FOUND"));
    await two.writeTo("w1").using("json").tableProperty("owner", "me").option("compression", "none").create();
    await expect(two.writeTo("w1").create()).rejects.toEqual(refusal("TABLE_OR_VIEW_ALREADY_EXISTS"));
    expect(await session.catalog.getTableProperties("w1")).toEqual({ owner: "me" });
    await turned.writeTo("w1").append();
    expect(await rowsOf("w1")).toEqual(['[1,"x"]', ...both]);
    await two.writeTo("w1").overwrite(lit(true));
    expect(await rowsOf("w1")).toEqual(both);
    await turned.writeTo("w1").overwritePartitions();
    expect(await rowsOf("w1")).toEqual(['[1,"x"]']);
    await turned.writeTo("w1").replace();
    expect(await rowsOf("w1")).toEqual(['["x",1]']);
    await two.writeTo("w1").createOrReplace();
    expect(await rowsOf("w1")).toEqual(both);
  });

  it("refuses what it cannot do before it does anything", async () => {
    await two.writeTo("w6").using("json").partitionedBy(col("a")).create();
    await expect(two.writeTo("w6").overwrite(col("a").eq(1))).rejects.toEqual(refusal("NOT_YET_SUPPORTED"));
    await expect(two.writeTo("w6").overwritePartitions()).rejects.toEqual(refusal("NOT_YET_SUPPORTED"));
    expect(await rowsOf("w6")).toEqual(['["x",1]', '["y",2]']);
    const stream = session.readStream.format("rate").load();
    expect(() => stream.writeTo("w1")).toThrow(
      expect.objectContaining({ condition: "CALL_ON_STREAMING_DATASET_UNSUPPORTED", parameters: { methodName: "`writeTo`" } }),
    );
    expect(() => two.writeTo("a b")).toThrow(refusal("PARSE_SYNTAX_ERROR"));
    expect(() => two.writeTo("w2").using("nosuch")).toThrow(refusal("DATA_SOURCE_NOT_FOUND"));
  });
});

describe("df.writeStream.toTable", () => {
  it("makes the table, goes on with it, and writes by name", async () => {
    const input = join(folder, "input");
    await two.write.json(input);
    const stream = session.readStream.schema("b STRING, a INT").json(input);
    const into = (table: string) =>
      stream.writeStream.option("checkpointLocation", join(folder, "checkpoint")).trigger({ availableNow: true }).toTable(table);
    await (await into("s1")).awaitTermination();
    await two.withColumn("a", lit(3)).limit(1).write.mode("append").json(input);
    await (await into("s1")).awaitTermination();
    expect(await rowsOf("s1", newSession())).toEqual(['["x",1]', '["x",3]', '["y",2]']);
    await session.sql("CREATE TABLE s2 (a BIGINT, b STRING) USING json");
    const other = stream.writeStream.option("checkpointLocation", join(folder, "other")).trigger({ availableNow: true });
    await expect(other.format("console").toTable("s2")).rejects.toEqual(refusal("INVALID_OPTION_VALUE"));
    await (await other.queryName("q").toTable("s2")).awaitTermination();
    expect(await rowsOf("s2")).toEqual(['[1,"x"]', '[2,"y"]', '[3,"x"]']);
    const wrong = stream.withColumnRenamed("b", "z").writeStream.option("checkpointLocation", join(folder, "wrong"));
    await expect(wrong.toTable("s2")).rejects.toEqual(refusal("INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS"));
    await expect(stream.writeStream.toTable("s2")).rejects.toEqual(refusal("CHECKPOINT_LOCATION_REQUIRED"));
  });
});

describe("session.catalog", () => {
  beforeEach(async () => {
    await session.sql("CREATE TABLE t1 (a INT, b STRING COMMENT 'bb') USING parquet COMMENT 'tt'");
    await session.sql("CREATE TABLE t5 (a INT, b STRING) USING json PARTITIONED BY (b)");
    await session.sql("CREATE VIEW vw AS SELECT a + 1 AS aa FROM t1");
    await session.sql("CREATE DATABASE db1");
    await session.sql("CREATE TABLE db1.t7 (a INT) USING parquet");
    two.createOrReplaceTempView("vv");
  });

  const temporary = { name: "vv", catalog: null, namespace: [], description: null, tableType: "TEMPORARY", isTemporary: true };

  it("lists tables and tells of one", async () => {
    const { catalog } = session;
    expect(await catalog.listTables()).toEqual([
      tableOf("t1", "MANAGED", "tt"),
      tableOf("t5", "MANAGED"),
      tableOf("vw", "VIEW"),
      temporary,
    ]);
    expect(await catalog.listTables("db1")).toEqual([tableOf("t7", "MANAGED", null, "db1"), temporary]);
    expect((await catalog.listTables("default", "t*")).map(({ name }) => name)).toEqual(["t1", "t5"]);
    await expect(catalog.listTables("nodb")).rejects.toEqual(refusal("SCHEMA_NOT_FOUND"));
    expect(await catalog.getTable("db1.t7")).toEqual(tableOf("t7", "MANAGED", null, "db1"));
    expect(await catalog.getTable("VV")).toMatchObject({ tableType: "TEMPORARY" });
    await expect(catalog.getTable("nope")).rejects.toEqual(refusal("TABLE_OR_VIEW_NOT_FOUND"));
    const names = ["t1", "T1", "vv", "vw", "nope", "db1.t7", "spark_catalog.db1.t7", "nodb.t"];
    expect(await Promise.all(names.map((name) => catalog.tableExists(name)))).toEqual([true, true, true, true, false, true, true, false]);
    expect([await catalog.tableExists("t7", "db1"), await catalog.tableExists("t7", "nodb")]).toEqual([true, false]);
  });

  it("lists columns", async () => {
    expect(await session.catalog.listColumns("t5")).toEqual([columnOf("a", "int"), columnOf("b", "string", true)]);
    expect((await session.catalog.listColumns("t1")).map(({ description }) => description)).toEqual([null, "bb"]);
    expect(await session.catalog.listColumns("vv")).toEqual([columnOf("a", "int"), columnOf("b", "string")]);
    expect(await session.catalog.listColumns("t7", "db1")).toEqual([columnOf("a", "int")]);
    await expect(session.catalog.listColumns("nope")).rejects.toEqual(refusal("TABLE_OR_VIEW_NOT_FOUND"));
  });

  it("knows databases", async () => {
    const { catalog } = session;
    expect((await catalog.listDatabases()).map(({ name }) => name)).toEqual(["db1", "default"]);
    expect(await catalog.getDatabase("db1")).toEqual({
      name: "db1",
      catalog: "spark_catalog",
      description: "",
      locationUri: `file:${join(folder, "warehouse")}/db1.db`,
    });
    await expect(catalog.getDatabase("nope")).rejects.toEqual(refusal("SCHEMA_NOT_FOUND"));
    expect(await Promise.all(["db1", "DB1", "nope", "default"].map((name) => catalog.databaseExists(name)))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(catalog.currentDatabase()).toBe("default");
    await catalog.setCurrentDatabase("db1");
    expect([catalog.currentDatabase(), (await catalog.listTables()).length]).toEqual(["db1", 2]);
    await expect(catalog.setCurrentDatabase("nope")).rejects.toEqual(refusal("SCHEMA_NOT_FOUND"));
    expect([catalog.currentCatalog(), catalog.listCatalogs().length]).toEqual(["spark_catalog", 1]);
    expect(() => catalog.setCurrentCatalog("x")).toThrow(refusal("CATALOG_NOT_FOUND"));
  });

  it("knows functions", () => {
    session.udf.register("myf", (x: number) => x, "INT");
    const { catalog } = session;
    const names = ["upper", "UPPER", "nope", "count", "explode", "row_number", "myf"];
    expect(names.map((name) => catalog.functionExists(name))).toEqual([true, true, false, true, true, true, true]);
    expect(catalog.listFunctions().length).toBeGreaterThan(300);
    expect(catalog.listFunctions(undefined, "upp*")).toMatchObject([{ name: "upper", catalog: null, isTemporary: true }]);
    expect(catalog.getFunction("myf")).toMatchObject({ name: "myf", description: "N/A." });
    expect(() => catalog.getFunction("nope")).toThrow(refusal("UNRESOLVED_ROUTINE"));
  });

  it("makes tables and forgets views", async () => {
    const { catalog } = session;
    const made = await catalog.createTable("n1", { schema: "a INT, b STRING", source: "json" });
    expect([made.columns, await made.count()]).toEqual([["a", "b"], 0]);
    await expect(catalog.createTable("n1", { schema: "a INT" })).rejects.toEqual(refusal("TABLE_OR_VIEW_ALREADY_EXISTS"));
    await two.write.parquet(join(folder, "files"));
    const files = await catalog.createTable("n2", { path: join(folder, "files"), source: "parquet", description: "dd" });
    expect([await files.count(), (await catalog.getTable("n2")).description]).toEqual([2, "dd"]);
    expect([catalog.dropTempView("vv"), catalog.dropTempView("vv"), catalog.dropTempView("t1")]).toEqual([true, false, false]);
  });

  it("keeps nothing of tables", async () => {
    const { catalog } = session;
    await catalog.cacheTable("t1");
    expect(await catalog.isCached("t1")).toBe(false);
    await catalog.uncacheTable("t1");
    await catalog.refreshTable("t1");
    catalog.clearCache();
    catalog.refreshByPath("data");
    for (const call of [catalog.cacheTable("nope"), catalog.refreshTable("nope")])
      await expect(call).rejects.toEqual(refusal("TABLE_OR_VIEW_NOT_FOUND"));
  });

  it("beside it: a version, and a table of nothing", async () => {
    expect(session.version).toMatch(/^\d+\.\d+\.\d+/);
    expect([session.emptyDataFrame.columns, await session.emptyDataFrame.count()]).toEqual([[], 0]);
  });
});
