/** Configuration by full key. */
export type Conf = Readonly<Record<string, string>>;

/** How many partitions the state of a query has. */
export const partitionsKey = "spark.sql.shuffle.partitions";

/** What the plan of a query is analyzed and run under: in a new batch the session's, as Spark has it. */
const evaluationKeys = ["spark.sql.session.timeZone", "spark.sql.ansi.enabled"] as const;

/** What the state and the watermark of a query are made under: as the first start had it, for the query's life. */
const lifelongKeys = [partitionsKey, "spark.sql.streaming.multipleWatermarkPolicy"] as const;

/** What the offset log records with a batch of this session; `logged` is what the last entry has, null at the first start. */
export function confToLog(session: Conf, logged: Conf | null): Conf {
  // Keys of the log that mean nothing to us (Spark's formats of state …) stay with the query.
  return { ...pick(session, lifelongKeys), ...logged, ...pick(session, evaluationKeys) };
}

/** What new batches see: the session's configuration, but for what the log has fixed. */
export function confOfNewBatches(session: Conf, logged: Conf | null): Conf {
  return { ...session, ...confToLog(session, logged) };
}

/** What a batch that is run again sees: all that was logged, whatever the session says now. */
export function confOfReplay(session: Conf, logged: Conf): Conf {
  return { ...session, ...logged };
}

/** Whether a query is planned and run the same under both. */
export function plansTheSame(a: Conf, b: Conf): boolean {
  return [...evaluationKeys, ...lifelongKeys].every((key) => a[key] === b[key]);
}

/** The keys that the session sets and the log has fixed to something else: key, what the session says, what counts. */
export function overruled(session: Conf, logged: Conf | null): (readonly [key: string, session: string, logged: string])[] {
  return lifelongKeys.flatMap((key) => {
    const [now, fixed] = [session[key], logged?.[key]];
    return now === undefined || fixed === undefined || now === fixed ? [] : [[key, now, fixed] as const];
  });
}

function pick(conf: Conf, keys: readonly string[]): Conf {
  return Object.fromEntries(keys.flatMap((key) => (conf[key] === undefined ? [] : [[key, conf[key]] as const])));
}
