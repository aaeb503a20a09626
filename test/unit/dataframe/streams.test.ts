import { describe, expect, it } from "vitest";
import { StreamingQueryManager } from "../../../dataframe/streams.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";
import type { StreamingQuery } from "../../../engine/query/streamingQuery.js";

/** A query that ends when it is told to. */
class ManualQuery implements StreamingQuery {
  readonly name = null;
  readonly status = { message: "", isDataAvailable: false, isTriggerActive: false };
  readonly lastProgress = null;
  readonly recentProgress = [];
  exception: StreamingError | null = null;
  isActive = true;
  private resolve: (ended: boolean) => void = () => {};
  private reject: (failure: StreamingError) => void = () => {};
  private readonly ends = new Promise<boolean>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor(
    readonly id: string,
    readonly runId = id,
  ) {}

  end(failure: StreamingError | null = null): void {
    this.isActive = false;
    this.exception = failure;
    if (failure) this.reject(failure);
    else this.resolve(true);
  }

  awaitTermination(): Promise<boolean> {
    return this.ends;
  }

  async processAllAvailable(): Promise<void> {}

  async stop(): Promise<void> {
    this.end();
  }

  explain(): string {
    return "";
  }
}

describe("the queries of a session", () => {
  it("are there while they run", async () => {
    const streams = new StreamingQueryManager();
    const [a, b] = [new ManualQuery("a"), new ManualQuery("b")];
    streams.register(a);
    streams.register(b);
    expect(streams.active).toEqual([a, b]);
    expect(streams.get("a")).toBe(a);
    a.end();
    expect(streams.active).toEqual([b]);
    expect(streams.get("a")).toBeNull();
    await streams.stopAll();
    expect(streams.active).toEqual([]);
  });

  it("are waited for when they have ended, and have not let go of their checkpoints yet", async () => {
    const streams = new StreamingQueryManager();
    const query = new ManualQuery("a");
    streams.register(query);
    query.isActive = false;
    let isStopped = false;
    query.stop = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      isStopped = true;
      query.end();
    };
    await streams.stopAll();
    expect(isStopped).toBe(true);
  });

  it("awaitAnyTermination waits for the first end, and remembers it until it is reset", async () => {
    const streams = new StreamingQueryManager();
    const query = new ManualQuery("a");
    streams.register(query);
    expect(await streams.awaitAnyTermination(5)).toBe(false);
    const waiting = streams.awaitAnyTermination();
    query.end();
    expect(await waiting).toBe(true);
    expect(await streams.awaitAnyTermination(5)).toBe(true);
    streams.resetTerminated();
    expect(await streams.awaitAnyTermination(5)).toBe(false);
  });

  it("awaitAnyTermination throws what the query failed of", async () => {
    const streams = new StreamingQueryManager();
    const query = new ManualQuery("a");
    streams.register(query);
    const failure = new StreamingError("INTERNAL_ERROR", { message: "x" });
    query.end(failure);
    await expect(streams.awaitAnyTermination()).rejects.toBe(failure);
  });

  it("listeners hear while they are added, also when another one throws", () => {
    const streams = new StreamingQueryManager();
    const heard: string[] = [];
    const bad = {
      onQueryIdle: (): void => {
        throw new Error("bad");
      },
    };
    const good = { onQueryIdle: ({ id }: { id: string }): void => void heard.push(id) };
    streams.addListener(bad);
    streams.addListener(good);
    streams.addListener(good);
    const event = { id: "a", runId: "r", timestamp: "" };
    expect(() => streams.dispatcher.onQueryIdle!(event)).toThrow("bad");
    streams.removeListener(bad);
    streams.dispatcher.onQueryIdle!(event);
    streams.removeListener(good);
    streams.dispatcher.onQueryIdle!(event);
    expect(heard).toEqual(["a", "a"]);
    expect(streams.listListeners()).toEqual([]);
  });
});
