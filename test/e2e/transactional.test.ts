import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  postgresBatches,
  Session,
  StreamingError,
  transactional,
  type BatchStore,
  type ForeachBatchInfo,
  type PostgresClient,
} from "../../index.js";
import { requireServers } from "../servers/availability.js";
import { startPostgres, type TestPool } from "../servers/postgres/postgres.js";

const insert = async (n: number, _: number, tx: PostgresClient): Promise<void> =>
  void (await tx.query("INSERT INTO numbers VALUES ($1)", [n]));

await requireServers("batches in a database, each once", "Postgres", startPostgres, (server) => {
  let pool: TestPool;
  let folder = "";

  beforeAll(async () => {
    pool = await server.pool();
    folder = await mkdtemp(join(tmpdir(), "tidemark-transactional-"));
  });
  beforeEach(() => pool.query("DROP TABLE IF EXISTS numbers, tidemark_batches, other; CREATE TABLE numbers (n int)"));
  afterAll(async () => {
    await pool.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const numbers = async (): Promise<number[]> => (await pool.query("SELECT n FROM numbers ORDER BY n")).rows.map(({ n }) => n as number);
  const info: ForeachBatchInfo = { queryId: "q", outputId: "main", runId: "r", replay: false, keyColumns: null };

  test("a batch that comes again is not written again", async () => {
    const write = transactional(postgresBatches(pool), insert);
    for (const batchId of [0, 0, 1, 1, 2]) await write(batchId, batchId, info);
    expect(await numbers()).toEqual([0, 1, 2]);
    // A run of its own, which knows nothing of the first.
    await transactional(postgresBatches(pool), insert)(2, 2, { ...info, replay: true });
    expect(await numbers()).toEqual([0, 1, 2]);
  });

  test("queries and outputs are kept apart", async () => {
    const write = transactional(postgresBatches(pool), insert);
    await write(1, 0, info);
    await write(2, 0, { ...info, queryId: "another" });
    await write(3, 0, { ...info, outputId: "late" });
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  test("what fails leaves nothing, neither rows nor number", async () => {
    const write = transactional(postgresBatches(pool), async (n: number, batchId, tx) => {
      await insert(n, batchId, tx);
      if (n < 0) throw new Error("no");
    });
    await expect(write(-1, 0, info)).rejects.toThrow("no");
    await write(1, 0, info);
    expect(await numbers()).toEqual([1]);
  });

  test("of two runs with one batch at the same moment one writes", async () => {
    const stores = Array.from({ length: 6 }, () => postgresBatches(pool));
    await Promise.all(stores.map((store, i) => transactional(store, insert)(i, 0, info)));
    expect(await numbers()).toHaveLength(1);
  });

  test("a newer table, or one that lacks batches, is refused", async () => {
    const write = transactional(postgresBatches(pool, { table: "public.other" }), insert);
    await write(5, 5, info);
    await expect(write(4, 4, info)).rejects.toMatchObject({
      condition: "SINK_AHEAD_OF_QUERY",
      parameters: { sink: "the table public.other", newest: "5", batchId: "4" },
    });
    await expect(write(7, 7, info)).rejects.toMatchObject({ condition: "SINK_BEHIND_QUERY", parameters: { newest: "5", batchId: "7" } });
    expect(await numbers()).toEqual([5]);
  });

  test("a query whose function fails behind its rows, and is started again, has each row once", async () => {
    const session = Session.create({ print: () => {}, warn: () => {} });
    for (const n of [1, 2, 3, 4]) await session.createDataFrame([{ n }], "n INT").write.mode("append").json(join(folder, "in"));
    let failures = 0;
    const start = () =>
      session.readStream
        .schema("n INT")
        .option("maxFilesPerTrigger", 1)
        .json(join(folder, "in"))
        .writeStream.option("checkpointLocation", join(folder, "checkpoint"))
        .trigger({ availableNow: true })
        .foreachBatch(
          transactional(postgresBatches(pool), async (batch, _, tx) => {
            for (const { n } of await batch.collect()) await tx.query("INSERT INTO numbers VALUES ($1)", [n]);
            if (failures++ === 0) throw new Error("the first time");
          }),
        )
        .start();
    await expect((await start()).awaitTermination()).rejects.toMatchObject({ condition: "FOREACH_BATCH_USER_FUNCTION_ERROR" });
    await (await start()).awaitTermination();
    expect(await numbers()).toEqual([1, 2, 3, 4]);
    await session.stop();
  });
});

describe("any store", () => {
  /** A store as a user writes it, over what stands for a database. */
  class TwoTables implements BatchStore<string[]> {
    readonly description = "two tables";
    rows: string[] = [];
    readonly batches = new Map<string, number>();
    async transaction(work: (tx: string[]) => Promise<void>): Promise<void> {
      const tx = [...this.rows];
      await work(tx);
      this.rows = tx;
    }
    async lastBatch(_: string[], key: string): Promise<number | null> {
      return this.batches.get(key) ?? null;
    }
    async storeBatch(_: string[], key: string, batchId: number): Promise<void> {
      this.batches.set(key, batchId);
    }
  }

  test("takes a batch once", async () => {
    const store = new TwoTables();
    const write = transactional(store, (row: string, _batchId, tx) => void tx.push(row));
    const info: ForeachBatchInfo = { queryId: "q", outputId: "main", runId: "r", replay: false, keyColumns: null };
    await write("a", 0, info);
    await write("a", 0, { ...info, replay: true });
    expect(store.rows).toEqual(["a"]);
    expect(() => postgresBatches({ connect: () => Promise.reject(new Error("unused")) }, { table: "a;b" })).toThrow(StreamingError);
  });
});
