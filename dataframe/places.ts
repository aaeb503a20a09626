import { globPattern, splitAtPattern } from "../connectors/files/glob.js";
import { absolutePath, displayPath } from "../connectors/files/uri.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { nodesUp } from "../engine/plan/transform.js";
import type { QueryIdentity, RecordedShape } from "../engine/query/shape.js";
import { reading } from "../sources/files/failures.js";
import { optionOf } from "./options.js";
import type { SessionContext } from "./sessionContext.js";
import type { TableHandle } from "./tables.js";

/** What a file sink calls the files it writes, as far as a pattern of input files could tell. */
const partNames = [".json", ".json.gz", ".parquet", ".snappy.parquet"].map(
  (ending) => `part-00000-00000000-0000-0000-0000-000000000000-c000${ending}`,
);

/** The place that a path (or pattern) means, whatever way it is written. */
export async function placeOf(files: FileSystem, path: string): Promise<string> {
  const { folder, patterns } = splitAtPattern(path);
  const real = await reading(folder, () => files.realPath(folder));
  return displayPath([real === "/" && patterns.length > 0 ? "" : real, ...patterns].join("/"));
}

/** The place that a path means which is no pattern, whatever is in its name. */
export async function folderPlace(files: FileSystem, path: string): Promise<string> {
  return displayPath(await reading(path, () => files.realPath(path)));
}

/** Where the tables of a query lie, by the name that the query has for them. */
export async function sourcePlaces(session: SessionContext, tables: readonly TableHandle[]): Promise<(string | null)[]> {
  const { files } = session.runtime;
  return Promise.all(tables.map(async ({ provider, options }) => (provider.place ? placeOf(files, provider.place(options)) : null)));
}

/** The bounded tables of files that a plan reads: names as in the query, and the absolute paths that they mean now. Links stay: what they point at may change. */
export function tablePlaces(session: SessionContext, plan: AnalyzedPlan): QueryIdentity["tables"] {
  const tables = [...nodesUp(plan)].flatMap((node) => (node.kind === "read" && !node.streaming ? [session.tables.get(node.table)] : []));
  return Object.fromEntries(
    tables.flatMap(({ provider, options, description }) =>
      provider.place ? [[description, displayPath(provider.place(options))] as const] : [],
    ),
  );
}

/**
 * The places of sources of which a checkpoint knows the names only, as those that made the earliest checkpoints did: what the names mean now.
 */
export async function withPlaces(files: FileSystem, recorded: RecordedShape | null, now: QueryIdentity): Promise<RecordedShape | null> {
  if (recorded === null || recorded.places !== undefined) return recorded;
  const places = recorded.sources.map(async (name, i) => {
    if (now.places[i] === undefined || now.places[i] === null) return null;
    const path = /^[^[]*\[(.*)\]$/s.exec(name)?.[1];
    return path === undefined ? null : placeOf(files, absolutePath(path));
  });
  return { ...recorded, places: await Promise.all(places) };
}

/** The absolute paths (or patterns) of the files that a plan reads. */
export function readPaths(session: SessionContext, plan: AnalyzedPlan): string[] {
  return [...nodesUp(plan)].flatMap((node) => {
    if (node.kind !== "read") return [];
    const { provider, options } = session.tables.get(node.table);
    return provider.place ? [provider.place(options)] : [];
  });
}

/**
 * Looks for what a plan reads, before anything is made for it.
 *
 * @throws PATH_NOT_FOUND
 */
export async function checkTablesAreThere(session: SessionContext, plan: AnalyzedPlan): Promise<void> {
  const { files } = session.runtime;
  for (const path of readPaths(session, plan)) {
    if (splitAtPattern(path).patterns.length > 0) continue;
    if ((await reading(path, () => files.status(path))) === null) throw new StreamingError("PATH_NOT_FOUND", { path: displayPath(path) });
  }
}

/** The folder that all a place means lies in. */
export function fixedFolder(place: string): string {
  return splitAtPattern(place).folder;
}

/**
 * Refuses a stream that would read what it writes.
 *
 * @throws OUTPUT_IS_INPUT
 */
export function checkOutputIsNoInput({ places, sinkPlace }: QueryIdentity, sources: readonly TableHandle[]): void {
  if (sinkPlace === null) return;
  for (const [i, place] of places.entries()) {
    if (place === null) continue;
    const recursive = optionOf(sources[i]!.options, "recursiveFileLookup")?.toLowerCase() === "true";
    if (reads(place, sinkPlace, recursive)) throw new StreamingError("OUTPUT_IS_INPUT", { input: place, output: sinkPlace });
  }
}

/** Whether one who reads the files of a place, in the folder itself or below it too, meets those that are written to a folder. */
function reads(place: string, output: string, recursive: boolean): boolean {
  const { folder, patterns } = splitAtPattern(place);
  if (!isWithin(output, folder)) return false;
  const below = output
    .slice(folder.length)
    .split("/")
    .filter((name) => name !== "");
  // A pattern means folders, whose files are read, or files; with all that is below them when asked to.
  const isBelow = recursive && matches(patterns, below.slice(0, patterns.length));
  return isBelow || matches(patterns, below) || partNames.some((name) => matches(patterns, [...below, name]));
}

function matches(patterns: readonly string[], names: readonly string[]): boolean {
  return patterns.length === names.length && patterns.every((pattern, i) => globPattern(pattern).test(names[i]!));
}

/** Whether a path is a folder or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
