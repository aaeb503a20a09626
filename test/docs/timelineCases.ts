import { expr } from "../../dataframe/functions.js";
import type { GroupStateFunction } from "../../dataframe/groupState.js";
import { StatefulProcessor, type StatefulProcessorHandle, type TimerValues } from "../../dataframe/statefulProcessor.js";
import type { UserRow } from "../../engine/contract/groupFunction.js";
import type { OutputMode } from "../../engine/contract/sink.js";
import type { Frame } from "../unit/query/queryWorld.js";

/** A row of an input: `12:00:05 a 3`, its time, its key, its value; `right` rows come from the second stream. */
export interface TimelineStep {
  readonly left?: readonly string[];
  readonly right?: readonly string[];
}

export interface TimelineCase {
  readonly title: string;
  /** The program, as the page shows it. */
  readonly program: string;
  readonly outputMode: OutputMode;
  readonly build: (left: Frame, right: Frame) => Frame;
  readonly steps: readonly TimelineStep[];
  /** What to see in it. */
  readonly remark: string;
}

const left = (...rows: readonly (readonly string[])[]): TimelineStep[] => rows.map((some) => ({ left: some }));
const watched = (input: Frame, delay = "10 seconds"): Frame => input.withWatermark("at", delay);

const windowRows = left(
  ["12:00:01 a 1", "12:00:08 a 2"],
  ["12:00:12 a 4", "12:00:04 b 1"],
  ["12:00:21 a 1"],
  ["12:00:03 a 9", "12:00:24 b 1"],
);
const perWindow = (input: Frame): Frame =>
  watched(input).groupBy(expr("window(at, '10 seconds')").as("w"), expr("k").as("k")).agg(expr("sum(v)").as("total"));

const windows: readonly TimelineCase[] = [
  {
    title: "Groups by a key, `update`",
    program: 'rows.groupBy("k").agg(sum("v").as("total"))',
    outputMode: "update",
    build: (input) => input.groupBy("k").agg(expr("sum(v)").as("total")),
    steps: left(["12:00:01 a 1", "12:00:02 b 2"], ["12:00:03 a 4"], ["12:00:04 c 1"]),
    remark: "Only the groups that a batch touched come out. None is ever forgotten.",
  },
  {
    title: "Groups by a key, `complete`",
    program: 'rows.groupBy("k").agg(sum("v").as("total"))',
    outputMode: "complete",
    build: (input) => input.groupBy("k").agg(expr("sum(v)").as("total")).orderBy("k"),
    steps: left(["12:00:01 a 1", "12:00:02 b 2"], ["12:00:03 a 4"]),
    remark: "All groups come out each time.",
  },
  {
    title: "Windows, `append`",
    program: 'rows.withWatermark("at", "10 seconds").groupBy(window("at", "10 seconds").as("w"), "k").agg(sum("v").as("total"))',
    outputMode: "append",
    build: perWindow,
    steps: windowRows,
    remark:
      "A window comes out once, in the batch whose watermark has passed its end; a batch without new rows runs for it. The row of 12:00:03 is late: its window had closed by the watermark of the batch before.",
  },
  {
    title: "Windows, `update`",
    program: 'rows.withWatermark("at", "10 seconds").groupBy(window("at", "10 seconds").as("w"), "k").agg(sum("v").as("total"))',
    outputMode: "update",
    build: perWindow,
    steps: windowRows,
    remark:
      "The windows that a batch touched come out at once, as they are by then; they are forgotten when the watermark has passed their end, and nothing is said of it.",
  },
  {
    title: "Hopping windows, `append`",
    program: 'rows.withWatermark("at", "5 seconds").groupBy(window("at", "20 seconds", "10 seconds").as("w")).agg(count().as("n"))',
    outputMode: "append",
    build: (input) =>
      watched(input, "5 seconds").groupBy(expr("window(at, '20 seconds', '10 seconds')").as("w")).agg(expr("count(*)").as("n")),
    steps: left(["12:00:05 a 1", "12:00:14 a 1"], ["12:00:26 a 1"], ["12:00:50 a 1"]),
    remark: "A row is in two windows. What is kept are slices of ten seconds; a window is merged from two of them when it comes out.",
  },
  {
    title: "Windows over windows, `append`",
    program: 'short.groupBy(window("w", "20 seconds").as("w20")).agg(sum("n").as("rows"), count().as("windows"))',
    outputMode: "append",
    build: (input) =>
      watched(input, "0 seconds")
        .groupBy(expr("window(at, '10 seconds')").as("w"))
        .agg(expr("count(*)").as("n"))
        .groupBy(expr("window(w, '20 seconds')").as("w20"))
        .agg(expr("sum(n)").as("rows"), expr("count(*)").as("windows")),
    steps: left(["12:00:01 a 1", "12:00:08 a 2"], ["12:00:15 a 1"], ["12:00:31 a 1"]),
    remark: "Kept: the upper operator's windows, then the lower one's. A window that closes below goes into one above in the same batch.",
  },
  {
    title: "Sessions, `append`",
    program: `rows.withWatermark("at", "10 seconds").groupBy(expr("session_window(at, '5 seconds')").as("s"), "k").agg(count().as("n"))`,
    outputMode: "append",
    build: (input) =>
      watched(input).groupBy(expr("session_window(at, '5 seconds')").as("s"), expr("k").as("k")).agg(expr("count(*)").as("n")),
    steps: left(["12:00:01 a 1", "12:00:09 a 1"], ["12:00:05 a 1", "12:00:13 a 1"], ["12:00:30 a 1"]),
    remark: "12:00:05 is within five seconds of both sessions: they become one.",
  },
];

