import { StreamingError } from "../engine/errors/streamingError.js";

/** A job file that is being loaded, and the first `start()` it has called. */
interface Loading {
  readonly path: string;
  refusal: StreamingError | null;
  /** The writers of its INSERT statements of streams. */
  readonly inserts: unknown[];
}

/** What a job file gave. */
export interface Loaded<T> {
  readonly result: T;
  readonly inserts: readonly unknown[];
}

// A job may make sessions of its own, so it is no matter of one session: while a command loads a job, nothing else runs in its thread.
let loading: Loading | null = null;

/**
 * Runs what loads a job file; no query starts meanwhile, in whatever session.
 *
 * @throws JOB_STARTS_QUERY when one was to be started, also where the job has not waited for it or has caught the refusal
 */
export async function withoutStarts<T>(path: string, work: () => Promise<T>): Promise<Loaded<T>> {
  const mine: Loading = { path, refusal: null, inserts: [] };
  loading = mine;
  try {
    const result = await work();
    if (mine.refusal === null) return { result, inserts: mine.inserts };
  } catch (error) {
    // What a job runs into because its query did not start is no news.
    throw mine.refusal ?? error;
  } finally {
    loading = null;
  }
  throw mine.refusal;
}

/** Keeps the writer of an INSERT of a stream for the command that loads a job file; false when none is loaded, and the query is to be started. */
export function keptForCommand(writer: unknown): boolean {
  loading?.inserts.push(writer);
  return loading !== null;
}

/** The refusal of a start; null when queries may start. Whoever does not wait for it gets no unhandled rejection: the command tells of it. */
export function refusedStart(): Promise<never> | null {
  if (loading === null) return null;
  const refusal = new StreamingError("JOB_STARTS_QUERY", { path: loading.path });
  loading.refusal ??= refusal;
  const refused = Promise.reject(refusal);
  refused.catch(() => {});
  return refused;
}
