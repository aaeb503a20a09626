import { checkCheckpointsAreApart, folderName } from "../dataframe/checkpointPlace.js";
import { Session } from "../dataframe/session.js";
import { queryLabel } from "../dataframe/sessionContext.js";
import type { DataStreamWriter } from "../dataframe/streamWriter.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import { commandPort } from "./commandPort.js";
import { exitCodeOf, exitCodeOfAll } from "./failure.js";
import { loadJob } from "./job.js";
import { Messages } from "./messages.js";
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
  readonly failFast: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/** Runs the queries of a job until all have ended. Gives the exit code. */
export async function run(flags: RunFlags): Promise<number> {
  const view = progressView(flags.json ? "json" : flags.quiet ? "quiet" : "people", terminal, Date.now);
  const messages = new Messages(flags.json, (write) => view.above(write));
  const session = { current: null as Session | null };
  const runs = { current: null as JobRun | null };
  let stopping = false;
  const letGo = commandPort.onStopSignal(() => {
    stopping = true;
    view.note("Stopping: the running batch is finished and committed. A second signal stops at once.");
    void (runs.current?.stop() ?? session.current?.stop());
  });
  try {
    const overrides = new Overrides(flags.set);
    session.current = newSession(overrides, view, messages, flags);
    const writers = await prepare(flags, session.current, overrides);
    messages.ofSeveral = writers.length > 1;
    runs.current = new JobRun(session.current, view, messages, flags.failFast);
    if (stopping) await runs.current.stop();
    return await runs.current.run(writers);
  } catch (error) {
    messages.failure(error);
    return exitCodeOf(error);
  } finally {
    await session.current?.stop();
    view.end();
    letGo();
  }
}

/** The queries of a job while they run. One that fails, at its start or later, is told of at once and leaves the others alone, unless asked otherwise. */
class JobRun {
  private readonly failures: unknown[] = [];
  private isEnding = false;

  constructor(
    private readonly session: Session,
    private readonly view: ProgressView,
    private readonly messages: Messages,
    private readonly failFast: boolean,
  ) {}

  /** Starts them one after the other, and waits for all. Gives the exit code. */
  async run(writers: readonly DataStreamWriter[]): Promise<number> {
    const lives: Promise<void>[] = [];
    const queries: StreamingQuery[] = [];
    for (const [i, writer] of writers.entries()) {
      if (this.isEnding) break;
      try {
        const query = await writer.start();
        queries.push(query);
        lives.push(this.watch(query));
      } catch (error) {
        await this.failed(error, labelOf(writer, i));
      }
    }
    // A signal or a failure may have come while the last one started.
    if (this.isEnding) await this.session.stop();
    await Promise.all(lives);
    for (const query of queries) {
      if (query.exception === null) this.view.note(`${queryLabel(query)}: ${this.view.tally(query.id).summary}.`);
    }
    return exitCodeOfAll(this.failures);
  }

  /** Ends all queries, well; none starts any more. */
  async stop(): Promise<void> {
    this.isEnding = true;
    await this.session.stop();
  }

  private async watch(query: StreamingQuery): Promise<void> {
    try {
      await query.awaitTermination();
    } catch (error) {
      await this.failed(error, queryLabel(query));
    }
  }

  private async failed(error: unknown, label: string): Promise<void> {
    this.failures.push(error);
    this.messages.failure(error, label);
    if (this.failFast) await this.stop();
  }
}

/** A query that has not started, and may never have an id: by its name, or its place in the job. */
export function labelOf({ definition }: DataStreamWriter, i: number): string {
  return definition.queryName ?? `number ${i + 1}`;
}

function newSession(overrides: Overrides, view: ProgressView, messages: Messages, { json }: RunFlags): Session {
  const session = Session.create({
    conf: overrides.conf,
    readOptions: overrides.readOptions,
    print: (line, query) => (json ? messages.printed(line, query ?? null) : view.note(`${messages.prefix(query ?? null)}${line}`)),
    warn: (message, query) => messages.warning(message, query),
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
