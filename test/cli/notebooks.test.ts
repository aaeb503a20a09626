import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { Session } from "../../index.js";
import { requireServers } from "../servers/availability.js";
import { startKafka } from "../servers/kafka/broker.js";
import { IndependentKafka } from "../servers/kafka/independent.js";
import { run } from "../servers/processes.js";
import { inFolder, tidemark } from "./command.js";

const notebooks = fileURLToPath(new URL("../../notebooks/", import.meta.url));

/** Runs `body` in a folder with the notebooks in it. */
function withNotebooks(body: (folder: string) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    cpSync(notebooks, join(folder, "notebooks"), { recursive: true });
    await body(folder);
  });
}

/** The rows of all JSON files of a folder. */
function jsonRows(folder: string): Record<string, unknown>[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) =>
    readFileSync(join(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  );
}

const minuteMs = 60_000;

describe("the notebooks", () => {
  test("each is run here", () => {
    const numbered = readdirSync(notebooks).filter((name) => /^\d\d-.*\.ts$/.test(name));
    expect(numbered).toEqual(["01-moving-average.ts", "02-orders-from-files.ts", "03-alerts-to-kafka.ts"]);
  });

  test("02: orders from files, run twice and backfilled", async () => {
    await withNotebooks(async (folder) => {
      await run(process.execPath, [join(folder, "notebooks/02-make-orders.mjs")], { cwd: folder });
      const orders = jsonRows(join(folder, "data/orders")) as { product: string; at: string; price: number; quantity: number }[];
      const totals = new Map<string, { from: string; product: string; cents: number; orders: number }>();
      let maxMs = 0;
      for (const { product, at, price, quantity } of orders) {
        if (quantity <= 1) continue;
        maxMs = Math.max(maxMs, Date.parse(at));
        const from = new Date(Math.floor(Date.parse(at) / (15 * minuteMs)) * 15 * minuteMs).toISOString();
        const sofar = totals.get(`${from} ${product}`) ?? { from, product, cents: 0, orders: 0 };
        totals.set(`${from} ${product}`, { ...sofar, cents: sofar.cents + price * quantity, orders: sofar.orders + 1 });
      }
      const closed = [...totals.values()].filter(({ from }) => Date.parse(from) + 15 * minuteMs <= maxMs - 5 * minuteMs);
      expect(closed.length).toBeGreaterThan(5);
      expect(closed.length).toBeLessThan(totals.size);

      const job = "notebooks/02-orders-from-files.ts";
      for (let i = 0; i < 2; i++) expect(await tidemark(folder, "run", job)).toMatchObject({ code: 0, stderr: "" });
      expect(sorted(jsonRows(join(folder, "out/orders")))).toEqual(sorted(closed));

      expect(await tidemark(folder, "backfill", job, "--output", "all")).toMatchObject({ code: 0, stderr: "" });
      expect(sorted(jsonRows(join(folder, "all")))).toEqual(sorted([...totals.values()]));
    });
  });
});

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

/** Readings of three sensors over half an hour, in shuffled order within a minute; the last one closes the windows before it. */
function readings(): { sensorId: string; at: string; celsius: number }[] {
  const startMs = Date.UTC(2026, 0, 1, 12);
  const inOrder = Array.from({ length: 900 }, (_, i) => ({
    sensorId: `s${i % 3}`,
    at: new Date(startMs + ((i * 7) % 5) * 1000 + i * 2000).toISOString(),
    celsius: 20 + ((i * 13) % 120) / 10,
  }));
  return [...inOrder, { sensorId: "s0", at: new Date(startMs + 120 * minuteMs).toISOString(), celsius: 1 }];
}

/** Means of hopping windows of ten minutes by one. */
function movingAverages(rows: ReturnType<typeof readings>): Map<string, { sum: number; n: number }> {
  const averages = new Map<string, { sum: number; n: number }>();
  for (const { sensorId, at, celsius } of rows) {
    const lastStart = Math.floor(Date.parse(at) / minuteMs) * minuteMs;
    for (let i = 0; i < 10; i++) {
      const key = `${new Date(lastStart - i * minuteMs).toISOString()} ${sensorId}`;
      const { sum, n } = averages.get(key) ?? { sum: 0, n: 0 };
      averages.set(key, { sum: sum + celsius, n: n + 1 });
    }
  }
  return averages;
}

async function writtenAverages(folder: string): Promise<Map<string, { mean: number; n: number }>> {
  const session = Session.create();
  const rows = await (await session.read.format("parquet").inferSchema(folder)).load().collect();
  const entries = rows.map((row) => {
    const { window, sensorId, mean, n } = row as unknown as { window: { start: Date }; sensorId: string; mean: number; n: number };
    return [`${window.start.toISOString()} ${sensorId}`, { mean, n }] as const;
  });
  expect(new Set(entries.map(([key]) => key)).size).toBe(entries.length);
  return new Map(entries);
}

function expectAverages(got: Map<string, { mean: number; n: number }>, wanted: Map<string, { sum: number; n: number }>): void {
  expect([...got.keys()].toSorted()).toEqual([...wanted.keys()].toSorted());
  for (const [key, { sum, n }] of wanted) {
    expect({ key, n: got.get(key)!.n }).toEqual({ key, n });
    expect(got.get(key)!.mean).toBeCloseTo(sum / n, 9);
  }
}

