import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileFunction } from "node:vm";
import { transform } from "sucrase";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as tidemark from "../../../index.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../dataframe");

interface Example {
  readonly place: string;
  readonly code: string;
}

/** Every `@example` of the docstrings: one line each. */
async function examplesOf(folder: string): Promise<Example[]> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts")).toSorted();
  const found = await Promise.all(
    files.map(async (name) => {
      const lines = (await readFile(join(folder, name), "utf8")).split("\n");
      return lines.flatMap((line, i) => {
        const code = /@example (.*?)(?: \*\/)?$/.exec(line)?.[1];
        return code === undefined || code.startsWith("type ") ? [] : [{ place: `${name}:${i + 1}`, code }];
      });
    }),
  );
  return found.flat();
}

const examples = await examplesOf(root);
const { schema, t, Session } = tidemark;
const lines: string[] = [];
const session = Session.create({ print: (line) => lines.push(line), warn: () => {} });
const Reading = schema({
  id: t.long.notNull,
  sensorId: t.string,
  at: t.timestamp,
  day: t.date,
  celsius: t.double,
  tags: t.array(t.string),
  attributes: t.map(t.string, t.string),
  json: t.string,
});

const df = session.createDataFrame(
  [
    {
      id: 1,
      sensorId: "a-1",
      at: tidemark.Timestamp.of("2024-05-01T12:00:00Z"),
      day: "2024-05-01",
      celsius: 0.5,
      tags: ["new"],
      json: '{"a":1}',
    },
    { id: 2, sensorId: "b-2", at: tidemark.Timestamp.of("2024-05-01T12:20:00Z"), day: "2024-05-02", celsius: null, tags: [], json: "{}" },
  ],
  Reading,
);
const sensors = session.createDataFrame([{ sensorId: "a-1", area: "north" }], schema({ sensorId: t.string, area: t.string }));
const stream = session.readStream.format("rate").option("rowsPerSecond", 1).load();

/** What the examples of databases take: no example starts its query. */
const pool = { connect: () => Promise.reject(new Error("no query was started")) };

/** What the examples of user state take. */
class Sessions extends tidemark.StatefulProcessor {
  override init(): void {}
  override handleInputRows(): [] {
    return [];
  }
}
const outputSchema = "sensorId STRING, n BIGINT";
const userState = {
  Sessions,
  outputSchema,
  grouped: df.groupBy("sensorId"),
  run: () => [],
  options: { outputSchema, stateSchema: "n BIGINT", outputMode: "append" },
};

const scope: Record<string, unknown> = { ...tidemark, ...userState, pool, session, df, sensors, stream, console: { log: () => {} } };

async function run(code: string): Promise<void> {
  const body = /^(const|await|for) /.test(code) ? code : `return (${code});`;
  const parameters = Object.keys(scope).filter((name) => !new RegExp(`^const ${name} `).test(code));
  const { code: plain } = transform(body, { transforms: ["typescript"] });
  const compiled = compileFunction(`return (async () => { ${plain} })();`, parameters);
  const values = parameters.map((name) => scope[name]);
  await Reflect.apply(compiled, undefined, values);
}

/** What examples of user state are given: they run inside a query, for each key of a stream. */
async function callsInQuery(code: string, folder: string): Promise<number> {
  let calls = 0;
  const body = (names: readonly string[]) => compileFunction(code, [...names]);
  const call = (names: Readonly<Record<string, unknown>>): void => {
    calls++;
    Reflect.apply(body(Object.keys(names)), undefined, Object.values(names));
  };
  class Processor extends tidemark.StatefulProcessor {
    private handle!: tidemark.StatefulProcessorHandle;
    override init(handle: tidemark.StatefulProcessorHandle): void {
      this.handle = handle;
      if (/\.get\w+State\(/.test(code)) call({ handle });
    }
    override handleInputRows(key: object, rows: readonly object[], timerValues: tidemark.TimerValues): [] {
      if (!/\.get\w+State\(/.test(code)) call({ handle: this.handle, key, rows, timerValues });
      return [];
    }
  }
  await writeFile(join(folder, "data", "a.json"), '{"sensorId":"a","at":"2024-05-01T12:00:00Z"}\n');
  const grouped = session.readStream
    .schema("sensorId STRING, at TIMESTAMP")
    .json("data")
    .withWatermark("at", "1 minute")
    .groupBy("sensorId");
  const timeout = code.includes("Duration") ? "processingTime" : "eventTime";
  const given = { outputSchema: "n BIGINT", stateSchema: "n BIGINT", outputMode: "append", timeout } as const;
  const frame = /\bhandle\b/.test(code)
    ? grouped.transformWithState(() => new Processor(), { outputSchema: "n BIGINT", timeMode: "eventTime" })
    : grouped.flatMapGroupsWithState((key, rows, state) => {
        state.update({ n: 1 });
        call({ key, rows, state });
        return [];
      }, given);
  const query = await frame.writeStream
    .format("noop")
    .option("checkpointLocation", "cp")
    .outputMode("append")
    .trigger({ availableNow: true })
    .start();
  await query.awaitTermination();
  return calls;
}

const isOfState = ({ place, code }: Example): boolean =>
  /^(groupState|statefulProcessor)\.ts/.test(place) && /\b(state|handle)\b/.test(code);

describe("the examples of the docstrings run as they are written", () => {
  const home = process.cwd();
  let folder = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "tidemark-example-"));
    process.chdir(folder);
    await mkdir("data");
    await writeFile(join("data", "a.json"), '{"id": 1}\n');
    df.createOrReplaceTempView("readings");
  });

  afterEach(async () => {
    await session.stop();
    session.streams.resetTerminated();
    process.chdir(home);
    await rm(folder, { recursive: true });
  });

  it("there are many", () => {
    expect(examples.length).toBeGreaterThan(300);
  });

  it("some are of user state", () => {
    expect(examples.filter(isOfState).length).toBeGreaterThan(15);
  });

  it.each(examples.filter(isOfState).map(({ place, code }) => [code, place]))("%s runs in a query (%s)", async (code) => {
    expect(await callsInQuery(code, folder)).toBeGreaterThan(0);
  });

  it.each(examples.filter((example) => !isOfState(example)).map(({ place, code }) => [code, place]))("%s (%s)", async (code, place) => {
    const failure: unknown = await run(code).then(
      () => null,
      (error: unknown) => error,
    );
    // What the engine says it has not built is no mistake of the example; functions that are not built have no wrapper.
    const unbuilt = failure instanceof StreamingError && failure.condition === "NOT_YET_SUPPORTED" && !place.startsWith("functions/");
    expect(unbuilt ? null : failure).toBeNull();
  });
});
