import { describe, expect, it } from "vitest";
import {
  DataFrame,
  Session,
  StreamingError,
  avg,
  callFunction,
  col,
  count,
  desc,
  lit,
  max,
  schema,
  struct,
  sum,
  t,
  window,
  type DataStreamWriter,
  type Timestamp,
} from "../../../index.js";

const warnings: string[] = [];
const session = Session.create({ print: () => {}, warn: (message) => warnings.push(message) });
const Reading = schema({ id: t.long.notNull, sensorId: t.string, at: t.timestamp, celsius: t.double, tags: t.array(t.string) });
const readings = session.createDataFrame([], Reading);
const sensors = session.createDataFrame([{ sensorId: "a", area: "north" }], schema({ sensorId: t.string, area: t.string }));
const ticks = session.readStream.format("rate").load();

function refusal(run: () => unknown): Pick<StreamingError, "condition" | "parameters"> {
  try {
    run();
  } catch (error) {
    if (error instanceof StreamingError) return { condition: error.condition, parameters: error.parameters };
    throw error;
  }
  throw new Error("it was accepted");
}

describe("the verbs of a DataFrame", () => {
  it.each<[string, Pick<DataFrame, "dtypes" | "columns">, [string, string][]]>([
    [
      "select",
      readings.select("id", col("celsius").plus(1).as("c")),
      [
        ["id", "bigint"],
        ["c", "double"],
      ],
    ],
    [
      "select of a star",
      readings.select("id", "sensorId").select("*", lit(1).as("one")),
      [
        ["id", "bigint"],
        ["sensorId", "string"],
        ["one", "int"],
      ],
    ],
    [
      "select of a struct's members",
      readings.select(struct("id", "celsius").as("s")).select("s.*"),
      [
        ["id", "bigint"],
        ["celsius", "double"],
      ],
    ],
    [
      "selectExpr",
      readings.selectExpr("id + 1 AS next", "celsius"),
      [
        ["next", "bigint"],
        ["celsius", "double"],
      ],
    ],
    [
      "withColumn, new",
      readings.select("id").withColumn("x", lit("y")),
      [
        ["id", "bigint"],
        ["x", "string"],
      ],
    ],
    [
      "withColumn, replaced in place",
      readings.select("id", "celsius").withColumn("ID", lit("y")),
      [
        ["ID", "string"],
        ["celsius", "double"],
      ],
    ],
    [
      "withColumns",
      readings.select("id").withColumns({ a: col("id"), id: lit(1.5) }),
      [
        ["id", "double"],
        ["a", "bigint"],
      ],
    ],
    [
      "withColumnRenamed",
      readings.select("id", "celsius").withColumnRenamed("celsius", "c"),
      [
        ["id", "bigint"],
        ["c", "double"],
      ],
    ],
    [
      "toDF",
      readings.select("id", "celsius").toDF("a", "b"),
      [
        ["a", "bigint"],
        ["b", "double"],
      ],
    ],
    [
      "drop",
      readings.drop("tags", "at", "sensorId"),
      [
        ["id", "bigint"],
        ["celsius", "double"],
      ],
    ],
    [
      "groupBy and agg",
      readings.groupBy("sensorId").agg(avg("celsius").as("m"), count().as("n")),
      [
        ["sensorId", "string"],
        ["m", "double"],
        ["n", "bigint"],
      ],
    ],
    [
      "groupBy and count",
      readings.groupBy("sensorId").count(),
      [
        ["sensorId", "string"],
        ["count", "bigint"],
      ],
    ],
    [
      "the names of aggregates",
      readings.groupBy("sensorId").max("id", "celsius"),
      [
        ["sensorId", "string"],
        ["max(id)", "bigint"],
        ["max(celsius)", "double"],
      ],
    ],
    [
      "agg",
      readings.agg(sum("id"), max("at").as("last")),
      [
        ["sum(id)", "bigint"],
        ["last", "timestamp"],
      ],
    ],
    [
      "a window",
      readings.groupBy(window("at", "1 minute")).count(),
      [
        ["window", "struct<start:timestamp,end:timestamp>"],
        ["count", "bigint"],
      ],
    ],
    [
      "explode",
      readings.select("id", callFunction("explode", "tags").as("tag")),
      [
        ["id", "bigint"],
        ["tag", "string"],
      ],
    ],
    [
      "join by name",
      readings.select("sensorId", "id").join(sensors, "sensorId"),
      [
        ["sensorId", "string"],
        ["id", "bigint"],
        ["area", "string"],
      ],
    ],
    [
      "join by condition",
      readings.select("id").join(sensors, col("id").gt(1), "left"),
      [
        ["id", "bigint"],
        ["sensorId", "string"],
        ["area", "string"],
      ],
    ],
    [
      "crossJoin",
      readings.select("id").crossJoin(sensors.select("area")),
      [
        ["id", "bigint"],
        ["area", "string"],
      ],
    ],
    ["union", readings.select("id").union(session.range(0, 3)), [["id", "bigint"]]],
    [
      "unionByName",
      readings.select("id", "celsius").unionByName(readings.select("celsius", "id")),
      [
        ["id", "bigint"],
        ["celsius", "double"],
      ],
    ],
  ])("%s", (_, frame, dtypes) => {
    expect(frame.dtypes).toEqual(dtypes);
    expect(frame.columns).toEqual(dtypes.map(([name]) => name));
  });

  it("keep the rows' shape", () => {
    const same = [
      readings.where(col("celsius").gt(1)),
      readings.filter("celsius > 1"),
      readings.distinct(),
      readings.dropDuplicates("id"),
      readings.limit(1).offset(1),
      readings.orderBy("id", desc("celsius")),
      readings.sample(0.5),
      readings.repartition(2),
      readings.withWatermark("at", "1 minute"),
      readings.as("r"),
    ];
    for (const frame of same) expect(frame.dtypes).toEqual(readings.dtypes);
  });

  it("tell the sides of a self-join apart by alias", () => {
    const joined = readings
      .select("id")
      .as("l")
      .join(readings.select("id").as("r"), col("l.id").eq(col("r.id")));
    expect(joined.columns).toEqual(["id", "id"]);
    expect(joined.select(col("r.id").as("right")).dtypes).toEqual([["right", "bigint"]]);
  });

  it("do not care how often a Column is used", () => {
    const one = lit(1).as("one");
    const both = readings.select("id", one).join(readings.select("id", one), "id");
    expect(both.columns).toEqual(["id", "one", "one"]);
  });

  it("know whether they are a stream", () => {
    expect(readings.isStreaming).toBe(false);
    expect(ticks.isStreaming).toBe(true);
    expect(ticks.select("value").join(session.range(0, 1), col("value").eq(col("id"))).isStreaming).toBe(true);
  });
});

