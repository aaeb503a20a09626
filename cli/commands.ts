import type { CheckpointFlags } from "./checkpoint.js";
import type { DemoFlags } from "./demo.js";
import type { BackfillFlags } from "./backfill.js";
import type { InitFlags } from "./init.js";
import type { Flag, FlagValues } from "./flags.js";
import type { RunFlags } from "./run.js";
import type { StateFlags } from "./state.js";

/** A command: what it takes, and what runs it. Commands load when they are called, since start-up counts. */
export interface Command {
  readonly describe: string;
  /** The words that it takes beside its flags. */
  readonly takes: readonly Word[];
  readonly flags: Readonly<Record<string, Flag>>;
  /** @param words one for each that it takes, "" for one that was not given */
  readonly run: (words: readonly string[], values: FlagValues) => Promise<number>;
}

export interface Word {
  readonly name: string;
  readonly describe: string;
  readonly isRequired: boolean;
  /** The words that there are, where not all are. */
  readonly choices?: readonly string[];
}

const set: Flag = { type: "texts", describe: "key=value: configuration, or an option of the job; may be given several times" };
const cwd: Flag = { type: "text", describe: "The folder that relative paths count from, as if started there" };
const failFast: Flag = { type: "switch", describe: "End all queries of the job with the first that fails" };
const quiet: Flag = { type: "switch", describe: "Show nothing but failures" };

const emitEvery: Flag = {
  type: "text",
  describe:
    'In output mode changes, when changes of windows are told before these close: "10 seconds", "10 seconds of event time" or "1000 rows"',
};

const jobFile: Word = { name: "job", describe: "A TypeScript or JavaScript file, or statements of SQL (.sql)", isRequired: true };

const checkpointFolder: Word = { name: "path", describe: "The checkpointLocation of the query", isRequired: true };

