import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { col, count, schema, Session, t, window } from "../../index.js";
import { requireServers } from "../servers/availability.js";
import { run } from "../servers/processes.js";
import { pythonWith } from "../servers/python.js";

const Typed = schema({
  byte: t.byte,
  short: t.short,
  long: t.bigint,
  float: t.float,
  price: t.decimal(9, 2),
  total: t.decimal(18, 4),
  exact: t.decimal(38, 10),
  day: t.date,
  at: t.timestamp,
  local: t.timestampNtz,
  bytes: t.binary,
  tags: t.array(t.string),
  point: t.struct({ x: t.int, label: t.string }),
  counts: t.map(t.string, t.long),
});

const rows = [
  {
    byte: -128,
    short: 32767,
    long: 9223372036854775807n,
    float: 0.5,
    price: "-1234567.89",
    total: "99999999999999.9999",
    exact: "-1234567890123456789012345678.0123456789",
    day: "1969-12-31",
    at: "2024-05-01T12:00:00.123456Z",
    local: "1960-02-29T23:59:59.999999",
    bytes: new Uint8Array([0, 255, 16]),
    tags: ["a", null, ""],
    point: { x: null, label: "p" },
    counts: new Map([
      ["one", 1],
      ["none", null],
    ]),
  },
  {
    byte: null,
    short: null,
    long: null,
    float: null,
    price: null,
    total: null,
    exact: null,
    day: null,
    at: null,
    local: null,
    bytes: null,
    tags: null,
    point: null,
    counts: null,
  },
  {
    byte: 127,
    short: -32768,
    long: -9223372036854775808n,
    float: -1.5,
    price: "0.01",
    total: "-0.0001",
    exact: "0.0000000001",
    day: "9999-12-31",
    at: "1969-12-31T23:59:59.999999Z",
    local: "2024-05-01T12:00:00",
    bytes: new Uint8Array(0),
    tags: [],
    point: { x: -1, label: null },
    counts: new Map(),
  },
];

const session = Session.create();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tidemark-interop-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeTyped(): Promise<string> {
  const path = join(folder, "typed");
  await session.createDataFrame(rows.map(Object.values), Typed).write.mode("overwrite").parquet(path);
  return onlyFile(path);
}

async function writeWindows(): Promise<string> {
  const path = join(folder, "windows");
  const events = session.createDataFrame(
    ["2024-05-01T12:00:07.5Z", "2024-05-01T12:00:08Z", "1969-12-31T23:59:59Z"].map((at) => [at]),
    schema({ at: t.timestamp }),
  );
  await events.groupBy(window("at", "5 seconds")).agg(count().as("n")).orderBy(col("window.start")).write.mode("overwrite").parquet(path);
  return onlyFile(path);
}

async function onlyFile(path: string): Promise<string> {
  const names = (await readdir(path)).filter((name) => name.endsWith(".parquet"));
  expect(names).toHaveLength(1);
  return join(path, names[0]!);
}

test("hyparquet reads what we write: decimals, times, nested values, nulls", async () => {
  const [full, nulls, last] = await rowsByHyparquet(await writeTyped());
  expect(full).toMatchObject({ byte: -128, short: 32767, long: 9223372036854775807n, float: 0.5 });
  // It computes decimals as doubles.
  expect([full!["price"], last!["price"]]).toEqual([expect.closeTo(-1234567.89, 6), expect.closeTo(0.01, 12)]);
  expect(full!["at"]).toEqual(new Date("2024-05-01T12:00:00.123Z"));
  expect(full!["day"]).toEqual(new Date("1969-12-31"));
  expect(full).toMatchObject({ tags: ["a", null, ""], point: { x: null, label: "p" } });
  expect(Object.values(nulls!).map((value) => value ?? null)).toEqual(Object.keys(rows[0]!).map(() => null));
  expect(last).toMatchObject({ byte: 127, long: -9223372036854775808n, tags: [], point: { x: -1, label: null } });
});

test("hyparquet reads the window of an aggregation", async () => {
  expect(await rowsByHyparquet(await writeWindows())).toEqual([
    { window: { start: new Date("1969-12-31T23:59:55Z"), end: new Date(0) }, n: 1n },
    { window: { start: new Date("2024-05-01T12:00:05Z"), end: new Date("2024-05-01T12:00:10Z") }, n: 2n },
  ]);
});

async function rowsByHyparquet(path: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(path), utf8: false });
}

await requireServers(
  "Parquet files, as pyarrow sees them",
  "Python with pyarrow",
  () => pythonWith(["pyarrow==21.0.0"]),
  (python) => {
    const script = fileURLToPath(new URL("typed_rows.py", import.meta.url));
    const seenByPyarrow = async (path: string): Promise<unknown> => JSON.parse(await run(python, [script, path]));

    test("types and values are exact", async () => {
      const [first, , last] = rows;
      expect(await seenByPyarrow(await writeTyped())).toEqual({
        schema: {
          byte: "int8",
          short: "int16",
          long: "int64",
          float: "float",
          price: "decimal128(9, 2)",
          total: "decimal128(18, 4)",
          exact: "decimal128(38, 10)",
          day: "date32[day]",
          at: "timestamp[us, tz=UTC]",
          local: "timestamp[us]",
          bytes: "binary",
          tags: "list<element: string>",
          point: "struct<x: int32, label: string>",
          counts: "map<string, int64 ('counts')>",
        },
        rows: [
          {
            ...first,
            // JSON numbers of Python are exact, those of JavaScript are not.
            long: Number(first!.long),
            bytes: "AP8Q",
            counts: [
              ["one", 1],
              ["none", null],
            ],
          },
          rows[1],
          { ...last, long: Number(last!.long), exact: "1E-10", local: "2024-05-01T12:00:00.000000", bytes: "", counts: [] },
        ],
      });
    });

    test("the window of an aggregation is a struct of two points in time", async () => {
      const utc = "timestamp[us, tz=UTC]";
      expect(await seenByPyarrow(await writeWindows())).toEqual({
        schema: { window: `struct<start: ${utc}, end: ${utc}>`, n: "int64" },
        rows: [
          { window: { start: "1969-12-31T23:59:55.000000Z", end: "1970-01-01T00:00:00.000000Z" }, n: 1 },
          { window: { start: "2024-05-01T12:00:05.000000Z", end: "2024-05-01T12:00:10.000000Z" }, n: 2 },
        ],
      });
    });
  },
);
