/**
 * What the compiler must know of rows, and what it must refuse. Checked by `tsc` (see `types.test.ts`); nothing here runs.
 */
import { expectTypeOf } from "vitest";
import {
  avg,
  coalesce,
  col,
  count,
  desc,
  expr,
  fromJson,
  lit,
  max,
  schema,
  struct,
  sum,
  t,
  transform,
  upper,
  when,
  window,
  type DataFrame,
  type DataStreamWriter,
  type Decimal,
  type RowOf,
  type Session,
  type Timestamp,
} from "../../index.js";

declare const session: Session;

const Reading = schema({
  sensorId: t.string,
  at: t.timestamp,
  celsius: t.double,
  big: t.bigint,
  id: t.long.notNull,
  tags: t.array(t.string),
});
type Reading = RowOf<typeof Reading>;
declare const readings: DataFrame<Reading>;
declare const sensors: DataFrame<{ sensorId: string; area: string | null }>;
declare const loose: DataFrame;

export function schemas(): void {
  expectTypeOf<Reading>().toEqualTypeOf<{
    sensorId: string | null;
    at: Timestamp | null;
    celsius: number | null;
    big: bigint | null;
    id: number;
    tags: (string | null)[] | null;
  }>();
  const nested = schema({ s: t.struct({ a: t.int, b: t.decimal(10, 2).notNull }), m: t.map(t.string, t.int) });
  expectTypeOf<RowOf<typeof nested>>().toEqualTypeOf<{
    s: { a: number | null; b: Decimal } | null;
    m: Map<string, number | null> | null;
  }>();
  expectTypeOf(session.readStream.format("json").schema(Reading).load()).toEqualTypeOf<DataFrame<Reading>>();
  expectTypeOf(session.read.schema("id BIGINT").json("x")).toEqualTypeOf<DataFrame>();
  expectTypeOf(session.createDataFrame([{ a: 1 }], schema({ a: t.int }))).toEqualTypeOf<DataFrame<{ a: number | null }>>();
}

export async function selecting(): Promise<void> {
  const chosen = readings.select("sensorId", col("celsius").plus(273.15).as("kelvin"), upper("sensorId").as("loud"), lit(1).as("one"));
  expectTypeOf(chosen).toEqualTypeOf<DataFrame<{ sensorId: string | null; kelvin: number | null; loud: string | null; one: number }>>();
  expectTypeOf(await chosen.collect()).toEqualTypeOf<
    { sensorId: string | null; kelvin: number | null; loud: string | null; one: number }[]
  >();
  expectTypeOf(readings.select("*", col("id").as("again"))).toEqualTypeOf<
    DataFrame<{
      sensorId: string | null;
      at: Timestamp | null;
      celsius: number | null;
      big: bigint | null;
      id: number;
      tags: (string | null)[] | null;
      again: number;
    }>
  >();
  expectTypeOf(readings.select(coalesce("celsius", lit(0)).as("c"))).toEqualTypeOf<DataFrame<{ c: number }>>();
  expectTypeOf(readings.select(when(col("celsius").gt(0), "water").otherwise("ice").as("state"))).toEqualTypeOf<
    DataFrame<{ state: string }>
  >();
  expectTypeOf(readings.select(when(col("celsius").gt(0), col("sensorId")).as("s"))).toEqualTypeOf<DataFrame<{ s: string | null }>>();
  const packed = readings.select(struct("id", "celsius").as("s"));
  expectTypeOf(packed).toEqualTypeOf<DataFrame<{ s: { id: number; celsius: number | null } }>>();
  expectTypeOf(packed.select("s.id")).toEqualTypeOf<DataFrame<{ id: number }>>();
  expectTypeOf(packed.select("s.*")).toEqualTypeOf<DataFrame<{ id: number; celsius: number | null }>>();
  expectTypeOf(readings.select(col("celsius").cast("string"))).toEqualTypeOf<DataFrame<{ celsius: string | null }>>();
  expectTypeOf(readings.selectExpr("id + 1 AS next")).toEqualTypeOf<DataFrame>();
  expectTypeOf(loose.select("anything")).toEqualTypeOf<DataFrame<{ anything: unknown }>>();
  expectTypeOf(readings.select(expr("id + 1").as("next"))).toEqualTypeOf<DataFrame<{ next: unknown }>>();
  const names: string[] = ["id"];
  expectTypeOf(readings.select(...names)).toEqualTypeOf<DataFrame>();
  expectTypeOf(readings.groupBy(...names).count()).toExtend<DataFrame>();
  expectTypeOf(readings.select(transform("tags", (tag) => upper(tag)).as("t"))).toEqualTypeOf<DataFrame<{ t: (string | null)[] }>>();
}