describe("a mistake", () => {
  it("in a name is refused at the call, with candidates", () => {
    const { condition, parameters } = refusal(() => readings.select(col("celsuis" as "celsius")));
    expect(condition).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
    expect(parameters["proposal"]).toContain("celsius");
  });

  it.each<[string, () => unknown, string]>([
    ["a negative limit", () => readings.limit(-1), "INVALID_OPTION_VALUE"],
    ["a limit of half a row", () => readings.limit(0.5), "INVALID_OPTION_VALUE"],
    ["a kind of join that does not exist", () => readings.join(sensors, "sensorId", "sideways" as "left"), "INVALID_OPTION_VALUE"],
    ["too few names", () => readings.toDF("a"), "INVALID_OPTION_VALUE"],
    ["a key that does not exist", () => readings.dropDuplicates("nope" as "id"), "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES"],
    ["a format that does not exist", () => session.read.format("jsno" as string), "DATA_SOURCE_NOT_FOUND"],
    ["a source of Spark's that is not built", () => session.read.format("avro" as string), "NOT_YET_SUPPORTED"],
    ["a sink of Spark's that is not built", () => ticks.writeStream.format("delta" as string), "NOT_YET_SUPPORTED"],
    ["a format called as something every object has", () => session.read.format("constructor" as string), "DATA_SOURCE_NOT_FOUND"],
    ["a table that does not exist", () => session.table("nope"), "TABLE_OR_VIEW_NOT_FOUND"],
    ["a value that does not fit", () => session.createDataFrame([{ id: "x" as unknown as number }], "id INT"), "VALUE_NOT_OF_TYPE"],
    ["writing a stream as a table", () => ticks.write, "CALL_ON_STREAMING_DATASET_UNSUPPORTED"],
    ["streaming a table", () => readings.writeStream, "STREAMING_QUERY_WITHOUT_STREAM"],
    ["an output mode that does not exist", () => ticks.writeStream.outputMode("upsert" as "update"), "STREAMING_OUTPUT_MODE.INVALID"],
    ["a negative trigger", () => ticks.writeStream.trigger({ processingTime: "-1 second" }), "NEGATIVE_TRIGGER_INTERVAL"],
    ["a trigger of a month", () => ticks.writeStream.trigger({ processingTime: "1 month" }), "INVALID_TRIGGER"],
    ["a trigger that is none", () => ticks.writeStream.trigger({ sometimes: true } as unknown as { once: true }), "INVALID_TRIGGER"],
    ["a sink that does not exist", () => ticks.writeStream.format("konsole" as string), "DATA_SOURCE_NOT_FOUND"],
    ["a save mode that does not exist", () => readings.write.mode("replace" as "overwrite"), "INVALID_OPTION_VALUE"],
  ])("%s is refused", (_, run, condition) => {
    expect(refusal(run).condition).toBe(condition);
  });

  it("names the nearest format", () => {
    expect(refusal(() => session.read.format("jsno" as string)).parameters["suggestion"]).toContain("Did you mean `json`");
  });

  it.each<[string, () => Promise<unknown>]>([
    ["collect", () => ticks.collect()],
    ["count", () => ticks.count()],
    ["show", () => ticks.show()],
    ["toArrow", () => ticks.toArrow()],
  ])("%s of a stream is refused", async (_, run) => {
    await expect(run()).rejects.toMatchObject({ condition: "STREAMING_QUERY_NEEDS_START" });
  });
});