/** The commands by name, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  run: {
    describe: "Run the streaming queries of a job file until they end or are stopped",
    takes: [jobFile],
    flags: {
      trigger: { type: "text", describe: 'available-now, once, or an interval such as "5 seconds"' },
      "final-watermark": {
        type: "switch",
        describe: "With the trigger available-now: no event comes after what is there, so close every window and session at the end",
      },
      "output-mode": { type: "text", describe: "append, update, complete or changes, instead of what the job says" },
      "emit-every": emitEvery,
      set,
      checkpoint: { type: "text", describe: "Where the checkpoint is, instead of where the job says" },
      cwd,
      "fail-fast": failFast,
      restart: {
        type: "text",
        describe: "never, or on-failure: start a query that has failed again, after 1 s, 2 s, 4 s … up to a minute (by default never)",
      },
      "restart-limit": { type: "text", describe: "How often without a committed batch between (by default 10)" },
      quiet,
      json: { type: "switch", describe: "One JSON line a batch, and one for each failure, for machines" },
    },
    run: async ([job = ""], values) => {
      const { run } = await import("./run.js");
      const flags: RunFlags = {
        job,
        trigger: text(values.trigger),
        finalWatermark: values["final-watermark"] === true,
        outputMode: text(values["output-mode"]),
        emitEvery: text(values["emit-every"]),
        set: texts(values.set),
        checkpoint: text(values.checkpoint),
        failFast: values["fail-fast"] === true,
        restart: text(values.restart),
        restartLimit: text(values["restart-limit"]),
        quiet: values.quiet === true,
        json: values.json === true,
      };
      return run(flags);
    },
  },
  backfill: {
    describe: "Run the same queries over bounded input, into a place of their own",
    takes: [jobFile],
    flags: {
      from: {
        type: "text",
        describe:
          "Where the input starts (included): an ISO time, of the modification of files and the timestamps of Kafka; or Kafka offsets as JSON",
      },
      to: { type: "text", describe: "Where it ends (not included)" },
      "event-from": { type: "text", describe: "The first event time of the rows (included): an ISO time" },
      "event-to": { type: "text", describe: "Where their event time ends (not included)" },
      "event-time": { type: "text", describe: "The column of the event time, unless it is the watermark's" },
      output: { type: "text", describe: "The folder or topic to write to" },
      "dry-run": { type: "switch", describe: "Write nothing: show counts and the first rows" },
      overwrite: { type: "switch", describe: "Replace what is at the output" },
      set,
      cwd,
      "fail-fast": failFast,
      quiet,
      json: { type: "switch", describe: "One JSON line a query, and one for each failure, for machines" },
    },
    run: async ([job = ""], values) => {
      const { backfill } = await import("./backfill.js");
      const flags: BackfillFlags = {
        job,
        from: text(values.from),
        to: text(values.to),
        eventFrom: text(values["event-from"]),
        eventTo: text(values["event-to"]),
        eventTime: text(values["event-time"]),
        output: text(values.output),
        dryRun: values["dry-run"] === true,
        overwrite: values.overwrite === true,
        set: texts(values.set),
        failFast: values["fail-fast"] === true,
        quiet: values.quiet === true,
        json: values.json === true,
      };
      return backfill(flags);
    },
  },
  sql: {
    describe: "Run statements of SQL and show what they give; without any, ask for them",
    takes: [
      {
        name: "statements",
        describe: "Statements, or the path of a file of them; by default those of standard input, or of a prompt",
        isRequired: false,
      },
    ],
    flags: {
      format: { type: "text", describe: "table, json, csv or parquet; by default a table on a terminal, JSON lines elsewhere" },
      set,
      cwd,
    },
    run: async ([statements = ""], values) => {
      const { sql } = await import("./sql.js");
      return sql({ text: statements, format: text(values.format), set: texts(values.set) });
    },
  },
  replay: {
    describe: "Run a past batch of a job again and show what it gave; touches neither output nor checkpoint",
    takes: [jobFile],
    flags: {
      batch: { type: "text", describe: "Which batch" },
      query: { type: "text", describe: "Of several queries which: its name, or its number in the job" },
      checkpoint: { type: "text", describe: "Where the checkpoint is, instead of where the job says" },
      set,
      cwd,
    },
    run: async ([job = ""], values) => {
      const { replay } = await import("./replay.js");
      return replay({
        job,
        batch: text(values.batch),
        query: text(values.query),
        checkpoint: text(values.checkpoint),
        set: texts(values.set),
      });
    },
  },
  plan: {
    describe:
      "Say of each source, sink and stateful operator of a job what a start on a checkpoint would do with it; starts and changes nothing",
    takes: [jobFile],
    flags: {
      against: { type: "text", describe: "The checkpoint; by default that of each query" },
      query: { type: "text", describe: "Of several queries which: its name, or its number in the job" },
      "output-mode": { type: "text", describe: "append, update, complete or changes, instead of what the job says" },
      "emit-every": emitEvery,
      set,
      cwd,
      json: { type: "switch", describe: "One JSON object a query, for machines" },
    },
    run: async ([job = ""], values) => {
      const { plan } = await import("./plan.js");
      return plan({
        job,
        against: text(values.against),
        query: text(values.query),
        outputMode: text(values["output-mode"]),
        emitEvery: text(values["emit-every"]),
        set: texts(values.set),
        json: values.json === true,
      });
    },
  },
  state: {
    describe: "Show what the state of a query holds, also while it runs",
    takes: [
      {
        name: "what",
        describe: "list: its tables; show: the rows of one; changes: what batches changed; export: the rows into files",
        isRequired: true,
        choices: ["list", "show", "changes", "export"],
      },
      checkpointFolder,
    ],
    flags: {
      operator: { type: "text", describe: "Which stateful operator: its id or number, as list shows them (by default the first)" },
      store: { type: "text", describe: "Which of its tables: left or right of a join, a variable of user state" },
      batch: { type: "text", describe: "show, export: the state as this batch left it (by default the last that was committed)" },
      from: { type: "text", describe: "changes: the first batch (by default the last that was committed)" },
      to: { type: "text", describe: "changes: the last batch (by default the last that was committed)" },
      where: { type: "text", describe: "Only rows for which this holds: SQL over key, value and partition_id" },
      limit: { type: "text", describe: "At most so many rows (by default 20 on a terminal, all elsewhere)" },
      format: { type: "text", describe: "table, json, csv or parquet; of export: parquet, arrow or json" },
      output: { type: "text", describe: "export: the folder to write to, which must not be there" },
      cwd,
    },
    run: async ([what = "", path = ""], values) => {
      const { state } = await import("./state.js");
      const flag = (name: string): string | undefined => text(values[name]);
      return state({
        what: what as StateFlags["what"],
        path,
        operator: flag("operator"),
        store: flag("store"),
        batch: flag("batch"),
        from: flag("from"),
        to: flag("to"),
        where: flag("where"),
        limit: flag("limit"),
        format: flag("format"),
        output: flag("output"),
      });
    },
  },
  checkpoint: {
    describe:
      "Say what is in a checkpoint, or whether all of it can be read, or copy it, also while its query runs; make it smaller, change its partitions, or go back in it",
    takes: [
      {
        name: "what",
        describe:
          "inspect; verify; savepoint: a copy for the same query; fork: a copy for a query of its own; prune: forget all but the last batches; repartition: another number of state partitions from the next start on; reset: forget the last batches, so that what they read is read again",
        isRequired: true,
        choices: ["inspect", "verify", "savepoint", "fork", "prune", "repartition", "reset"],
      },
      checkpointFolder,
      {
        name: "to",
        describe: "savepoint, fork: the folder of the copy, which must not be there; prune: how many batches stay; repartition: 1 to 256",
        isRequired: false,
      },
    ],
    flags: {
      "to-batch": { type: "text", describe: "reset: the batch that is the last one then" },
      "to-time": {
        type: "text",
        describe: "reset: the same, as the last batch that was planned by that time, such as 2026-11-27T08:00:00Z",
      },
      "to-offsets": {
        type: "text",
        describe: "reset: the same, as the batch that ended at these offsets: a JSON array with one for each source, as inspect shows them",
      },
      "dry-run": { type: "switch", describe: "reset: say what it means, and change nothing" },
      json: { type: "switch", describe: "One JSON object, for machines" },
      cwd,
    },
    run: async ([what = "", path = "", to = ""], values) => {
      const { checkpoint } = await import("./checkpoint.js");
      const back = { toBatch: text(values["to-batch"]), toTime: text(values["to-time"]), toOffsets: text(values["to-offsets"]) };
      const flags = { what: what as CheckpointFlags["what"], path, to, json: values.json === true };
      return checkpoint({ ...flags, back, dryRun: values["dry-run"] === true });
    },
  },
  init: {
    describe: "Write a job to start from, with a sample of its input, a test, tsconfig.json and package.json",
    takes: [],
    flags: { folder: { type: "text", describe: "Where, if not here; made if it is not there" } },
    run: async (_words, values) => {
      const { init } = await import("./init.js");
      const flags: InitFlags = { folder: text(values.folder) ?? "." };
      return init(flags);
    },
  },
  demo: {
    describe: "A windowed average over made-up sensors, written below demo/",
    takes: [],
    flags: { seconds: { type: "number", describe: "How long it runs", default: 15 } },
    run: async (_words, values) => {
      const { demo } = await import("./demo.js");
      const flags: DemoFlags = { seconds: Number(values.seconds ?? 15) };
      return demo(flags);
    },
  },
};

function text(value: FlagValues[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: FlagValues[string]): readonly string[] {
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
