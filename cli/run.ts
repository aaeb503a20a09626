import { setTimeout as sleep } from "node:timers/promises";
import { checkCheckpointsAreApart, checkpointLocationOf, folderName } from "../dataframe/checkpointPlace.js";
import { Session } from "../dataframe/session.js";
import { queryLabel } from "../dataframe/sessionContext.js";
import type { DataStreamWriter } from "../dataframe/streamWriter.js";
import { thrownText } from "../engine/errors/shownValue.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { StreamingQuery, StreamingQueryListener } from "../engine/query/streamingQuery.js";
import { commandPort } from "./commandPort.js";
import { exitCodeOf, exitCodeOfAll } from "./failure.js";
import { loadJob } from "./job.js";
import { Messages } from "./messages.js";
import { Overrides } from "./overrides.js";
import { progressView, type ProgressView } from "./progressView.js";
import { emitEveryFlag } from "./emitEveryFlag.js";
import { outputModeFlag } from "./outputModeFlag.js";
import { RestartPolicy, type RestartFlags } from "./restart.js";
import { terminal } from "./terminal.js";
import { finalTrigger, triggerFlag } from "./triggerFlag.js";

/** The flags of `tidemark run`. */
export interface RunFlags {
  readonly job: string;
  readonly trigger: string | undefined;
  readonly finalWatermark: boolean;
  readonly outputMode: string | undefined;
  readonly emitEvery: string | undefined;
  readonly set: readonly string[];
  readonly checkpoint: string | undefined;
  readonly failFast: boolean;
  /** `never` or `on-failure`. */
  readonly restart: string | undefined;
  readonly restartLimit: string | undefined;
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
    runs.current = new JobRun(session.current, view, messages, { failFast: flags.failFast, restart: restartFlags(flags) });
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

interface FailurePolicy {
  readonly failFast: boolean;
  /** Null: what fails stays down. */
  readonly restart: RestartFlags | null;
}

/** The queries of a job while they run. One that fails, at its start or later, is told of at once and leaves the others alone, unless asked otherwise. */
class JobRun {
  private readonly failures: unknown[] = [];
  private readonly queries = new Map<number, StreamingQuery>();
  private readonly ending = new AbortController();

  constructor(
    private readonly session: Session,
    private readonly view: ProgressView,
    private readonly messages: Messages,
    private readonly policy: FailurePolicy,
  ) {}

  /** Starts them one after the other, and waits for all. Gives the exit code. */
  async run(writers: readonly DataStreamWriter[]): Promise<number> {
    const lives: Promise<void>[] = [];
    for (const [i, writer] of writers.entries()) {
      if (this.ending.signal.aborted) break;
      try {
        lives.push(this.watch(await this.start(writer, i), writer, i));
      } catch (error) {
        await this.failed(error, labelOf(writer, i));
      }
    }
    // A signal or a failure may have come while the last one started.
    if (this.ending.signal.aborted) await this.session.stop();
    await Promise.all(lives);
    for (const query of this.queries.values()) {
      if (query.exception === null) this.view.note(`${queryLabel(query)}: ${this.view.tally(query.id).summary}.`);
    }
    return exitCodeOfAll(this.failures);
  }

  /** Ends all queries, well; none starts any more. */
  async stop(): Promise<void> {
    this.ending.abort();
    await this.session.stop();
  }

  private async start(writer: DataStreamWriter, i: number): Promise<StreamingQuery> {
    const query = await writer.start();
    this.queries.set(i, query);
    return query;
  }

  /** Until the query has ended for good. */
  private async watch(started: StreamingQuery, writer: DataStreamWriter, i: number): Promise<void> {
    const policy = this.restartPolicy(writer, queryLabel(started));
    const label = queryLabel(started);
    const forget = policy === null ? () => {} : this.forgiving(started.id, policy);
    for (let query: StreamingQuery | null = started; ;) {
      let failure: unknown;
      try {
        query ??= await this.start(writer, i);
        await query.awaitTermination();
        break;
      } catch (error) {
        failure = error;
      }
      query = null;
      const next = policy === null || this.ending.signal.aborted ? failure : await policy.next(failure);
      if (typeof next !== "number") {
        await this.failed(next, label);
        break;
      }
      this.view.tally(started.id).restarts = policy!.count;
      this.messages.warning(
        `${label} is started again in ${next / 1000} s (restart ${policy!.count}), it failed: ${thrownText(failure)}`,
        label,
      );
      await this.pause(next);
      if (this.ending.signal.aborted) break;
    }
    forget();
  }

  /** Null where what fails stays down: also a query without a checkpoint, which would begin anew. */
  private restartPolicy(writer: DataStreamWriter, label: string): RestartPolicy | null {
    const { restart } = this.policy;
    if (restart === null) return null;
    const checkpoint = checkpointLocationOf(this.session, writer.definition);
    if (checkpoint !== null) return new RestartPolicy(this.session, checkpoint, restart);
    this.messages.warning(`${label} has no checkpointLocation, so it is not started again when it fails: it would begin anew.`, label);
    return null;
  }

  /** A batch that is committed forgives what failed before. */
  private forgiving(id: string, policy: RestartPolicy): () => void {
    this.view.tally(id).restarts = 0;
    const listener: StreamingQueryListener = {
      onQueryProgress: ({ progress }) => {
        if (progress.id === id) policy.committed();
      },
    };
    this.session.streams.addListener(listener);
    return () => this.session.streams.removeListener(listener);
  }

  private async pause(delayMs: number): Promise<void> {
    await sleep(delayMs, undefined, { signal: this.ending.signal }).catch(() => undefined);
  }

  private async failed(error: unknown, label: string): Promise<void> {
    this.failures.push(error);
    this.messages.failure(error, label);
    if (this.policy.failFast) await this.stop();
  }
}

/** @throws INVALID_FLAG */
function restartFlags({ restart = "never", restartLimit = "10" }: RunFlags): RestartFlags | null {
  if (restart !== "never" && restart !== "on-failure")
    throw new StreamingError("INVALID_FLAG", { flag: "restart", value: restart, expected: "never or on-failure" });
  if (!/^\d{1,9}$/.test(restartLimit))
    throw new StreamingError("INVALID_FLAG", { flag: "restart-limit", value: restartLimit, expected: "a whole number" });
  return restart === "never" ? null : { limit: Number(restartLimit) };
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
  const outputMode = flags.outputMode === undefined ? null : outputModeFlag(flags.outputMode);
  const emitEvery = flags.emitEvery === undefined ? null : emitEveryFlag(flags.emitEvery);
  const writers = await loadJob(flags.job, session);
  const changed = writers.map((writer, i) => {
    let result = overrides.writer(writer);
    if (trigger !== null) result = result.trigger(trigger);
    if (flags.finalWatermark) result = result.trigger(finalTrigger(result.definition.trigger));
    if (outputMode !== null) result = result.outputMode(outputMode);
    if (emitEvery !== null) result = result.emitEvery(emitEvery);
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
