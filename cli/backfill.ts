import { boundedPlan, type BoundedPlan } from "../dataframe/backfill.js";
import { DataFrame } from "../dataframe/dataFrame.js";
import { writeBatch } from "../dataframe/batchWrite.js";
import { Session } from "../dataframe/session.js";
import type { StreamDefinition } from "../dataframe/streamDefinition.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { commandPort } from "./commandPort.js";
import { checkTarget, targetOf, type BackfillTarget } from "./backfillTarget.js";
import { exitCodeOf, exitCodeOfAll } from "./failure.js";
import { loadJob } from "./job.js";
import { Messages } from "./messages.js";
import { Overrides } from "./overrides.js";

/** The flags of `tidemark backfill`. */
export interface BackfillFlags {
  readonly job: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly eventFrom: string | undefined;
  readonly eventTo: string | undefined;
  readonly eventTime: string | undefined;
  readonly output: string | undefined;
  readonly dryRun: boolean;
  readonly overwrite: boolean;
  readonly set: readonly string[];
  readonly failFast: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * Runs the queries of a job over bounded input. Touches neither the job's checkpoint nor its sink. Gives the exit code.
 */
export async function backfill(flags: BackfillFlags): Promise<number> {
  const messages = new Messages(flags.json);
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
      warn: (message, query) => messages.warning(message, query),
    });
    const definitions = (await loadJob(flags.job, session)).map((writer) => overrides.writer(writer).definition);
    overrides.checkUsed();
    const steps = definitions.map((definition, i) => stepOf(flags, session, definition, definitions.length === 1 ? null : String(i)));
    // All are looked at before the first one writes.
    for (const { target } of steps)
      if (target) await checkTarget(session, target, { definitions, job: flags.job, overwrite: flags.overwrite });
    messages.ofSeveral = steps.length > 1;
    return await runSteps(flags, session, steps, { messages, say });
  } catch (error) {
    messages.failure(error);
    return exitCodeOf(error);
  }
}

/** One after the other; one that fails leaves the others alone, unless asked otherwise. */
async function runSteps(
  flags: BackfillFlags,
  session: Session,
  steps: readonly Step[],
  { messages, say }: { readonly messages: Messages; readonly say: Say },
): Promise<number> {
  const failures: unknown[] = [];
  for (const [i, step] of steps.entries()) {
    const label = step.definition.queryName ?? `number ${i + 1}`;
    try {
      const rows = await (step.target ? write(flags, session, step, step.target, say) : dryRun(flags, session, step, say));
      await tellOfRange(session, step.bounded, rows, (message) => messages.warning(message, label));
    } catch (error) {
      messages.failure(error, label);
      failures.push(error);
      if (flags.failFast || (error instanceof StreamingError && error.condition === "BACKFILL_STOPPED")) break;
    }
  }
  return exitCodeOfAll(failures);
}

/** One query of the job: what it reads, and where it goes; null for a dry run. */
interface Step {
  readonly definition: StreamDefinition;
  readonly bounded: BoundedPlan;
  readonly target: BackfillTarget | null;
}

function stepOf(flags: BackfillFlags, session: Session, definition: StreamDefinition, number: string | null): Step {
  const { from = null, to = null, eventFrom = null, eventTo = null, eventTime = null } = flags;
  const bounded = boundedPlan(session, definition.plan, { from, to, eventFrom, eventTo, eventTime }, definition.onMalformed);
  if (flags.dryRun) return { definition, bounded, target: null };
  return { definition, bounded, target: targetOf(definition, flags.output!, number === null ? null : (definition.queryName ?? number)) };
}

/** Tells what is to be known of the range: windows that it cuts; and, when (next to) nothing came out, that nothing was selected. */
async function tellOfRange(
  session: Session,
  { selected, notes }: BoundedPlan,
  rows: number,
  tell: (message: string) => void,
): Promise<void> {
  for (const note of notes) tell(note);
  // An aggregate over nothing is a row.
  if (rows > 1 || selected.length === 0) return;
  const empty = await Promise.all(selected.map((plan) => new DataFrame(session, plan).isEmpty()));
  if (empty.every(Boolean)) tell("the range selects nothing: there is no input in it");
}

async function write(
  flags: BackfillFlags,
  session: Session,
  { definition, bounded }: Step,
  target: BackfillTarget,
  say: Say,
): Promise<number> {
  const { format, options, place } = target;
  const mode = flags.overwrite ? "overwrite" : "append";
  const stopped = new AbortController();
  const letGo = commandPort.onStopSignal(() => stopped.abort(new StreamingError("BACKFILL_STOPPED", { output: place })));
  const definitionOfWrite = { plan: bounded.plan, format, options, mode, partitionBy: definition.partitionBy } as const;
  const rows = await writeBatch(session, definitionOfWrite, stopped.signal).finally(letGo);
  report(flags, { query: definition.queryName, rows, output: place });
  say(`${definition.queryName ?? "the query"}: ${rows} rows written to ${place}.`);
  return rows;
}

async function dryRun(flags: BackfillFlags, session: Session, { definition, bounded }: Step, say: Say): Promise<number> {
  const frame = new DataFrame(session, bounded.plan);
  // All columns are computed, as when it is written: a record that cannot be decoded leaves its row out, or ends it.
  const rows = await writeBatch(session, { plan: bounded.plan, format: "noop", options: {}, mode: "append", partitionBy: [] });
  report(flags, { query: definition.queryName, rows, output: null });
  if (flags.json || flags.quiet) return rows;
  say(`${definition.queryName ?? "the query"}: ${rows} rows, none of them written.${rows > 0 ? " The first:" : ""}`);
  if (rows > 0) await frame.limit(10).show(10, 60);
  return rows;
}

type Say = (line: string) => void;

function report({ json }: BackfillFlags, line: object): void {
  if (json) process.stdout.write(`${JSON.stringify(line)}\n`);
}
