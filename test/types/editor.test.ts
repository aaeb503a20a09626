import { afterAll, describe, expect, test } from "vitest";
import { LanguageServer } from "./editors/languageServer.js";
import { LanguageService } from "./editors/languageService.js";

const head = `import { avg, col, count, explode, Session as S, schema, sum, t, window, type Session } from "../../index.js";
declare const session: Session;
const Reading = schema({ sensorId: t.string.notNull, at: t.timestamp, celsius: t.double, price: t.decimal(10, 2), tags: t.array(t.string) });
const readings = session.readStream.schema(Reading).json("in");
const sensors = session.read.schema(schema({ sensorId: t.string.notNull, area: t.string })).json("sensors");
`;
const columns = ["sensorId", "at", "celsius"];

/** How an editor asks: the language server that editors start, and the language service of the version before. */
const editors = [
  ["7", () => new LanguageServer()],
  ["5.9", () => new LanguageService()],
] as const;

describe.each(editors)("TypeScript %s", (_version, open) => {
  const editor = open();
  afterAll(() => editor.close());
  const completions = (text: string): Promise<readonly string[]> => editor.completions(head + text);
  const hover = (text: string): Promise<string> => editor.hover(head + text);

  test.each([
    ["select", 'readings.select("|")', columns],
    ["select, the second", 'readings.select("at", "|")', columns],
    ["groupBy", 'readings.groupBy("|")', columns],
    ["orderBy", 'readings.orderBy("|")', columns],
    ["drop", 'readings.drop("|")', columns],
    ["withColumn", 'readings.withColumn("|", col("celsius"))', columns],
    ["withColumnRenamed", 'readings.withColumnRenamed("|", "x")', columns],
    ["dropDuplicates", 'readings.dropDuplicates("|")', columns],
    ["withWatermark", 'readings.withWatermark("|", "1 minute")', ["at"]],
    ["sum of groups", 'readings.groupBy("sensorId").sum("|")', ["celsius", "price"]],
    ["join", 'readings.join(sensors, "|")', ["sensorId"]],
    ["col of a table", 'readings.col("|")', columns],
    ["partitionBy of a stream", 'readings.writeStream.partitionBy("|")', columns],
    ["where, by the row", "readings.where((row) => row.|)", columns],
    ["select, by the row", "readings.select((row) => [row.|])", columns],
    ["withColumn, by the row", 'readings.withColumn("x", (row) => row.|)', columns],
    ["groupBy, by the row", "readings.groupBy((row) => [row.|])", columns],
    ["agg, by the row", 'readings.groupBy("sensorId").agg((row) => [sum(row.|)])', columns],
    ["orderBy, by the row", "sensors.orderBy((row) => row.|)", ["sensorId", "area"]],
    ["join, by both rows", "readings.join(sensors, (reading, sensor) => reading.sensorId.eq(sensor.|))", ["sensorId", "area"]],
    [
      "having, behind an aggregation",
      'readings.groupBy("sensorId").agg(avg("celsius").as("mean")).where((row) => row.|)',
      ["sensorId", "mean"],
    ],
    ["select of what a select gave", 'readings.select("at", col("celsius").plus(1).as("warmer")).orderBy("|")', ["at", "warmer"]],
    ["an aggregation of a window", 'readings.groupBy(window("at", "1 minute")).agg(count().as("n")).select("|")', ["window", "n"]],
    ["a template text", "readings.select(`|`)", columns],
    ["union by name", 'readings.unionByName(readings).drop("|")', columns],
    ["what a file says of itself, by the row", "readings.where((row) => row.|)", ["_metadata"]],
    ["a member of a struct", 'readings.where((row) => row._metadata.getField("|").isNotNull())', ["file_name", "file_size"]],
    ["pivot", 'sensors.groupBy("area").pivot("|", ["a"])', ["sensorId", "area"]],
    ["a window of rows", 'sensors.dropDuplicates("sensorId", "|")', ["area"]],
    ["a verb behind others", 'readings.withColumn("x", col("celsius")).drop("at").select("|")', ["sensorId", "celsius", "x"]],
  ])("the names of columns complete in %s", async (_verb, text, names) => {
    expect(await completions(text)).toEqual(expect.arrayContaining([...names]));
  });

  test("a column that cannot stand there is not offered", async () => {
    expect(await completions('readings.withWatermark("|", "1 minute")')).not.toContain("sensorId");
    expect(await completions('readings.groupBy("sensorId").sum("|")')).not.toContain("sensorId");
    expect(await completions('readings.join(sensors, "|")')).not.toContain("area");
    expect(await completions('readings.drop("at").select("|")')).not.toContain("at");
  });

  test("a column by the row offers what can be done with it", async () => {
    expect(await completions("readings.where((row) => row.celsius.|)")).toEqual(expect.arrayContaining(["gt", "plus", "isNull", "cast"]));
  });

  test.each([
    ["a source", 'session.read.format("|")', ["csv", "json", "parquet", "kafka"]],
    ["a sink of a stream", 'readings.writeStream.format("|")', ["csv", "noop", "parquet"]],
    ["a sink", 'sensors.write.format("|")', ["csv", "noop", "parquet"]],
    ["an output mode", 'readings.writeStream.outputMode("|")', ["append", "update", "complete"]],
    ["a save mode", 'sensors.write.mode("|")', ["append", "overwrite"]],
    ["a kind of join", 'sensors.join(sensors, "sensorId", "|")', ["left", "left_anti"]],
    ["a configuration key", 'session.conf.set("|", 1)', ["spark.sql.session.timeZone", "spark.sql.shuffle.partitions"]],
    ["a configuration key that is read", 'session.conf.get("|")', ["spark.sql.session.timeZone"]],
    ["a configuration key at the start", 'S.create({ conf: { "|": 1 } })', ["spark.sql.session.timeZone"]],
    ["a type to cast to", 'sensors.select(col("area").cast("|"))', ["bigint", "timestamp"]],
  ])("%s completes", async (_what, text, names) => {
    expect(await completions(text)).toEqual(expect.arrayContaining([...names]));
  });

  test.each([
    ["option of a source", 'session.read.format("csv").option("|", 1)', ["header", "sep"], "rowsPerSecond"],
    ["options of a source", 'session.read.format("csv").options({ "|": 1 })', ["header", "sep"], "rowsPerSecond"],
    ["option of a source with a schema", 'session.readStream.format("csv").schema(Reading).option("|", 1)', ["header"], "subscribe"],
    ["the second option", 'session.readStream.format("kafka").option("subscribe", "a").option("|", 1)', ["startingOffsets"], "header"],
    ["option of a sink", 'readings.writeStream.format("kafka").option("|", 1)', ["topic", "checkpointLocation"], "escapeQuotes"],
    ["options of a sink", 'readings.writeStream.format("json").options({ "|": 1 })', ["path", "checkpointLocation"], "topic"],
    ["option of a table's sink", 'sensors.write.format("csv").option("|", 1)', ["header", "path"], "topic"],
    ["option without a format", 'session.read.option("|", 1)', ["header", "subscribe"], "topic"],
  ])("%s: those of the format complete", async (_what, text, names, other) => {
    const offered = await completions(text);
    expect(offered).toEqual(expect.arrayContaining([...names]));
    expect(offered).not.toContain(other);
  });

  test("a hover shows the row, not what made it", async () => {
    const hovers: readonly (readonly [string, RegExp])[] = [
      ['const f|rame = readings.groupBy("sensorId").agg(avg("celsius").as("mean"));', /DataFrame<\{[^<]*mean: number \| null;[^<]*\}>/],
      [
        'const f|rame = readings.withColumn("kelvin", col("celsius").plus(273.15)).drop("at");',
        /DataFrame<\{[^<]*celsius: number \| null;[^<]*kelvin: number \| null;[^<]*\}>/,
      ],
      ["const f|rame = readings.select((row) => [row.celsius.plus(1).as('x'), row.price]);", /DataFrame<\{[^<]*x: number \| null;[^<]*\}>/],
      ['const f|rame = readings.select(explode("tags").as("tag"));', /DataFrame<\{[^<]*tag: string \| null;[^<]*\}>/],
      ['const f|rame = readings.join(sensors, "sensorId", "left");', /DataFrame<\{[^<]*area: string \| null;[^<]*\}>/],
      ['const f|rame = readings.groupBy("sensorId").sum("celsius");', /DataFrame<\{[^<]*"?sum\(celsius\)\\?"?: number \| null;[^<]*\}>/],
      [
        'const f|rame = readings.groupBy(window("at", "1 minute")).agg(count().as("n"));',
        /DataFrame<\{[^<]*window: (TimeWindow|\{[^<]*\});[^<]*\}>/,
      ],
      ['const f|rame = sensors.unionByName(sensors.drop("area"), true);', /DataFrame<\{[^<]*area: string \| null;[^<]*\}>/],
    ];
    for (const [text, shown] of hovers) expect(await hover(text)).toMatch(shown);
    const rows = 'const r|ows = sensors.select("area").collect();';
    expect(await hover(rows)).toMatch(/Promise<\{[^<]*area: string \| null;[^<]*\}\[\]>/);
  });
});
