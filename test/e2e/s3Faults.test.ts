import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Session } from "../../dataframe/session.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import type { Trigger } from "../../engine/query/trigger.js";
import type { ProcessIdentity } from "../../engine/contract/runtime.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { window, count, sum } from "../../index.js";
import { thisProcess } from "../../runtime/processIdentity.js";
import { testRuntime } from "../runtime/testRuntime.js";
import { requireServers } from "../servers/availability.js";
import { s3Keys, startS3 } from "../servers/s3/s3Server.js";
import { startS3Proxy, type Fate, type S3Proxy } from "../servers/s3/s3Proxy.js";
import { Random } from "../simulation/world/random.js";
import { jsonLines, readingDdl } from "./s3Readings.js";

const perFile = 10;

/** Long waits are for services that need them: here, requests are tried again soon. */
const quick = { "spark.hadoop.fs.s3a.retry.interval": "20ms" };

/** Without those of the last seconds, whose windows are open. */
function rowsOfClosedWindows(files: number): number {
  return Math.floor((files * perFile - 2) / 20) * 20;
}

await requireServers("a query on S3 that is disturbed", "versitygw (Go) or moto (Python)", startS3, (server) => {
  let proxy: S3Proxy;
  let root = "";
  let places = 0;

  beforeAll(async () => {
    proxy = await startS3Proxy(server.port);
  });
  afterAll(async () => {
    await proxy.stop();
    await server.stop();
  });
  beforeEach(() => {
    root = `s3://${server.bucket}/disturbed-${++places}`;
    proxy.fate = () => "pass";
    proxy.forget();
  });

  const said: string[] = [];

  function sessionOf(conf: Readonly<Record<string, string>> = {}, process: ProcessIdentity = thisProcess()): Session {
    return Session.create({
      runtime: testRuntime({ process }),
      conf: { ...server.conf(proxy.endpoint), ...quick, ...conf },
      print: (line) => void said.push(line),
      warn: (line) => void said.push(line),
    });
  }

  /** Files `from` to `to`, put past the proxy. */
  async function arrive(from: number, to: number): Promise<void> {
    const { files } = Session.create({ conf: server.conf() }).runtime;
    for (let i = from; i < to; i++) {
      await files.addNew(
        `${root}/in/${String(i).padStart(3, "0")}.json`,
        new TextEncoder().encode(jsonLines(i * perFile, (i + 1) * perFile)),
      );
    }
  }

  function start(session: Session, trigger: Trigger = { availableNow: true }): Promise<StreamingQuery> {
    return session.readStream
      .schema(readingDdl)
      .option("maxFilesPerTrigger", 1)
      .json(`${root}/in`)
      .withWatermark("at", "1 second")
      .groupBy(window("at", "20 seconds"), "name")
      .agg(count().as("n"), sum("id").as("total"))
      .writeStream.format("parquet")
      .option("path", `${root}/out`)
      .option("checkpointLocation", `${root}/checkpoint`)
      .trigger(trigger)
      .start();
  }

  async function run(session: Session): Promise<void> {
    await (await start(session)).awaitTermination();
  }

  /** How many rows the closed windows have, each of which comes once, whatever happened. */
  async function rowsThere(): Promise<number> {
    const rows = await (await Session.create({ conf: server.conf() }).read.parquet(`${root}/out`)).collect();
    const keys = rows.map((row) => `${String((row["window"] as { readonly start: Date }).start)} ${String(row["name"])}`);
    expect(new Set(keys).size).toBe(keys.length);
    return rows.reduce((total, row) => total + Number(row["n"]), 0);
  }

  test.each([1, 2, 3])("refused, cut off, and with lost answers (seed %i)", async (seed) => {
    const random = new Random(seed);
    const session = sessionOf();
    await arrive(0, 3);
    await run(session);
    proxy.fate = (): Fate => {
      if (random.chance(0.1)) return "slowDown";
      if (random.chance(0.1)) return "loseAnswer";
      return random.chance(0.05) ? "cut" : "pass";
    };
    for (let round = 1; round < 3; round++) {
      await arrive(round * 3, (round + 1) * 3);
      await run(session);
    }
    proxy.fate = () => "pass";
    expect(await rowsThere()).toBe(rowsOfClosedWindows(9));
  });

  test("slow: each request takes 50 ms", async () => {
    proxy.fate = () => ({ delayMs: 50 });
    await arrive(0, 4);
    await run(sessionOf());
    expect(await rowsThere()).toBe(rowsOfClosedWindows(4));
  });

  test.skipIf(!server.isDurable)("whose server is killed in the middle of a batch and started again", async () => {
    let files = 0;
    for (const part of [/\/offsets\/\d+$/, /\/state\/.*delta$/, /part-.*parquet$/, /_spark_metadata\/\d/, /\/commits\/\d+$/]) {
      await arrive(files, (files += 4));
      const back: Promise<void>[] = [];
      proxy.fate = ({ kind, key }) => {
        if (back.length > 0 || kind !== "put" || !part.test(key)) return "pass";
        back.push(
          server.kill().then(async () => {
            await new Promise((done) => setTimeout(done, 300));
            await server.restart();
          }),
        );
        return "cut";
      };
      await run(sessionOf());
      expect(back).toHaveLength(1);
      await Promise.all(back);
    }
    expect(await rowsThere()).toBe(rowsOfClosedWindows(files));
  });

  test("whose server stays away: it ends with a condition, and goes on from its last commit", async () => {
    await arrive(0, 3);
    const session = sessionOf({ "spark.hadoop.fs.s3a.retry.limit": "2" });
    await run(session);
    await arrive(3, 6);
    for (const [failing, part, condition] of [
      ["put", /\/offsets\/\d+$/, "CHECKPOINT_WRITE_FAILED.IO"],
      ["put", /_spark_metadata\/\d/, "SINK_WRITE_FAILED.IO"],
      ["get", /\/in\/.*json$/, "FAILED_READ_FILE.NO_HINT"],
    ] as const) {
      proxy.fate = ({ kind, key }) => (kind === failing && part.test(key) ? "slowDown" : "pass");
      await expect(run(sessionOf({ "spark.hadoop.fs.s3a.retry.limit": "2" }))).rejects.toMatchObject({ condition });
    }
    proxy.fate = () => "pass";
    await run(sessionOf());
    expect(await rowsThere()).toBe(rowsOfClosedWindows(6));
  });

  test("by two processes that cannot see each other: one goes on, each row comes once", async () => {
    await arrive(0, 8);
    const takeOver = { "spark.tidemark.checkpoint.takeOver": "true" };
    const of = (host: string): Session => sessionOf(takeOver, { ...thisProcess(), host });
    const outcome = async (host: string): Promise<string> => {
      try {
        await run(of(host));
        return "done";
      } catch (error) {
        return error instanceof StreamingError ? error.condition : String(error);
      }
    };
    const outcomes = await Promise.all([outcome("one"), outcome("two"), outcome("three")]);
    expect(outcomes).toContain("done");
    for (const ended of outcomes) {
      expect(["done", "CHECKPOINT_TAKEN_OVER", "CONCURRENT_QUERY", "CONCURRENT_STREAM_LOG_UPDATE", "SINK_AHEAD_OF_QUERY"]).toContain(ended);
    }
    await run(of("last"));
    expect(await rowsThere()).toBe(rowsOfClosedWindows(8));
  });

  describe("what is shown", () => {
    const secrets = [s3Keys.secretAccessKey, s3Keys.accessKeyId];

    function expectNoSecrets(text: string): void {
      for (const secret of secrets) expect(text).not.toContain(secret);
    }

    test("no keys are in plans, progress, messages, the checkpoint and the output", async () => {
      said.length = 0;
      await arrive(0, 3);
      const session = sessionOf();
      const query = await start(session);
      await query.awaitTermination();
      expectNoSecrets(JSON.stringify(query.recentProgress) + query.explain(true) + said.join("\n"));
      const { files } = Session.create({ conf: server.conf() }).runtime;
      let read = 0;
      for (const folder of [
        "checkpoint",
        "checkpoint/offsets",
        "checkpoint/commits",
        "checkpoint/sources/0",
        "checkpoint/state",
        "checkpoint/epochs",
        "out/_spark_metadata",
      ]) {
        for (const { path, directory } of await files.list(`${root}/${folder}`)) {
          if (directory) continue;
          expectNoSecrets(Buffer.from((await files.read(path))!).toString("latin1"));
          read++;
        }
      }
      expect(read).toBeGreaterThan(15);
    });

    test.each([
      [{ "spark.hadoop.fs.s3a.access.key": "AKIDNOBODY" }, "S3_ACCESS_DENIED"],
      [{ "spark.hadoop.fs.s3a.secret.key": "n0t-th1s-one" }, "S3_ACCESS_DENIED"],
    ])("with keys that nobody knows: %j", async (conf, condition) => {
      if (server.name.startsWith("moto")) return;
      await arrive(0, 1);
      const error: unknown = await run(sessionOf(conf)).catch((refusal: unknown) => refusal);
      expect(error).toMatchObject({ condition });
      for (let at = error; at instanceof Error; at = at.cause) expectNoSecrets(`${at.message}${at.stack}${JSON.stringify(at)}`);
    });

    test("a bucket that is not there", async () => {
      const { runtime } = sessionOf();
      await expect(runtime.files.list("s3://no-such-bucket-here/x")).rejects.toMatchObject({ condition: "S3_BUCKET_NOT_FOUND" });
      await expect(runtime.files.status("s3://no-such-bucket-here/x")).rejects.toMatchObject({ condition: "S3_BUCKET_NOT_FOUND" });
      await expect(runtime.files.addNew("s3://no-such-bucket-here/x", new Uint8Array(1))).rejects.toMatchObject({
        condition: "S3_BUCKET_NOT_FOUND",
      });
    });

    test("an endpoint where nobody answers", async () => {
      const { runtime } = sessionOf({ "spark.hadoop.fs.s3a.endpoint": "http://127.0.0.1:1" });
      await expect(runtime.files.read(`${root}/x`)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    });
  });

  test("an idle query looks for files once a second at most, and writes its lease", async () => {
    await arrive(0, 1);
    const query = await start(sessionOf({ "spark.tidemark.checkpoint.leaseTimeout": "3s" }), { processingTime: 0 });
    await query.processAllAvailable();
    proxy.forget();
    const from = performance.now();
    await expect.poll(() => proxy.seen.filter(({ key }) => key.endsWith(".lease")).length).toBeGreaterThanOrEqual(3);
    const seconds = (performance.now() - from) / 1000;
    const seen = [...proxy.seen];
    await query.stop();
    expect(seen.filter(({ kind }) => kind === "list").length).toBeLessThanOrEqual(seconds + 1);
    expect(seen.filter(({ kind, key }) => kind === "list" && !key.includes("/in"))).toEqual([]);
    expect(seen.filter(({ kind }) => kind === "put").every(({ key }) => key.endsWith(".lease"))).toBe(true);
    expect(seen.filter(({ kind }) => kind === "put").length).toBeLessThanOrEqual(seconds + 1);
  });
});