/** The job of the README. */
export function theMainJob(): void {
  const averages = session.readStream
    .format("kafka")
    .option("kafka.bootstrap.servers", "localhost:9092")
    .option("subscribe", "readings")
    .load()
    .select(fromJson(col("value").cast("string"), Reading).as("r"))
    .select("r.*")
    .withWatermark("at", "10 seconds")
    .groupBy(window("at", "10 minutes", "1 minute"), "sensorId")
    .agg(avg("celsius").as("mean"), count().as("n"));
  expectTypeOf(averages).toEqualTypeOf<
    DataFrame<{ window: { start: Timestamp; end: Timestamp }; sensorId: string | null; mean: number | null; n: number }>
  >();
  expectTypeOf(averages.select("window.start", "n")).toEqualTypeOf<DataFrame<{ start: Timestamp; n: number }>>();
}

export function otherVerbs(): void {
  type Small = { id: number; celsius: number | null };
  const small = readings.select("id", "celsius");
  expectTypeOf(small.withColumn("kelvin", col("celsius").plus(273.15))).toEqualTypeOf<
    DataFrame<{ id: number; celsius: number | null; kelvin: number | null }>
  >();
  expectTypeOf(small.withColumn("id", lit("x"))).toEqualTypeOf<DataFrame<{ id: string; celsius: number | null }>>();
  expectTypeOf(small.withColumns({ a: lit(1), b: col("id") })).toEqualTypeOf<
    DataFrame<{ id: number; celsius: number | null; a: number; b: number }>
  >();
  expectTypeOf(small.withColumnRenamed("celsius", "c")).toEqualTypeOf<DataFrame<{ id: number; c: number | null }>>();
  expectTypeOf(small.drop("celsius")).toEqualTypeOf<DataFrame<{ id: number }>>();
  expectTypeOf(small.where(col("id").gt(1)).limit(1).distinct().orderBy(desc("id"))).toEqualTypeOf<DataFrame<Small>>();
  expectTypeOf(small.groupBy("id").count()).toEqualTypeOf<DataFrame<{ id: number; count: number }>>();
  expectTypeOf(small.groupBy("id").sum("celsius")).toEqualTypeOf<DataFrame<{ id: number; "sum(celsius)": number | null }>>();
  expectTypeOf(small.groupBy("id").reduceGroups((a, b) => ((a.celsius ?? 0) > (b.celsius ?? 0) ? a : b))).toEqualTypeOf<DataFrame<Small>>();
  expectTypeOf(small.agg(max("id"), sum("celsius").as("s"))).toEqualTypeOf<DataFrame<{ "max(id)": number | null; s: number | null }>>();
  expectTypeOf(readings.select("sensorId", "id").join(sensors, "sensorId")).toEqualTypeOf<
    DataFrame<{ sensorId: string | null; id: number; area: string | null }>
  >();
  expectTypeOf(small.join(sensors, col("sensorId").eq(col("area")), "left")).toEqualTypeOf<
    DataFrame<{ id: number; celsius: number | null; sensorId: string | null; area: string | null }>
  >();
  expectTypeOf(small.join(sensors, col("sensorId").eq(col("area")), "left_anti")).toEqualTypeOf<DataFrame<Small>>();
  expectTypeOf(loose.withColumn("x", lit(1))).toEqualTypeOf<DataFrame>();
  expectTypeOf(readings.select((row) => [row.id, row["_metadata"].getField("file_size").as("bytes")])).toEqualTypeOf<
    DataFrame<{ id: number; bytes: number }>
  >();
  // @ts-expect-error files have no such fact
  readings.select((row) => [row["_metadataa"]]);
  expectTypeOf(readings.select("id", "_metadata.file_name", col("_metadata.file_size").as("bytes"))).toEqualTypeOf<
    DataFrame<{ id: number; file_name: string; bytes: number }>
  >();
}

