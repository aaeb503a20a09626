import { boundedPlan } from "../dataframe/backfill.js";
import { DataFrame } from "../dataframe/dataFrame.js";
import { writeBatch } from "../dataframe/batchWrite.js";
import { Session } from "../dataframe/session.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import type { StreamDefinition } from "../dataframe/streamDefinition.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { commandPort } from "./commandPort.js";
import { checkTarget, targetOf, type BackfillTarget } from "./backfillTarget.js";
import { exitCodeOf, exitCodes, failureText } from "./failure.js";
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

/**
 * Runs the queries of a job over bounded input. Touches neither the job's checkpoint nor its sink. Gives the exit code.
 */
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
    const definitions = (await loadJob(flags.job, session)).map((writer) => overrides.writer(writer).definition);
    overrides.checkUsed();
    const steps = definitions.map((definition, i) => stepOf(flags, session, definition, definitions.length === 1 ? null : String(i)));
    // All are looked at before the first one writes.
    for (const { target } of steps)
      if (target) await checkTarget(session, target, { definitions, job: flags.job, overwrite: flags.overwrite });
    for (const step of steps) await (step.target ? write(flags, session, step, step.target, say) : dryRun(flags, session, step, say));
    return exitCodes.done;
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    return exitCodeOf(error);
  }
}

/** One query of the job: what it reads, and where it goes; null for a dry run. */
interface Step {
  readonly definition: StreamDefinition;
  readonly plan: AnalyzedPlan;
  readonly target: BackfillTarget | null;
}

function stepOf(flags: BackfillFlags, session: Session, definition: StreamDefinition, number: string | null): Step {
  const plan = boundedPlan(session, definition.plan, { from: flags.from ?? null, to: flags.to ?? null });
  if (flags.dryRun) return { definition, plan, target: null };
  return { definition, plan, target: targetOf(definition, flags.output!, number === null ? null : (definition.queryName ?? number)) };
}

async function write(flags: BackfillFlags, session: Session, { definition, plan }: Step, target: BackfillTarget, say: Say): Promise<void> {
  const { format, options, place } = target;
  const mode = flags.overwrite ? "overwrite" : "append";
  const stopped = new AbortController();
  const letGo = commandPort.onStopSignal(() => stopped.abort(new StreamingError("BACKFILL_STOPPED", { output: place })));
  const definitionOfWrite = { plan, format, options, mode, partitionBy: definition.partitionBy } as const;
  const rows = await writeBatch(session, definitionOfWrite, stopped.signal).finally(letGo);
  report(flags, { query: definition.queryName, rows, output: place });
  say(`${definition.queryName ?? "the query"}: ${rows} rows written to ${place}.`);
}

async function dryRun(flags: BackfillFlags, session: Session, { definition, plan }: Step, say: Say): Promise<void> {
  const frame = new DataFrame(session, plan);
  const rows = await frame.count();
  report(flags, { query: definition.queryName, rows, output: null });
  if (flags.json || flags.quiet) return;
  say(`${definition.queryName ?? "the query"}: ${rows} rows, none of them written.${rows > 0 ? " The first:" : ""}`);
  if (rows > 0) await frame.limit(10).show(10, 60);
}

type Say = (line: string) => void;

function report({ json }: BackfillFlags, line: object): void {
  if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
}