describe("a writer", () => {
  it("describes what it would start, and is not changed by what is made of it", () => {
    const plain = ticks.writeStream;
    const writer: DataStreamWriter<{ timestamp: Timestamp | null; value: number | null }> = plain
      .queryName("q")
      .outputMode("update")
      .format("parquet")
      .option("path", "out")
      .option("CheckpointLocation", "here")
      .option("maxRecords", 5)
      .partitionBy("value")
      .trigger({ processingTime: "2 seconds" });
    expect(writer.definition).toMatchObject({
      queryName: "q",
      outputMode: "update",
      format: "parquet",
      options: { path: "out", maxRecords: "5" },
      partitionBy: ["value"],
      trigger: { kind: "processingTime", intervalMs: 2000 },
      checkpointLocation: "here",
    });
    expect(plain.definition).toMatchObject({
      queryName: null,
      options: {},
      checkpointLocation: null,
      trigger: { kind: "processingTime", intervalMs: 0 },
    });
  });

  it("of a batch describes what it would write", () => {
    const { definition } = readings.write.format("json").mode("error").options({ compression: "gzip" }).partitionBy("sensorId");
    expect(definition).toMatchObject({
      format: "json",
      mode: "errorifexists",
      options: { compression: "gzip" },
      partitionBy: ["sensorId"],
    });
  });
});

describe("a session", () => {
  it("keeps views by name, whatever the case", () => {
    readings.createOrReplaceTempView("Readings");
    expect(session.table("READINGS").select(col("readings.id")).columns).toEqual(["id"]);
    expect(session.dropTempView("readings")).toBe(true);
    expect(session.dropTempView("readings")).toBe(false);
  });

  it("counts ranges as Spark does", () => {
    expect(session.range(0, 5, 2).dtypes).toEqual([["id", "bigint"]]);
    expect(session.range(0, 5, 2).schema.fields[0]!.nullable).toBe(false);
  });

  it("uses its configuration for analysis", () => {
    const legacy = Session.create({ conf: { "sql.ansi.enabled": false, "sql.session.timeZone": "Asia/Tokyo" } });
    expect(legacy.analysisContext).toMatchObject({ ansi: false, zone: "Asia/Tokyo" });
  });
});