/** Each of these must not compile. */
export function mistakes(): void {
  // @ts-expect-error no such column
  readings.select("celsuis");
  // @ts-expect-error no such part of what files have beside their columns
  readings.select("_metadata.file_nam");
  // @ts-expect-error no such column inside an expression
  readings.select("id", col("celsuis").plus(1).as("k"));
  // @ts-expect-error no such column in a condition
  readings.where(col("celsuis").gt(30));
  // @ts-expect-error no such column on the right of a comparison
  readings.where(col("celsius").gt(col("limit")));
  // @ts-expect-error no such column under a function
  readings.select(upper("sensorid").as("s"));
  // @ts-expect-error no such grouping column
  readings.groupBy("sensor").count();
  // @ts-expect-error no such column in an aggregate
  readings.groupBy("sensorId").agg(avg("celsuis").as("mean"));
  // @ts-expect-error no such column in a window
  readings.groupBy(window("time", "1 minute")).count();
  // @ts-expect-error no such watermark column
  readings.withWatermark("time", "1 minute");
  // @ts-expect-error no such column to drop
  readings.drop("celsuis");
  // @ts-expect-error no such column to rename
  readings.withColumnRenamed("celsuis", "c");
  // @ts-expect-error no such key
  readings.dropDuplicates("celsuis");
  // @ts-expect-error not a column of both
  readings.join(sensors, "area");
  // @ts-expect-error no such column in a join condition
  readings.join(sensors, col("id").eq(col("areas")));
  // @ts-expect-error no such member of the struct
  readings.select(struct("id").as("s")).select("s.celsius");
  // @ts-expect-error no such column to sort by
  readings.orderBy(desc("celsuis"));
  // @ts-expect-error not a column any more
  readings.select("id").select("celsius");
  // @ts-expect-error a number and a text
  readings.select(col("id").plus("abc").as("x"));
  // @ts-expect-error a condition that is no boolean
  readings.where(col("id"));
  // @ts-expect-error a number is joined with a text
  readings.join(sensors.select(col("sensorId").as("id")), "id");
  // @ts-expect-error a format that does not exist
  session.read.format("parqet");
  // @ts-expect-error a sink that does not exist
  readings.writeStream.format("parqet");
  // @ts-expect-error a type that does not exist
  session.read.schema("id BIGNT");
  // @ts-expect-error a bounded read without a schema is a promise
  session.read.json("x").select("id");
  // @ts-expect-error an output mode that does not exist
  readings.writeStream.outputMode("appended");
  // @ts-expect-error no kind of trigger
  readings.writeStream.trigger({ every: "1 second" });
  // @ts-expect-error a bare string is a name in where only as SQL text, a number is nothing
  readings.where(1);
}

/** A DataFrame goes where one of fewer or unknown columns is wanted, not the other way round. */
export function assignments(): void {
  expectTypeOf(readings).toExtend<DataFrame>();
  expectTypeOf(readings).toExtend<DataFrame<unknown>>();
  expectTypeOf(readings).toExtend<DataFrame<{ id: number }>>();
  expectTypeOf(sensors).not.toExtend<DataFrame<{ id: number }>>();
  expectTypeOf(readings.writeStream).toExtend<DataStreamWriter>();
}
