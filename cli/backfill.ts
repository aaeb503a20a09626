import { boundedPlan } from "../dataframe/backfill.js";
import { DataFrame } from "../dataframe/dataFrame.js";
import { writeBatch } from "../dataframe/batchWrite.js";
import { Session } from "../dataframe/session.js";
import type { DataStreamWriter, StreamDefinition } from "../dataframe/streamWriter.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { resolve } from "node:path";
import { exitCodes, failureText } from "./failure.js";
import { loadJob } from "./job.js";
import { Overrides } from "./overrides.js";

/** The flags of `tidemark backfill`. */
export interface BackfillFlags {
  readonly job: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly output: string | undefined;
  readonly dryRun: boolean;
  readonly overwrite: boolean;
  readonly set: readonly string[];
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Runs the queries of a job over bounded input. Touches neither the job's checkpoint nor its sink. Gives the exit code. */
export async function backfill(flags: BackfillFlags): Promise<number> {
  const say = (line: string): void => {
    if (!flags.quiet && !flags.json) process.stdout.write(`${line}\n`);
  };
  try {
    if (flags.output === undefined && !flags.dryRun) throw new StreamingError("BACKFILL_NEEDS_OUTPUT");
    const overrides = new Overrides(flags.set);
    const session = Session.create({
      conf: overrides.conf,
      readOptions: overrides.readOptions,
      print: say,
      warn: (message) => process.stderr.write(`warning: ${message}\n`),
    });
    const writers = (await loadJob(flags.job, session)).map((writer) => overrides.writer(writer));
    overrides.checkUsed();
    for (const [i, writer] of writers.entries())
      await backfillQuery(flags, session, writer, writers.length === 1 ? null : (writer.definition.queryName ?? String(i)), say);
    return exitCodes.done;
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    return exitCodes.failed;
  }
}

async function backfillQuery(
  flags: BackfillFlags,
  session: Session,
  { definition }: DataStreamWriter,
  subfolder: string | null,
  say: (line: string) => void,
): Promise<void> {
  const plan = boundedPlan(session, definition.plan, { from: flags.from ?? null, to: flags.to ?? null });
  const name = definition.queryName ?? "the query";
  if (flags.dryRun) {
    const frame = new DataFrame(session, plan);
    const rows = await frame.count();
    report(flags, { query: definition.queryName, rows, output: null });
    say(`${name} gives ${rows} rows. The first of them:`);
    if (!flags.json && !flags.quiet) await frame.show(10);
    return;
  }
  const target = targetOf(definition, flags.output!, subfolder);
  await checkTarget(session, target, flags.overwrite);
  const rows = await writeBatch(session, {
    plan,
    ...target,
    mode: flags.overwrite ? "overwrite" : "append",
    partitionBy: definition.partitionBy,
  });
  report(flags, { query: definition.queryName, rows, output: flags.output! });
  say(`${name}: ${rows} rows written to ${target.options.path ?? target.options.topic}.`);
}

interface Target {
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
}

/** The job's own format at another place; sinks for looking become Parquet files. */
function targetOf({ format, options }: StreamDefinition, output: string, subfolder: string | null): Target {
  if (format === "kafka") return { format, options: { ...options, topic: output } };
  const path = subfolder === null ? output : `${output}/${subfolder}`;
  return format === "json" || format === "parquet" ? { format, options: { ...options, path } } : { format: "parquet", options: { path } };
}

/** @throws BACKFILL_TARGET_NOT_EMPTY */
async function checkTarget(session: Session, { options }: Target, overwrite: boolean): Promise<void> {
  if (options.path === undefined || overwrite) return;
  const entries = await session.runtime.files.list(resolve(options.path));
  if (entries.length > 0) throw new StreamingError("BACKFILL_TARGET_NOT_EMPTY", { path: options.path });
}

function report({ json }: BackfillFlags, line: object): void {
  if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
}
