import { expr } from "../../../dataframe/functions.js";
import type { StatefulProcessor } from "../../../dataframe/statefulProcessor.js";
import type { Frame } from "./buildDataFrame.js";
import {
  comesAndGoes,
  scriptFunction,
  untouchedTimeouts,
  Timers,
  Silence,
  Rings,
  Lists,
  Maps,
  Initial,
  InitialTimers,
  Stamped,
  TtlOfAll,
  Clock,
  Script,
  StampedOld,
} from "./twinProcessors.js";

// The queries of `processors.py`.

interface Twin {
  readonly timeMode?: "none" | "eventTime" | "processingTime";
  readonly outputSchema: string;
  readonly make: () => StatefulProcessor;
}

const twins: Readonly<Record<string, Twin>> = {
  timers: { timeMode: "eventTime", outputSchema: "k string, what string, n bigint, timers bigint, wm bigint", make: () => new Timers() },
  silence: { timeMode: "eventTime", outputSchema: "k string, n bigint, at bigint, due bigint", make: () => new Silence() },
  rings: { timeMode: "eventTime", outputSchema: "k string, what string, at bigint", make: () => new Rings() },
  lists: {
    outputSchema: "k string, before boolean, after boolean, vs array<bigint>, ks array<string>, calls bigint",
    make: () => new Lists(),
  },
  maps: {
    outputSchema: "k string, k2 bigint, before boolean, after boolean, all string, keys int, values bigint",
    make: () => new Maps(),
  },
  initial: { outputSchema: "k string, n bigint, known bigint", make: () => new Initial() },
  "initial timers": { timeMode: "eventTime", outputSchema: "k string, what string, n bigint", make: () => new InitialTimers() },
  stamped: { timeMode: "eventTime", outputSchema: "k string, at timestamp, n bigint", make: () => new Stamped() },
  "ttl of all": {
    timeMode: "processingTime",
    outputSchema: "k string, v bigint, l array<bigint>, m array<bigint>, kept array<bigint>",
    make: () => new TtlOfAll(),
  },
  "stamped old": { timeMode: "eventTime", outputSchema: "k string, at timestamp, n bigint", make: () => new StampedOld() },
  script: { timeMode: "eventTime", outputSchema: "k string, op string, n bigint, state string", make: () => new Script({}) },
  "script with ttl": {
    timeMode: "processingTime",
    outputSchema: "k string, op string, n bigint, state string",
    make: () => new Script({ ttlMs: 12_000 }),
  },
  clock: { timeMode: "processingTime", outputSchema: "k string, what string, n bigint", make: () => new Clock() },
};

const functions: Readonly<Record<string, typeof comesAndGoes>> = {
  "comes and goes": comesAndGoes,
  "script function": scriptFunction,
  "untouched timeouts": untouchedTimeouts,
};

/** What stands below a function, by its exact text. */
const below: Readonly<Record<string, (t: Frame) => Frame>> = {
  t: (t) => t,
  't.withWatermark("ts", "0 seconds")': (t) => t.withWatermark("ts", "0 seconds"),
  't.withWatermark("ts", "1 second")': (t) => t.withWatermark("ts", "1 second"),
  't.withWatermark("ts", "2 seconds")': (t) => t.withWatermark("ts", "2 seconds"),
  't.withColumn("k2", F.expr("v DIV 10"))': (t) => t.withColumn("k2", expr("v DIV 10")),
  't.withWatermark("ts", "2 seconds").dropDuplicates(["k", "ts"])': (t) => t.withWatermark("ts", "2 seconds").dropDuplicates("k", "ts"),
  't.withWatermark("ts", "2 seconds").groupBy(F.expr("window(ts, \'5 seconds\') AS w"), "k").agg(F.expr("count(*) AS n")).selectExpr("window_time(w) AS ts", "k")':
    (t) =>
      t
        .withWatermark("ts", "2 seconds")
        .groupBy(expr("window(ts, '5 seconds') AS w"), "k")
        .agg(expr("count(*) AS n"))
        .selectExpr("window_time(w) AS ts", "k"),
};

const windows = (frame: Frame): Frame => frame.groupBy(expr("window(at, '5 seconds') AS w")).agg(expr("count(*) AS n"));

/** What stands above it. */
const above: Readonly<Record<string, (frame: Frame) => Frame>> = {
  "": (frame) => frame,
  [`.groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"), F.expr("max(n) AS most"))`]: mostOfWindows,
  [`.groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"), F.expr("max(n) AS most")).groupBy(F.expr("window(w, '20 seconds') AS w2")).agg(F.expr("count(*) AS n"))`]:
    (frame) => mostOfWindows(frame).groupBy(expr("window(w, '20 seconds') AS w2")).agg(expr("count(*) AS n")),
  [`.groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"))`]: windows,
  [`.withWatermark("at", "2 seconds").groupBy(F.expr("window(at, '5 seconds') AS w")).agg(F.expr("count(*) AS n"))`]: (frame) =>
    windows(frame.withWatermark("at", "2 seconds")),
  '.dropDuplicatesWithinWatermark(["k"])': (frame) => frame.dropDuplicatesWithinWatermark("k"),
};

function mostOfWindows(frame: Frame): Frame {
  return frame.groupBy(expr("window(at, '5 seconds') AS w")).agg(expr("count(*) AS n"), expr("max(n) AS most"));
}

/** Whether the function of a case names its twin. */
export function hasTwin(pyspark: string): boolean {
  return pyspark.startsWith("# twin: ");
}

/** The parts of the query of a case: what is below the function, its keys, how it is called, what is above. */
const parts =
  /\nresult = (.*)\.groupBy\(([^()]*)\)\.(transformWithState|applyInPandasWithState)\((.*?timeMode="\w+"(?:, initialState=i\.groupBy\("k"\))?(?:, eventTimeColumnName="\w+")?|fn.*?Timeout")\)(.*)$/;

/** The query of a case whose function names its twin in the first line; null for any other. */
export function twinQuery(pyspark: string, tables: ReadonlyMap<string, Frame>): Frame | null {
  const name = /^# twin: (.+)\n/.exec(pyspark)?.[1];
  if (name === undefined) return null;
  const [, input, keys, verb, call, rest] = parts.exec(pyspark)!;
  const grouped = below[input!]!(tables.get("t")!).groupBy(...keys!.split(", ").map((key) => JSON.parse(key) as string));
  if (verb === "applyInPandasWithState") {
    const outputMode = call!.includes('"update"') ? "update" : "append";
    const schemas = { outputSchema: "k string, what string, n bigint, there boolean", stateSchema: "n bigint" };
    return grouped.flatMapGroupsWithState(functions[name]!, { ...schemas, outputMode, timeout: "eventTime" });
  }
  const { make, ...options } = twins[name]!;
  const eventTimeColumnName = /eventTimeColumnName="(\w+)"/.exec(call!)?.[1];
  const frame = grouped.transformWithState(make, {
    ...options,
    ...(call!.includes("initialState=") && { initialState: tables.get("i")!.groupBy("k") }),
    ...(eventTimeColumnName !== undefined && { eventTimeColumnName }),
  });
  return above[rest!]!(frame);
}
