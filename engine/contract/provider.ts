import type { Schema } from "../arrow/types.js";
import type { OptionSpec } from "./options.js";
import type { Runtime } from "./runtime.js";
import type { OutputMode, Sink, SinkCapability } from "./sink.js";
import type { Source, SourceLog } from "./source.js";

/** What a source is made with. */
export interface SourceContext {
  readonly runtime: Runtime;
  readonly options: Readonly<Record<string, string>>;
  /** The schema that `SourceProvider.schema` gave. */
  readonly schema: Schema;
  /** The source's log in the checkpoint; null for bounded reads. */
  readonly log: SourceLog | null;
  /** True for `session.read` and backfills: one bounded table, `latestOffset(null, readAll)` is its end for ever. */
  readonly bounded: boolean;
  /** Session configuration (`spark.sql.session.timeZone` …), full names. */
  readonly conf: Readonly<Record<string, string>>;
  /** Tells the user something that is no error. Says each text once a run. */
  warn(message: string): void;
}

/** A format that can be read: `sources/<name>/source.ts` exports one. Building a DataFrame does no I/O, so `schema` is synchronous. */
export interface SourceProvider {
  readonly name: string;
  /** The options it knows. */
  readonly options: readonly OptionSpec[];
  /** What it knows of rows beside their columns: in no schema, read where a query names it and the table has no column of that name. */
  readonly metadata?: Schema;
  /**
   * Checks the options and gives the table's schema.
   * @throws a condition for unknown or bad options, and when this format needs a schema and got none
   */
  schema(options: Readonly<Record<string, string>>, userSchema: Schema | null): Schema;
  /** The absolute path (or pattern of paths) that the options name; absent where a table lies in no folder. */
  place?(options: Readonly<Record<string, string>>): string;
  /**
   * Refuses columns that cannot be read by themselves: those that are left of the schema when what a query does not need is gone.
   * @throws a condition
   */
  checkColumns?(options: Readonly<Record<string, string>>, wanted: Schema): void;
  /** Reads what is needed to infer a schema; absent where the format has no inference. */
  inferSchema?(options: Readonly<Record<string, string>>, runtime: Runtime, conf: Readonly<Record<string, string>>): Promise<Schema>;
  create(context: SourceContext): Promise<Source>;
}

/** What a sink is made with. */
export interface SinkContext {
  readonly runtime: Runtime;
  readonly options: Readonly<Record<string, string>>;
  readonly schema: Schema;
  readonly outputMode: OutputMode;
  /** False for `df.write`: one batch, no query. */
  readonly streaming: boolean;
  /** In output mode `changes` by key: the names of the columns that identify a row. Absent otherwise. */
  readonly changeKeys?: readonly string[];
  /** Columns of `partitionBy`. */
  readonly partitionBy: readonly string[];
  /** Session configuration (`spark.sql.session.timeZone` …), full names. */
  readonly conf: Readonly<Record<string, string>>;
  /** Where the console sink and its like print. */
  print(line: string): void;
  warn(message: string): void;
}

/** A format that can be written: `sinks/<name>/sink.ts` exports one. */
export interface SinkProvider {
  readonly name: string;
  /** The options it knows. */
  readonly options: readonly OptionSpec[];
  readonly capabilities: readonly SinkCapability[];
  /** The absolute path of the folder that it writes to; absent where it writes to none. */
  place?(options: Readonly<Record<string, string>>): string;
  /**
   * Checks options and schema, without I/O.
   * @throws a condition for what it cannot write
   */
  create(context: SinkContext): Sink;
}