await requireServers(
  "the notebooks with Kafka",
  "Kafka (a JDK and Maven) with Python's confluent-kafka",
  async () => {
    const broker = await startKafka();
    return { broker, other: await IndependentKafka.connect(broker) };
  },
  ({ broker, other }) => {
    afterAll(() => broker.stop());
    const server = ["--set", `kafka.bootstrap.servers=${broker.bootstrap}`];
    const drain = [...server, "--trigger", "available-now"];
    const rows = readings();

    test("01: moving averages from Kafka into Parquet files, and backfilled", async () => {
      await broker.createTopic("readings", 3);
      const messages = rows.map((row, i) => ({ value: JSON.stringify(row), partition: i % 3 }));
      await broker.produce("readings", messages.slice(0, -1));
      await withNotebooks(async (folder) => {
        const job = "notebooks/01-moving-average.ts";
        expect(await tidemark(folder, "run", job, ...drain)).toMatchObject({ code: 0, stderr: "" });
        await broker.produce("readings", messages.slice(-1));
        const second = await tidemark(folder, "run", job, ...drain, "--json");
        expect(second).toMatchObject({ code: 0, stderr: "" });
        const progress = second.stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as { name: string; numInputRows: number });
        expect(progress.reduce((sum, { numInputRows }) => sum + numInputRows, 0)).toBe(1);
        const all = movingAverages(rows);
        const watermarkMs = Date.parse(rows.at(-1)!.at) - 10_000;
        const closed = new Map([...all].filter(([key]) => Date.parse(key.split(" ")[0]!) + 10 * minuteMs <= watermarkMs));
        expectAverages(await writtenAverages(join(folder, "out/averages")), closed);

        const backfilled = await tidemark(folder, "backfill", job, ...server, "--output", "backfilled");
        expect(backfilled).toMatchObject({ code: 0, stderr: "" });
        expectAverages(await writtenAverages(join(folder, "backfilled")), all);
      });
    });

    test("03: alerts from topic to topic", async () => {
      await broker.createTopic("alerts", 2);
      await withNotebooks(async (folder) => {
        const job = "notebooks/03-alerts-to-kafka.ts";
        for (let i = 0; i < 2; i++) expect(await tidemark(folder, "run", job, ...drain)).toMatchObject({ code: 0, stderr: "" });
        const hot = rows.filter(({ celsius }) => celsius > 30).map((row) => `${row.sensorId} ${JSON.stringify(row)}`);
        expect((await other.read("alerts")).map(({ key, value }) => `${key} ${value}`).toSorted()).toEqual(hot.toSorted());

        // A backfill goes to a topic that has no records, and to no other.
        const refused = await tidemark(folder, "backfill", job, ...server, "--output", "alerts", "--overwrite");
        expect(refused.code).toBe(1);
        expect(refused.stderr).toMatch(/^BACKFILL_OUTPUT_IS_LIVE/);
        await broker.createTopic("taken", 1);
        await broker.produce("taken", [{ value: "one" }, { value: "two" }]);
        const full = await tidemark(folder, "backfill", job, ...server, "--output", "taken", "--overwrite");
        expect(full.code).toBe(1);
        expect(full.stderr).toMatch(/^BACKFILL_TOPIC_NOT_EMPTY.*\n.*taken.*\(2\)/);
        await broker.createTopic("old-alerts", 1);
        const part = ["--from", '{"readings":{"0":0,"1":10,"2":0}}', "--to", '{"readings":{"0":20,"1":20,"2":0}}'];
        expect(await tidemark(folder, "backfill", job, ...server, ...part, "--output", "old-alerts")).toMatchObject({
          code: 0,
          stderr: "",
        });
        const inPart = rows.filter((_, i) => (i % 3 === 0 && i < 60) || (i % 3 === 1 && i >= 30 && i < 60));
        expect((await other.read("old-alerts")).map(({ value }) => String(value)).toSorted()).toEqual(
          inPart
            .filter(({ celsius }) => celsius > 30)
            .map((row) => JSON.stringify(row))
            .toSorted(),
        );
      });
    });

    test("a backfill of a range of time: by the records' timestamps, the end left out", async () => {
      await broker.createTopic("timed", 2);
      const startMs = Date.UTC(2026, 0, 1);
      const at = (second: number): string => new Date(startMs + second * 1000).toISOString();
      const hot = { sensorId: "s", at: "2026-01-01T00:00:00Z", celsius: 40 };
      const messages = Array.from({ length: 10 }, (_, i) => ({
        value: JSON.stringify(hot),
        partition: i % 2,
        timestamp: startMs + i * 1000,
      }));
      await broker.produce("timed", messages);
      await withNotebooks(async (folder) => {
        const said = async (...range: string[]): Promise<{ stdout: string; stderr: string }> => {
          const args = ["notebooks/03-alerts-to-kafka.ts", ...server, "--set", "subscribe=timed", "--dry-run", "--json", ...range];
          return tidemark(folder, "backfill", ...args);
        };
        const rowsOf = async (...range: string[]): Promise<unknown> => {
          const { stdout, stderr } = await said(...range);
          expect(stderr).toBe("");
          return (JSON.parse(stdout) as { rows: number }).rows;
        };
        expect(await rowsOf()).toBe(10);
        expect(await rowsOf("--from", at(3))).toBe(7);
        expect(await rowsOf("--to", at(3))).toBe(3);
        expect(await rowsOf("--from", at(2), "--to", at(5))).toBe(3);
        const nothing = await said("--from", at(9.5));
        expect(nothing.stderr).toContain("the range selects nothing");
        expect(JSON.parse(nothing.stdout)).toMatchObject({ rows: 0 });
        expect(await rowsOf("--to", at(100))).toBe(10);
      });
    });
  },
);
