import { checkCheckpointsAreApart, folderName } from "../dataframe/checkpointPlace.js";
import { Session } from "../dataframe/session.js";
import type { DataStreamWriter } from "../dataframe/streamWriter.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import { commandPort } from "./commandPort.js";
import { exitCodeOf, exitCodes, failureText } from "./failure.js";
import { loadJob } from "./job.js";
import { Overrides } from "./overrides.js";
import { progressView, type ProgressView } from "./progressView.js";
import { terminal } from "./terminal.js";
import { triggerFlag } from "./triggerFlag.js";

/** The flags of `tidemark run`. */
export interface RunFlags {
  readonly job: string;
  readonly trigger: string | undefined;
  readonly set: readonly string[];
  readonly checkpoint: string | undefined;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Runs the queries of a job until all have ended. Gives the exit code. */
export async function run(flags: RunFlags): Promise<number> {
  const view = progressView(flags.json ? "json" : flags.quiet ? "quiet" : "people", terminal, Date.now);
  const session = { current: null as Session | null };
  let stopping = false;
  const letGo = commandPort.onStopSignal(() => {
    stopping = true;
    view.note("Stopping: the running batch is finished and committed. A second signal stops at once.");
    void session.current?.stop();
  });
  try {
    const overrides = new Overrides(flags.set);
    session.current = newSession(overrides, view, flags);
    const writers = await prepare(flags, session.current, overrides);
    const queries: StreamingQuery[] = [];
    for (const writer of writers) if (!stopping) queries.push(await writer.start());
    if (stopping) await session.current.stop();
    return await outcome(queries, view);
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    return exitCodeOf(error);
  } finally {
    await session.current?.stop();
    view.end();
    letGo();
  }
}

function newSession(overrides: Overrides, view: ProgressView, { json }: RunFlags): Session {
  const session = Session.create({
    conf: overrides.conf,
    readOptions: overrides.readOptions,
    print: (line) => (json ? process.stderr.write(`${line}\n`) : view.note(line)),
    warn: (message) => process.stderr.write(`warning: ${message}\n`),
  });
  session.streams.addListener({ onQueryProgress: ({ progress }) => view.progress(progress) });
  return session;
}

async function prepare(flags: RunFlags, session: Session, overrides: Overrides): Promise<DataStreamWriter[]> {
  const trigger = flags.trigger === undefined ? null : triggerFlag(flags.trigger);
  const writers = await loadJob(flags.job, session);
  const changed = writers.map((writer, i) => {
    let result = overrides.writer(writer);
    if (trigger !== null) result = result.trigger(trigger);
    if (flags.checkpoint === undefined) return result;
    const own = writers.length === 1 ? flags.checkpoint : `${flags.checkpoint}/${folderName(writer.definition.queryName ?? String(i))}`;
    return result.option("checkpointLocation", own);
  });
  overrides.checkUsed();
  await checkCheckpointsAreApart(
    session,
    changed.map(({ definition }) => definition),
  );
  return changed;
}

/** Waits for all; one that fails ends the others, well. */
async function outcome(queries: readonly StreamingQuery[], view: ProgressView): Promise<number> {
  const failures: unknown[] = [];
  await Promise.all(
    queries.map(async (query) => {
      try {
        await query.awaitTermination();
      } catch (error) {
        failures.push(error);
        await Promise.all(queries.map((other) => other.stop()));
      }
    }),
  );
  if (failures.length === 0) {
    for (const { id, name } of queries) view.note(`${name ?? id.slice(0, 8)}: ${view.tally(id).summary}.`);
    return exitCodes.done;
  }
  process.stderr.write(`${failureText(failures[0])}\n`);
  return exitCodes.failed;
}
