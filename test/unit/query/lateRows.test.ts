import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { col, count, expr, window, type Session, type StreamingQuery } from "../../../index.js";
import { QueryWorld, refusalOf, type Frame } from "./queryWorld.js";
import { files, linesIn, oneFile } from "./sideOutputRows.js";

// Rows that come too late for an operator are told of, or end the query; told or not, the result is the same.

let world: QueryWorld;

beforeEach(() => {
  world = new QueryWorld();
});

afterEach(() => world.close());

const delayMs = 5000;

/** An operator over rows that have a watermark of five seconds, and which rows it loses by the watermark of the batch before. */
interface Judge {
  readonly name: string;
  readonly build: (rows: Frame, session: Session, again: () => Frame) => Frame;
  readonly loses: (timeMs: number, lateMs: number) => boolean;
  /** Whether rows without a time are lost too. */
  readonly needsTime: boolean;
  /** How often it is told of each, having read them so often. */
  readonly times?: number;
}

const bySelf = (timeMs: number, lateMs: number): boolean => timeMs <= lateMs;
const endOf = (timeMs: number, slideMs: number): number => Math.floor(timeMs / slideMs) * slideMs + slideMs;

const judges: readonly Judge[] = [
  {
    name: "tumbling windows",
    build: (rows) => rows.groupBy(window("ts", "10 seconds"), "k").agg(count().as("n")),
    loses: (timeMs, lateMs) => endOf(timeMs, 10_000) <= lateMs,
    needsTime: true,
  },
  {
    name: "hopping windows, of which a part is late",
    build: (rows) => rows.groupBy(window("ts", "10 seconds", "4 seconds", "1 second")).agg(count().as("n")),
    // The earliest window that has the time ends at the next multiple of four, and three.
    loses: (timeMs, lateMs) => Math.floor((timeMs - 3000) / 4000) * 4000 + 7000 <= lateMs,
    needsTime: true,
  },
  {
    name: "windows of a projection",
    build: (rows) => rows.select(window("ts", "10 seconds").as("w"), col("k")).where("k <> 'q'").groupBy("w").agg(count().as("n")),
    loses: (timeMs, lateMs) => endOf(timeMs, 10_000) <= lateMs,
    needsTime: true,
  },
  {
    name: "groups by the time itself",
    build: (rows) => rows.groupBy("ts", "k").agg(count().as("n")),
    loses: bySelf,
    needsTime: false,
  },
  {
    name: "sessions",
    build: (rows) => rows.groupBy(expr("session_window(ts, '3 seconds')"), "k").agg(count().as("n")),
    loses: (timeMs, lateMs) => timeMs + 3000 <= lateMs,
    needsTime: true,
  },
  {
    name: "deduplication",
    build: (rows) => rows.dropDuplicates("k", "ts"),
    loses: bySelf,
    needsTime: false,
  },
  {
    name: "deduplication within the watermark",
    build: (rows) => rows.dropDuplicatesWithinWatermark("k"),
    loses: bySelf,
    needsTime: false,
  },
  {
    name: "a join",
    build: (rows, _, again) =>
      rows
        .as("l")
        .join(again().as("r"), expr("l.k = r.k AND r.ts BETWEEN l.ts AND l.ts + INTERVAL 5 SECONDS"), "left_outer")
        .select("l.ts", "r.v"),
    loses: bySelf,
    needsTime: false,
    times: 2,
  },
  {
    name: "user state",
    build: (rows) =>
      rows.groupBy("k").flatMapGroupsWithState((key, all) => [{ k: key["k"], n: [...all].length }], {
        outputSchema: "k STRING, n INT",
        stateSchema: "n INT",
        outputMode: "append",
        timeout: "eventTime",
      }),
    loses: bySelf,
    needsTime: false,
  },
];

/** What a slow reader of the files would say is lost: values, each as often as it is told. */
function lost({ loses, needsTime, times = 1 }: Judge): string[] {
  const told: string[] = [];
  let [lateMs, nextMs, seenMs] = [0, 0, 0];
  for (const rows of files) {
    for (const { ts, v } of rows) {
      if (ts === undefined ? needsTime : loses(Date.parse(ts), lateMs))
        for (let i = 0; i < times; i++) told.push(`${v} ${ts === undefined ? "NO_EVENT_TIME" : "LATE"}`);
      seenMs = Math.max(seenMs, ts === undefined ? 0 : Date.parse(ts));
    }
    lateMs = nextMs;
    nextMs = Math.max(nextMs, seenMs - delayMs);
  }
  return told.toSorted();
}

const watermarked = (input: Frame): Frame => input.withWatermark("ts", "5 seconds");

const buildOf =
  ({ build }: Judge) =>
  (rows: Frame, session: Session): Frame => {
    const again = (): Frame => watermarked(session.readStream.schema("ts TIMESTAMP, k STRING, v BIGINT").options(oneFile).json("/data/in"));
    return build(watermarked(rows), session, again);
  };

/** What the progress counts, but times and memory. */
const counters = (query: StreamingQuery): unknown =>
  query.recentProgress.map(({ stateOperators, eventTime, numInputRows, sink }) => ({
    operators: stateOperators.map((operator) => ({ ...operator, memoryUsedBytes: 0, allUpdatesTimeMs: 0, commitTimeMs: 0 })),
    eventTime,
    numInputRows,
    rows: sink.numOutputRows,
  }));

describe("late rows", () => {
  beforeEach(async () => {
    for (const [i, rows] of files.entries()) await world.file(`${i}.json`, rows);
  });

  it.each(judges)("of $name go to their output with the batch, and the result stays as it is", async (judge) => {
    const build = buildOf(judge);
    const plain = await world.run({ checkpoint: "/data/without", readOptions: oneFile, sink: "json", sinkPath: "/data/plain", build });
    const told = await world.run({
      checkpoint: "/data/with",
      readOptions: oneFile,
      sink: "json",
      build: (rows, session) => ({
        writeStream: build(rows, session)
          .writeStream.onLate("sideOutput")
          .sideOutput("late", (late) => late.writeStream.format("json").option("path", "/data/late")),
      }),
    });
    const late = await linesIn(world, "/data/late");
    expect(late.map(({ v, _reason }) => `${v as number} ${_reason as string}`).toSorted()).toEqual(lost(judge));
    expect(late.length).toBeGreaterThan(0);
    expect(counters(told)).toEqual(counters(plain));
    const counted = told.recentProgress.flatMap(({ sideOutputs }) => sideOutputs ?? []).reduce((sum, side) => sum + side.numOutputRows, 0);
    expect(counted).toBe(late.length);
  });

  it.each(judges)("of $name end the query where it is not to lose any", async (judge) => {
    const build = buildOf(judge);
    const refusal = await refusalOf(
      world.run({ readOptions: oneFile, build: (rows, session) => ({ writeStream: build(rows, session).writeStream.onLate("fail") }) }),
    );
    expect(refusal.condition).toBe("LATE_ROW");
  });
});
