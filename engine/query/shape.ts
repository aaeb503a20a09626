import { StreamingError } from "../errors/streamingError.js";
import type { Checkpoint } from "../contract/checkpoint.js";
import type { Json } from "../contract/json.js";
import type { OutputMode } from "../contract/sink.js";

/** What of a query is the same under every configuration, and known before anything is opened. */
export interface QueryIdentity {
  /** The sources, in the order of the offset log, as the query names them (`json[in]`). */
  readonly sources: readonly string[];
  /** Where each source lies: an absolute path without links. Null for one that lies in no folder, which is known by its name. */
  readonly places: readonly (string | null)[];
  /** The bounded tables of files: how the query names them, and the absolute path that this means. */
  readonly tables: Readonly<Record<string, string>>;
  readonly outputMode: OutputMode;
  /** The sink's format. */
  readonly sink: string;
  /** The folder that it writes to, as `places`; null where it writes to none. */
  readonly sinkPlace: string | null;
  /** The same of each side output, by id; absent where there is none. */
  readonly sidePlaces?: Readonly<Record<string, string | null>>;
}

/** What a checkpoint remembers of its query, so that a changed one is refused with the change named. */
export interface QueryShape extends QueryIdentity {
  /** Operator id → what it is, by aspect; a stateful operator that changed cannot use its old state. */
  readonly operators: Readonly<Record<string, Json>>;
}

/** A shape as a checkpoint has it: the earliest knew sources by their names only. */
export type RecordedShape = Omit<QueryShape, "places" | "tables" | "sinkPlace"> & Partial<QueryShape>;

export function queryChanged({ location }: Pick<Checkpoint, "location">, change: string): StreamingError {
  return new StreamingError("QUERY_CHANGED", { location, change });
}

/** @throws CHECKPOINT_CORRUPT when what was recorded is no shape */
export function parseShape(recorded: Json, { location }: Pick<Checkpoint, "location">): RecordedShape | null {
  if (recorded === null) return null;
  const { sources, operators } = recorded as { readonly sources?: Json; readonly operators?: Json };
  const isShape =
    Array.isArray(sources) && sources.every((name) => typeof name === "string") && typeof operators === "object" && operators !== null;
  if (isShape) return recorded as unknown as RecordedShape;
  throw new StreamingError("CHECKPOINT_CORRUPT", {
    path: `${location}/query.json`,
    reason: "its `shape` has no list of sources, or no operators",
  });
}

/**
 * What differs of the sources between a query and the one that a checkpoint was made by; null when it may go on. It is known before anything is opened, and
 * must be: each source reads a log that another kind of source would not understand.
 */
export function sourcesChange(before: RecordedShape, now: QueryIdentity): string | null {
  if (before.sources.length !== now.sources.length) return `it has ${before.sources.length} source(s), the query has ${now.sources.length}`;
  for (const i of now.sources.keys()) {
    const change = sourceChange(before, now, i);
    if (change !== null) return change;
  }
  return null;
}

/** What differs of the rest, which may change until a batch is committed. The sink may be of another kind, but files that were begun in one folder go on there; and the name of a table means one path. */
export function placesChange(before: RecordedShape, now: QueryIdentity): string | null {
  for (const [name, place] of Object.entries(now.tables)) {
    const change = tableChange(before, name, place);
    if (change !== null) return change;
  }
  for (const [output, place] of Object.entries(now.sidePlaces ?? {})) {
    const change = outputChange(before.sidePlaces?.[output], place);
    if (change !== null) return `of its side output ${output}, ${change}`;
  }
  return outputChange(before.sinkPlace, now.sinkPlace);
}

/** What differs of a bounded table: whether its name means another path. */
export function tableChange(before: RecordedShape, name: string, place: string): string | null {
  const was = before.tables?.[name];
  return was !== undefined && was !== place ? `the table ${name} was ${was} and is ${place}${elsewhere}` : null;
}

/** What differs of the folder that an output is written to. */
export function outputChange(was: string | null | undefined, is: string | null): string | null {
  return (was ?? null) === null || is === null || was === is ? null : `it wrote to ${was} and the query writes to ${is}`;
}

/** Why the same name may mean another place. */
const elsewhere = ": a path that is not absolute is one of the working directory";

/** What differs of one of them. */
export function sourceChange(before: RecordedShape, now: QueryIdentity, i: number): string | null {
  const [oldName, newName] = [before.sources[i]!, now.sources[i]!];
  const [oldPlace, newPlace] = [before.places?.[i] ?? null, now.places[i]!];
  if (oldPlace === null || newPlace === null) {
    return oldName === newName ? null : `source ${i} was ${oldName} and is ${newName}`;
  }
  if (formatOf(oldName) === formatOf(newName) && oldPlace === newPlace) return null;
  const same = oldName === newName ? elsewhere : "";
  return `source ${i} was ${formatOf(oldName)}[${oldPlace}] and is ${formatOf(newName)}[${newPlace}]${same}`;
}

function formatOf(name: string): string {
  return name.slice(0, name.indexOf("["));
}

/** With state, the output mode must not change either: what was said and what is to be said are not the same rows. */
export function outputModeChange(before: RecordedShape, now: Pick<QueryShape, "operators" | "outputMode">): string | null {
  const stateful = Object.keys(now.operators).length > 0;
  return stateful && before.outputMode !== now.outputMode ? `the output mode was ${before.outputMode} and is ${now.outputMode}` : null;
}
