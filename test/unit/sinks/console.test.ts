import { describe, expect, test } from "vitest";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { field, types, windowType, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { consoleSinkProvider } from "../../../sinks/console/sink.js";
import { sinkIdentity } from "../../contracts/sinkContract.js";

async function printed(schema: Schema, rows: Value[][], options: Record<string, string> = {}): Promise<string[]> {
  const lines: string[] = [];
  const context = {
    runtime: systemRuntime(),
    options,
    schema,
    outputMode: "append",
    streaming: true,
    partitionBy: [],
    conf: {},
    warn: () => {},
  } as const;
  const sink = consoleSinkProvider.create({ ...context, print: (line) => lines.push(line) });
  await sink.start(sinkIdentity);
  const batch = await sink.open({
    batchId: 7,
    outputMode: "append",
    schema,
    keyColumns: null,
    changeColumn: null,
    batchTimeMs: 0,
    replay: false,
  });
  await batch!.write(batchFromRows(schema, rows));
  await batch!.prepare();
  await batch!.commit();
  return lines;
}

describe("the console sink", () => {
  test("prints a table as Spark's show does", async () => {
    const schema = types.struct([field("w", windowType), field("k", types.string), field("mean", types.double), field("n", types.long)]);
    const rows: Value[][] = [
      [[0n, 600_500_000n], "a text of more than twenty characters", 1, 12n],
      [null, "b\nc", null, -3n],
    ];
    expect(await printed(schema, rows)).toEqual([
      "-------------------------------------------",
      "Batch: 7",
      "-------------------------------------------",
      "+--------------------+--------------------+----+---+",
      "|                   w|                   k|mean|  n|",
      "+--------------------+--------------------+----+---+",
      "|{1970-01-01 00:00...|a text of more th...| 1.0| 12|",
      "|                NULL|                b\\nc|NULL| -3|",
      "+--------------------+--------------------+----+---+",
    ]);
    expect((await printed(schema, rows, { truncate: "false" }))[6]).toBe(
      "|{1970-01-01 00:00:00, 1970-01-01 00:10:00.5}|a text of more than twenty characters|1.0 |12 |",
    );
  });

  test("prints every type", async () => {
    const schema = types.struct([
      field("d", types.date),
      field("m", types.decimal(5, 2)),
      field("b", types.binary),
      field("a", types.array(types.float)),
      field("p", types.map(types.string, types.boolean)),
      field("i", types.intervalDayTime),
      field("wide", types.string),
    ]);
    const row: Value[] = [0, 125n, Uint8Array.of(1, 255), [0.1, null], { keys: ["x"], values: [true] }, 1n, "日本"];
    expect((await printed(schema, [row], { truncate: "false" }))[6]).toBe(
      "|1970-01-01|1.25|[01 FF]|[0.1, NULL]|{x -> true}|INTERVAL '0 00:00:00.000001' DAY TO SECOND|日本|",
    );
  });

  test("stops after numRows and says so", async () => {
    const schema = types.struct([field("n", types.int)]);
    const lines = await printed(
      schema,
      Array.from({ length: 5 }, (_, i) => [i]),
      { numRows: "2" },
    );
    expect(lines.slice(6)).toEqual(["|  0|", "|  1|", "+---+", "only showing top 2 rows"]);
    await expect(printed(schema, [], { truncate: "maybe" })).rejects.toMatchObject({ condition: "INVALID_OPTION_VALUE" });
  });
});
