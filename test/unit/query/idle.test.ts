import { afterEach, describe, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import { field, types } from "../../../engine/arrow/types.js";
import type { Runtime } from "../../../engine/contract/runtime.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";
import { MemoryStream } from "../../../sources/memory/source.js";
import { QueryWorld, type Start } from "./queryWorld.js";

// A query that waits costs its lease and nothing else: who owns the checkpoint is asked right before something is written.

let machine: QueryWorld;

afterEach(() => machine.close());

/** A process whose calls of the file system are noted. */
function watched(calls: string[]): Runtime {
  const runtime = machine.process();
  const files = new Proxy(runtime.files, {
    get(target, name) {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        calls.push(`${String(name)} ${String(args[0])}`);
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { ...runtime, files };
}

/** What a running query calls within a minute in which nothing arrives. */
async function callsOfAnIdleMinute(query: StreamingQuery, calls: string[]): Promise<string[]> {
  await query.processAllAvailable();
  calls.length = 0;
  await machine.world.clock.sleep(60_000);
  const seen = [...calls];
  await query.stop();
  return seen;
}

const counts: NonNullable<Start["build"]> = (input) => input.groupBy("k").agg(expr("count(*)").as("n"));
const running: Start = { trigger: { processingTime: 0 }, outputMode: "update", conf: { "spark.sql.streaming.pollingDelay": "100ms" } };

describe("an idle minute", () => {
  /** Of the lease, in the order of time: asking whether it is still ours, and renewing it. */
  const lease = ["status /data/checkpoint/epochs/0", "status /data/checkpoint/epochs/1", "replace /data/checkpoint/epochs/0.lease"];

  it("of a query whose source needs no files has those calls of the file system that renew the lease, each 20 seconds", async () => {
    machine = new QueryWorld();
    const calls: string[] = [];
    const stream = new MemoryStream(types.struct([field("k", types.string)]));
    stream.addData([["a"], ["b"]]);
    const build: NonNullable<Start["build"]> = (_input, session) =>
      session.readStream.format("memory").schema("k STRING").option("stream", stream.id).load().groupBy("k").agg(expr("count(*)").as("n"));
    const query = await machine.start({ ...running, build, runtime: watched(calls) });
    expect(await callsOfAnIdleMinute(query, calls)).toEqual([...lease, ...lease]);
    expect(query.recentProgress).toHaveLength(1);
    stream.close();
  });

  it("without a lease has none", async () => {
    machine = new QueryWorld();
    const calls: string[] = [];
    const stream = new MemoryStream(types.struct([field("k", types.string)]));
    stream.addData([["a"]]);
    const build: NonNullable<Start["build"]> = (_input, session) =>
      session.readStream.format("memory").schema("k STRING").option("stream", stream.id).load().groupBy("k").agg(expr("count(*)").as("n"));
    const conf = { ...running.conf, "spark.tidemark.checkpoint.leaseTimeout": "0s" };
    const query = await machine.start({ ...running, conf, build, runtime: watched(calls) });
    expect(await callsOfAnIdleMinute(query, calls)).toEqual([]);
    stream.close();
  });

  it("of a query over files looks for new files, and at nothing of its checkpoint but its lease", async () => {
    machine = new QueryWorld();
    await machine.file("0.json", [{ k: "a" }]);
    const calls: string[] = [];
    const query = await machine.start({ ...running, build: counts, runtime: watched(calls) });
    const seen = await callsOfAnIdleMinute(query, calls);
    expect(seen.length).toBeGreaterThan(100);
    expect(seen.filter((call) => call.includes("/data/checkpoint"))).toEqual([...lease, ...lease]);
  });
});
