import { planUpgrade, type UpgradePlan } from "../dataframe/upgradePlan.js";
import { withoutCredentials } from "../engine/errors/credentials.js";
import { exitCodes } from "./failure.js";
import { inJobSession } from "./jobSession.js";
import { loadJob, queryOf } from "./job.js";
import { Messages } from "./messages.js";
import { emitEveryFlag } from "./emitEveryFlag.js";
import { outputModeFlag } from "./outputModeFlag.js";

/** What `tidemark plan` was told. */
export interface PlanFlags {
  readonly job: string;
  readonly against: string | undefined;
  readonly query: string | undefined;
  readonly outputMode: string | undefined;
  readonly emitEvery: string | undefined;
  readonly set: readonly string[];
  readonly json: boolean;
}

/** Says what a start of a job would do on a checkpoint, before anything starts. Gives the exit code: 1 where something would be refused. */
export function plan(flags: PlanFlags): Promise<number> {
  const messages = new Messages(flags.json);
  return inJobSession(
    messages,
    flags.set,
    (line) => messages.printed(line, null),
    async (session, overrides) => {
      const writers = await loadJob(flags.job, session);
      // One checkpoint is of one query.
      const asked = flags.query === undefined && flags.against === undefined ? writers : [queryOf(writers, flags.query)];
      const inMode = asked.map((writer) => (flags.outputMode === undefined ? writer : writer.outputMode(outputModeFlag(flags.outputMode))));
      const early = inMode.map((writer) => (flags.emitEvery === undefined ? writer : writer.emitEvery(emitEveryFlag(flags.emitEvery))));
      const changed = early.map((writer) => overrides.writer(writer));
      overrides.checkUsed();
      let isPossible = true;
      for (const { definition } of changed) {
        const made = await planUpgrade(session, definition, ...(flags.against === undefined ? [] : [flags.against]));
        isPossible &&= made.isPossible;
        process.stdout.write(`${withoutCredentials(flags.json ? JSON.stringify(made) : planText(made))}\n`);
      }
      return isPossible ? exitCodes.done : exitCodes.failed;
    },
  );
}

function planText({ queryName, location, nextBatchId, isPossible, parts }: UpgradePlan): string {
  const title = `${queryName ?? "the query"} on ${location}: ${isPossible ? `goes on with batch ${nextBatchId}` : "is refused"}`;
  const widths = { kind: widest(parts.map(({ kind }) => kind)), name: widest(parts.map(({ name }) => name)) };
  const lines = parts.map(({ kind, name, action, condition, notes }) => {
    const why = [...(condition === null ? [] : [condition]), ...notes].join(": ");
    return `  ${kind.padEnd(widths.kind)}  ${name.padEnd(widths.name)}  ${action.padEnd("migrate".length)}  ${why}`.trimEnd();
  });
  const choices = isPossible
    ? []
    : [
        "Choose a new checkpointLocation, change the query back, or say by writeStream.migrateState what becomes of the state of an operator.",
      ];
  return [title, ...lines, ...choices].join("\n");
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
