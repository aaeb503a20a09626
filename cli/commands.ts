import type { DemoFlags } from "./demo.js";
import type { BackfillFlags } from "./backfill.js";
import type { InitFlags } from "./init.js";
import type { Flag, FlagValues } from "./flags.js";
import type { RunFlags } from "./run.js";

/** A command: what it takes, and what runs it. Commands load when they are called, since start-up counts. */
export interface Command {
  readonly describe: string;
  /** The word that it takes beside its flags. */
  readonly takes: { readonly name: string; readonly describe: string; readonly isRequired: boolean } | null;
  readonly flags: Readonly<Record<string, Flag>>;
  readonly run: (job: string, values: FlagValues) => Promise<number>;
}

const set: Flag = { type: "texts", describe: "key=value: configuration, or an option of the job; may be given several times" };
const cwd: Flag = { type: "text", describe: "The folder that relative paths count from, as if started there" };
const failFast: Flag = { type: "switch", describe: "End all queries of the job with the first that fails" };
const quiet: Flag = { type: "switch", describe: "Show nothing but failures" };

const jobFile = { name: "job", describe: "A TypeScript or JavaScript file, or statements of SQL (.sql)", isRequired: true };

/** The commands by name, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  run: {
    describe: "Run the streaming queries of a job file until they end or are stopped",
    takes: jobFile,
    flags: {
      trigger: { type: "text", describe: 'available-now, once, or an interval such as "5 seconds"' },
      set,
      checkpoint: { type: "text", describe: "Where the checkpoint is, instead of where the job says" },
      cwd,
      "fail-fast": failFast,
      quiet,
      json: { type: "switch", describe: "One JSON line a batch, and one for each failure, for machines" },
    },
    run: async (job, values) => {
      const { run } = await import("./run.js");
      const flags: RunFlags = {
        job,
        trigger: text(values.trigger),
        set: texts(values.set),
        checkpoint: text(values.checkpoint),
        failFast: values["fail-fast"] === true,
        quiet: values.quiet === true,
        json: values.json === true,
      };
      return run(flags);
    },
  },
  backfill: {
    describe: "Run the same queries over bounded input, into a place of their own",
    takes: jobFile,
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
    run: async (job, values) => {
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
    takes: {
      name: "statements",
      describe: "Statements, or the path of a file of them; by default those of standard input, or of a prompt",
      isRequired: false,
    },
    flags: {
      format: { type: "text", describe: "table, json, csv or parquet; by default a table on a terminal, JSON lines elsewhere" },
      set,
      cwd,
    },
    run: async (statements, values) => {
      const { sql } = await import("./sql.js");
      return sql({ text: statements, format: text(values.format), set: texts(values.set) });
    },
  },
  init: {
    describe: "Write a job to start from, with a sample of its input, a test, tsconfig.json and package.json",
    takes: null,
    flags: { folder: { type: "text", describe: "Where, if not here; made if it is not there" } },
    run: async (_job, values) => {
      const { init } = await import("./init.js");
      const flags: InitFlags = { folder: text(values.folder) ?? "." };
      return init(flags);
    },
  },
  demo: {
    describe: "A windowed average over made-up sensors, written below demo/",
    takes: null,
    flags: { seconds: { type: "number", describe: "How long it runs", default: 15 } },
    run: async (_job, values) => {
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
