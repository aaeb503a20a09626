import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Session } from "../../../dataframe/session.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import { QueryWorld } from "./queryWorld.js";

// A function that a query waits for may end the query, and may not wait for it.

let machine: QueryWorld;
let session: Session;

beforeEach(async () => {
  machine = new QueryWorld();
  for (const name of ["0.json", "1.json", "2.json"]) await machine.file(name, [{ k: name }]);
  session = machine.session();
});

afterEach(() => machine.close());

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T | Promise<T>) => void;
}

function deferred<T>(): Deferred<T> {
  const settle: { resolve?: Deferred<T>["resolve"] } = {};
  const promise = new Promise<T>((resolve) => (settle.resolve = resolve));
  return { promise, resolve: settle.resolve! };
}

/** Runs a query whose function is given the query; gives it when it has ended, with what the function threw. */
async function inBatch(work: (query: StreamingQuery) => unknown): Promise<{ query: StreamingQuery; batches: number[]; refusal: unknown }> {
  const started = deferred<StreamingQuery>();
  const batches: number[] = [];
  let refusal: unknown = null;
  const writer = session.readStream.schema("k STRING").option("maxFilesPerTrigger", 1).json("/data/in").writeStream;
  const query = await writer
    .foreachBatch(async (_rows, batchId) => {
      batches.push(batchId);
      const own = await started.promise;
      try {
        await work(own);
      } catch (error) {
        refusal = error;
        await own.stop();
      }
    })
    .option("checkpointLocation", "/data/checkpoint")
    .start();
  started.resolve(query);
  await query.awaitTermination();
  return { query, batches, refusal };
}

describe("kind: what waits for itself: inside foreachBatch", () => {
  const stops: Readonly<Record<string, (query: StreamingQuery) => unknown>> = {
    stop: (query) => query.stop(),
    "stop behind a wait": async (query) => {
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      await query.stop();
    },
    "the session's stop": () => session.stop(),
    "stop, twice": (query) => Promise.all([query.stop(), query.stop()]),
  };

  it.each(Object.keys(stops))("%s ends the query behind the batch, which is committed", async (name) => {
    const { query, batches } = await inBatch(stops[name]!);
    expect(batches).toEqual([0]);
    expect(query.exception).toBeNull();
    expect(await machine.text("/data/checkpoint/commits/0")).not.toBeNull();
    expect(await machine.text("/data/checkpoint/offsets/1")).toBeNull();
  });

  const waits: Readonly<Record<string, (query: StreamingQuery) => unknown>> = {
    awaitTermination: (query) => query.awaitTermination(),
    "awaitTermination for a time": (query) => query.awaitTermination(10),
    processAllAvailable: (query) => query.processAllAvailable(),
    awaitAnyTermination: () => session.streams.awaitAnyTermination(),
  };

  it.each(Object.keys(waits))("%s is a condition", async (name) => {
    const { refusal } = await inBatch(waits[name]!);
    expect(refusal).toMatchObject({ condition: "QUERY_WAITS_FOR_ITSELF", parameters: { method: name.split(" ")[0] } });
  });

  it("another query may be waited for", async () => {
    const { refusal, batches } = await inBatch(async (query) => {
      const other = session.readStream
        .schema("k STRING")
        .json("/data/in")
        .writeStream.foreachBatch(() => {});
      const started = await other.option("checkpointLocation", "/data/other").trigger({ availableNow: true }).start();
      await started.awaitTermination();
      await query.stop();
    });
    expect({ refusal, batches }).toEqual({ refusal: null, batches: [0] });
  });

  it("what the function leaves behind waits as anybody does", async () => {
    const later = deferred<boolean>();
    const { query } = await inBatch((own) => {
      setTimeout(() => later.resolve(own.awaitTermination()), 50);
      void own.stop();
    });
    expect(await later.promise).toBe(true);
    expect(query.isActive).toBe(false);
  });
});

describe("kind: what waits for itself: inside a listener", () => {
  it("stop ends the query behind the batch, and waiting is a condition", async () => {
    const refusals: unknown[] = [];
    const batches: number[] = [];
    session.streams.addListener({
      onQueryProgress: ({ progress }) => {
        batches.push(progress.batchId);
        const query = session.streams.get(progress.id)!;
        query.awaitTermination().catch((error: unknown) => refusals.push(error));
        query.processAllAvailable().catch((error: unknown) => refusals.push(error));
        void query.stop();
      },
    });
    const writer = session.readStream
      .schema("k STRING")
      .option("maxFilesPerTrigger", 1)
      .json("/data/in")
      .writeStream.foreachBatch(() => {});
    const query = await writer.option("checkpointLocation", "/data/checkpoint").start();
    await query.awaitTermination();
    expect(batches).toEqual([0]);
    expect(refusals).toMatchObject([{ condition: "QUERY_WAITS_FOR_ITSELF" }, { condition: "QUERY_WAITS_FOR_ITSELF" }]);
  });
});