const deduplication: readonly TimelineCase[] = [
  {
    title: "`dropDuplicates` with the event time",
    program: 'rows.withWatermark("at", "10 seconds").dropDuplicates("k", "at")',
    outputMode: "append",
    build: (input) => watched(input).dropDuplicates("k", "at"),
    steps: left(["12:00:01 a 1", "12:00:01 a 2"], ["12:00:20 a 3", "12:00:01 a 4"], ["12:00:01 a 5", "12:00:21 b 1"]),
    remark:
      "The first row of each key comes out as it comes. A key goes when the watermark has passed its time: a row of that time is late by then.",
  },
  {
    title: "`dropDuplicatesWithinWatermark`",
    program: 'rows.withWatermark("at", "10 seconds").dropDuplicatesWithinWatermark("k")',
    outputMode: "append",
    build: (input) => watched(input).dropDuplicatesWithinWatermark("k"),
    steps: left(["12:00:01 a 1"], ["12:00:08 a 2", "12:00:25 b 1"], ["12:00:16 a 3"]),
    remark:
      "A key is kept until ten seconds behind its first row: 12:00:11. The watermark of 12:00:15 has passed that, so a row of 12:00:16 is a new one.",
  },
];

const joined =
  (how: "inner" | "left" | "leftsemi") =>
  (one: Frame, two: Frame): Frame => {
    const right = watched(two).selectExpr("at AS at2", "k AS k2", "v AS v2");
    return watched(one).join(right, expr("k = k2 AND at2 BETWEEN at AND at + INTERVAL 5 SECONDS"), how);
  };
const joinProgram = (how: string): string => `left.join(right, expr("k = k2 AND at2 BETWEEN at AND at + INTERVAL 5 SECONDS"), "${how}")`;
const joinSteps: readonly TimelineStep[] = [
  { left: ["12:00:01 a 1", "12:00:02 b 2"] },
  { right: ["12:00:04 a 9", "12:00:30 c 8"] },
  { left: ["12:00:30 d 3"] },
];

