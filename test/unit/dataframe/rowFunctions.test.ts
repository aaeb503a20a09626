import { describe, expect, test } from "vitest";
import { avg, col, schema, Session, sum, t, window, type DataFrame } from "../../../index.js";

const session = Session.create();
const readings = session.createDataFrame(
  [
    { id: 1, sensor: "a", celsius: 20, at: new Date(0), "a.b": 1 },
    { id: 2, sensor: "b", celsius: 30, at: new Date(60_000), "a.b": 2 },
    { id: 3, sensor: "a", celsius: 40, at: new Date(90_000), "a.b": 3 },
  ] as never,
  schema({ id: t.long.notNull, sensor: t.string, celsius: t.double, at: t.timestamp, "a.b": t.int }),
);
const sensors = session.createDataFrame(
  [
    { id: 7, sensor: "a" },
    { id: 8, sensor: "c" },
  ],
  schema({ id: t.long.notNull, sensor: t.string }),
);

describe("functions of the row", () => {
  test("say what columns and their names say", async () => {
    const frame = readings
      .where((row) => row.celsius.gt(20))
      .withColumn("kelvin", ({ celsius }) => celsius.plus(273))
      .select((row) => [row.id, row.kelvin, row.sensor.as("s")])
      .orderBy((row) => row.id.desc());
    expect(await frame.collect()).toEqual([
      { id: 3, kelvin: 313, s: "a" },
      { id: 2, kelvin: 303, s: "b" },
    ]);
    expect(await readings.select((row) => row["a.b"]).collect()).toEqual([{ "a.b": 1 }, { "a.b": 2 }, { "a.b": 3 }]);
  });

  test("group and aggregate", async () => {
    const means = readings.groupBy((row) => [window(row.at, "1 minute"), row.sensor]).agg((row) => [avg(row.celsius).as("mean")]);
    expect(await means.select("mean").orderBy("mean").collect()).toEqual([{ mean: 20 }, { mean: 30 }, { mean: 40 }]);
    expect(await readings.agg((row) => sum(row.id).as("n")).collect()).toEqual([{ n: 6 }]);
    const one = readings.groupBy((row) => row.sensor).agg((row) => sum(row.id).as("n"));
    expect(await one.orderBy("sensor").collect()).toEqual([
      { sensor: "a", n: 4 },
      { sensor: "b", n: 2 },
    ]);
  });

  test("tell the sides of a join apart, also where columns have the same names", async () => {
    const joined = readings.select("id", "sensor").join(sensors, (reading, sensor) => reading.sensor.eq(sensor.sensor));
    expect(await joined.count()).toBe(2);
    expect(await joined.drop("sensor").count()).toBe(2);
  });

  test("see a table that is joined with itself as two", async () => {
    const pairs = readings.join(readings, (left, right) => left.sensor.eq(right.sensor).and(left.id.lt(right.id)));
    expect(await pairs.count()).toBe(1);
    const derived = readings.where("id > 0").join(readings, (left, right) => left.id.eq(right.id.minus(1)));
    expect(await derived.count()).toBe(2);
  });

  test("a name that is not there, or twice, is refused as everywhere", () => {
    const loose: DataFrame = readings;
    expect(() => loose.where((row) => row["celsuis"]!.gt(1))).toThrow(
      expect.objectContaining({ condition: "UNRESOLVED_COLUMN.WITH_SUGGESTION" }),
    );
    const twice = readings.select("id").crossJoin(sensors) as DataFrame;
    expect(() => twice.select((row) => [row["id"]!])).toThrow(expect.objectContaining({ condition: "AMBIGUOUS_REFERENCE" }));
    expect(loose.select((row) => row["CELSIUS"]!).columns).toEqual(["celsius"]);
  });

  test.each([
    ["nothing", () => undefined],
    ["a boolean", () => true],
    ["a promise", async () => Promise.resolve(col("id"))],
    ["a name as a condition", () => "id > 1"],
  ])("what gives %s is refused", (_what, gives) => {
    const loose = readings as DataFrame;
    const refused = expect.objectContaining({ condition: "NOT_EXPECTED_TYPE" }) as unknown as Error;
    expect(() => loose.where(gives as never)).toThrow(refused);
    expect(() => loose.withColumn("x", gives as never)).toThrow(refused);
    expect(() => loose.join(sensors, gives as never)).toThrow(refused);
    if (gives() !== "id > 1") expect(() => loose.select(gives as never)).toThrow(refused);
  });
});
