import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Session } from "../../dataframe/session.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { window, count, sum } from "../../index.js";
import { testRuntime } from "../runtime/testRuntime.js";
import { requireServers } from "../servers/availability.js";
import { s3Keys, startS3 } from "../servers/s3/s3Server.js";
import { startS3Proxy, type S3Proxy } from "../servers/s3/s3Proxy.js";
import { jsonLines, range, readingDdl } from "./s3Readings.js";

await requireServers("S3", "versitygw (Go) or moto (Python)", startS3, (server) => {
  let proxy: S3Proxy;
  let session: Session;
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
    session = sessionOf();
    root = `s3://${server.bucket}/test-${++places}`;
    proxy.fate = () => "pass";
    proxy.forget();
  });

  function sessionOf(conf: Readonly<Record<string, string>> = {}): Session {
    return Session.create({
      runtime: testRuntime(),
      conf: { ...server.conf(proxy.endpoint), ...conf },
      print: () => {},
      warn: () => {},
    });
  }

  async function arrive(name: string, text: string, folder = `${root}/in`): Promise<void> {
    await Session.create({ conf: server.conf() }).runtime.files.addNew(`${folder}/${name}`, new TextEncoder().encode(text));
  }

  /** The ids of the rows that a folder of Parquet has. */
  async function idsIn(path: string): Promise<unknown[]> {
    const rows = await (await session.read.parquet(path)).collect();
    return rows.map((row) => Number(row["id"])).toSorted((a, b) => a - b);
  }

  /** Copies files to files, with all of it on S3. */
  function start(of: Session): Promise<StreamingQuery> {
    return of.readStream
      .schema(readingDdl)
      .option("maxFilesPerTrigger", 1)
      .json(`${root}/in`)
      .writeStream.format("parquet")
      .option("path", `${root}/out`)
      .option("checkpointLocation", `${root}/checkpoint`)
      .trigger({ availableNow: true })
      .start();
  }

  describe("bounded tables", () => {
    test.each(["json", "csv", "parquet", "text", "arrow"] as const)("%s is written and read again", async (format) => {
      const written = session.createDataFrame(
        range(300).map((id) => ({ id, name: `n${id}` })),
        "id BIGINT, name STRING",
      );
      const frame = format === "text" ? written.select("name") : written;
      await frame.write.format(format).save(`${root}/table`);
      const back =
        format === "arrow"
          ? null
          : await session.read
              .format(format)
              .schema(format === "text" ? "value STRING" : "id BIGINT, name STRING")
              .load(`${root}/table`)
              .collect();
      if (back !== null) expect(back).toHaveLength(300);
      const names = (await session.runtime.files.list(`${root}/table`)).map(({ name }) => name);
      expect(names).toContain("_SUCCESS");
    });

    test("a schema is inferred, patterns and partition folders are found", async () => {
      await arrive("day=1/a.json", jsonLines(0, 10));
      await arrive("day=2/b.json", jsonLines(10, 30));
      const rows = await session.read.json(`${root}/in`);
      expect((await rows.where("day = 2").collect()).length).toBe(20);
      expect((await (await session.read.json(`${root.replace("s3:", "s3a:")}/in/day=*/*.json`)).collect()).length).toBe(30);
    });

    test("large files go in parts", async () => {
      const small = sessionOf({ "spark.hadoop.fs.s3a.multipart.size": "5m" });
      const bytes = Uint8Array.from({ length: 12_000_001 }, (_, i) => (i * 7) & 255);
      const file = await small.runtime.files.create(`${root}/large`);
      for (let at = 0; at < bytes.length; at += 1_000_000) await file.write(bytes.subarray(at, at + 1_000_000));
      await file.sync();
      await file.close();
      expect(proxy.seen.filter(({ kind }) => kind === "upload")).toHaveLength(5);
      expect(Buffer.compare((await small.runtime.files.read(`${root}/large`))!, bytes)).toBe(0);
    });
  });

  describe("a stream with input, output and checkpoint on S3", () => {
    test("goes on after restarts, each row once", async () => {
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 4; i++) await arrive(`${round}-${i}.json`, jsonLines((round * 4 + i) * 5, (round * 4 + i + 1) * 5));
        await (await start(sessionOf())).awaitTermination();
        expect(await idsIn(`${root}/out`)).toEqual(range((round + 1) * 20));
      }
    });

    test("input on S3, output here", async () => {
      const folder = mkdtempSync(join(tmpdir(), "tidemark-s3-"));
      await arrive("a.json", jsonLines(0, 10));
      const query = await session.readStream
        .schema(readingDdl)
        .json(`${root}/in`)
        .writeStream.format("json")
        .option("path", join(folder, "out"))
        .option("checkpointLocation", `${root}/checkpoint`)
        .trigger({ availableNow: true })
        .start();
      await query.awaitTermination();
      expect(await session.read.schema(readingDdl).json(join(folder, "out")).collect()).toHaveLength(10);
      rmSync(folder, { recursive: true });
    });
  });

  describe("what is refused", () => {
    test.each([{ "spark.hadoop.fs.s3a.access.key": "AKIDNOBODY" }, { "spark.hadoop.fs.s3a.secret.key": "n0t-th1s-one" }])(
      "keys that nobody knows, and no key is said: %j",
      async (conf) => {
        // moto asks for no signature.
        if (server.name.startsWith("moto")) return;
        await arrive("0.json", jsonLines(0, 3));
        const query = await start(sessionOf(conf)).catch((refusal: unknown) => refusal);
        expect(query).toMatchObject({ condition: "S3_ACCESS_DENIED" });
        for (let at = query; at instanceof Error; at = at.cause) {
          for (const secret of [...Object.values(s3Keys), "n0t-th1s-one"])
            expect(`${at.message}${at.stack}${JSON.stringify(at)}`).not.toContain(secret);
        }
      },
    );

    test("a bucket that is not there, for every kind of request", async () => {
      const { files } = session.runtime;
      const path = "s3://no-such-bucket-here/x";
      for (const request of [() => files.list(path), () => files.status(path), () => files.addNew(path, new Uint8Array(1))])
        await expect(request()).rejects.toMatchObject({ condition: "S3_BUCKET_NOT_FOUND" });
    });
  });

  describe("requests", () => {
    test("of a windowed batch: at most 6 puts, and no other request but those of the input", async () => {
      await arrive("0.json", jsonLines(0, 20));
      const query = await session.readStream
        .schema(readingDdl)
        .json(`${root}/in`)
        .withWatermark("at", "10 seconds")
        .groupBy(window("at", "1 minute"), "name")
        .agg(count().as("n"), sum("id").as("total"))
        .writeStream.format("parquet")
        .option("path", `${root}/out`)
        .option("checkpointLocation", `${root}/checkpoint`)
        .trigger({ processingTime: "1 hour" })
        .start();
      await query.processAllAvailable();
      for (let batch = 1; batch < 4; batch++) {
        await arrive(`${batch}.json`, jsonLines(batch * 20, batch * 20 + 20));
        proxy.forget();
        const before = query.lastProgress!.batchId;
        await query.processAllAvailable();
        const batches = query.lastProgress!.batchId - before;
        const input = proxy.seen.filter(({ key }) => key.includes("/in")).map(({ kind }) => kind);
        const own = proxy.seen.filter(({ key }) => !key.includes("/in"));
        const puts = own.filter(({ kind }) => kind === "put");
        expect(puts.length).toBeLessThanOrEqual(6 * batches);
        expect(own.filter(({ kind }) => kind === "list")).toEqual([]);
        expect(own.length).toBeLessThanOrEqual(6 * batches);
        // A batch asks for its file twice; each look for more is a listing.
        expect(input.filter((kind) => kind !== "list")).toEqual(["head", "get"]);
        expect(input.length).toBeLessThanOrEqual(2 + batches + 1);
      }
      await query.stop();
    });
  });
});