const joins: readonly TimelineCase[] = [
  {
    title: "Inner join of two streams",
    program: joinProgram("inner"),
    outputMode: "append",
    build: joined("inner"),
    steps: joinSteps,
    remark:
      "Both streams have a watermark of ten seconds, and the lower of the two counts: there is none before both have rows. A row of the left side is kept until no row that may still come is within five seconds behind it.",
  },
  {
    title: "Left outer join of two streams",
    program: joinProgram("left"),
    outputMode: "append",
    build: joined("left"),
    steps: joinSteps,
    remark: "What had no partner comes out when it can have none any more, with nulls.",
  },
  {
    title: "Left semi join of two streams",
    program: joinProgram("leftsemi"),
    outputMode: "append",
    build: joined("leftsemi"),
    steps: joinSteps,
    remark: "A row of the left side comes out once, with its first partner, and is forgotten then.",
  },
];

/** Counts the rows of a key, and says so when none has come for a while. */
const counted: GroupStateFunction<Record<string, unknown>, UserRow> = function* (key, rows, state) {
  const n = ((state.getOption()?.["n"] ?? 0) as number) + rows.length;
  if (state.hasTimedOut) {
    state.remove();
    yield { ...key, what: `silent after ${n}` };
    return;
  }
  state.update({ n });
  state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + 10_000);
  yield { ...key, what: `${n} so far` };
};

class Silence extends StatefulProcessor {
  #handle: StatefulProcessorHandle | null = null;
  #count: ReturnType<StatefulProcessorHandle["getValueState"]> | null = null;

  override init(handle: StatefulProcessorHandle): void {
    this.#handle = handle;
    this.#count = handle.getValueState("count", "n BIGINT");
  }

  override *handleInputRows(key: UserRow, rows: readonly UserRow[], times: TimerValues): Iterable<UserRow> {
    const n = ((this.#count!.get()?.["n"] ?? 0) as number) + rows.length;
    this.#count!.update({ n });
    for (const timer of this.#handle!.listTimers()) this.#handle!.deleteTimer(timer);
    this.#handle!.registerTimer(times.getCurrentWatermarkInMs() + 10_000);
    yield { ...key, what: `${n} so far` };
  }

  override *handleExpiredTimer(key: UserRow): Iterable<UserRow> {
    yield { ...key, what: `silent after ${this.#count!.get()!["n"] as number}` };
    this.#count!.clear();
  }
}

const userRows = left(["12:00:01 a 1", "12:00:02 b 1"], ["12:00:15 a 1"], ["12:00:30 c 1"], ["12:00:04 a 1"]);
const outputSchema = "k STRING, what STRING";

const others: readonly TimelineCase[] = [
  {
    title: "`limit`",
    program: "rows.limit(3)",
    outputMode: "append",
    build: (input) => input.limit(3),
    steps: left(["12:00:01 a 1", "12:00:02 b 1"], ["12:00:03 c 1", "12:00:04 d 1"], ["12:00:05 e 1"]),
    remark: "The first three rows of the stream's life. How many there were is kept, for ever.",
  },
  {
    title: "`flatMapGroupsWithState`, timeout by event time",
    program: 'rows.withWatermark("at", "0 seconds").groupBy("k").flatMapGroupsWithState(counted, { …, timeout: "eventTime" })',
    outputMode: "append",
    build: (input) =>
      watched(input, "0 seconds")
        .groupBy("k")
        .flatMapGroupsWithState(counted, { outputSchema, stateSchema: "n BIGINT", outputMode: "append", timeout: "eventTime" }),
    steps: userRows,
    remark: "The function asks to be woken ten seconds behind the watermark; rows of the key put that off. Late rows never reach it.",
  },
  {
    title: "`transformWithState`, timers by event time",
    program: 'rows.withWatermark("at", "0 seconds").groupBy("k").transformWithState(() => new Silence(), { …, timeMode: "eventTime" })',
    outputMode: "append",
    build: (input) =>
      watched(input, "0 seconds")
        .groupBy("k")
        .transformWithState(() => new Silence(), { outputSchema, timeMode: "eventTime" }),
    steps: userRows,
    remark: "The same with a value and a timer. Timers are not counted as rows.",
  },
];

export const timelineCases: readonly TimelineCase[] = [...windows, ...deduplication, ...joins, ...others];
