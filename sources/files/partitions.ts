import { displayPath } from "../../connectors/files/uri.js";
import { partitionValues, type PartitionValue } from "../../connectors/files/partitionPath.js";
import { batchFromRows } from "../../engine/arrow/columns.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { field, sqlTypeName, types, type DataType, type Field, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { castValue } from "../../engine/values/castValue.js";
import { parseDate, parseTimestamp } from "../../engine/values/dateTimeText.js";

/** The names of the columns that the folders within a folder say (`day=2024-01-01/hour=7`), outermost first; none where there are no such folders yet. */
export async function partitionNames(files: FileSystem, root: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (let folder = root; ;) {
    const status = await files.status(folder);
    if (status?.directory !== true) return names;
    const inside = (await files.listNames?.(folder)) ?? (await files.list(folder)).map(({ name }) => name);
    const next = inside.find((name) => name.indexOf("=") > 0 && !name.startsWith("_") && !name.startsWith("."));
    if (next === undefined || (await files.status(`${folder}/${next}`))?.directory !== true) return names;
    names.push(partitionValues(root, `${folder}/${next}/file`).at(-1)!.name);
    folder = `${folder}/${next}`;
  }
}

/**
 * The folder below which the folders of a file name columns: the option `basePath`; else the source's folder, or of a pattern what of the file's path it
 * stands for, as in Spark.
 */
export function partitionRoot(path: string, isPattern: boolean, basePath: string | null, file: string): string {
  if (basePath !== null || !isPattern) return basePath ?? path;
  return file.split("/").slice(0, path.split("/").length).join("/");
}

/** The columns of a schema that are in no file because folders name them, and those that files hold. */
export function splitSchema(
  { fields }: Schema,
  partitioned: ReadonlySet<string>,
): { readonly inFiles: Schema; readonly inFolders: readonly Field[] } {
  return {
    inFiles: types.struct(fields.filter(({ name }) => !partitioned.has(name.toLowerCase()))),
    inFolders: fields.filter(({ name }) => partitioned.has(name.toLowerCase())),
  };
}

/**
 * The values of the columns that the folders of a file name.
 *
 * @throws INVALID_PARTITION_VALUE, CONFLICTING_DIRECTORY_STRUCTURES
 */
export function partitionConstants(root: string, path: string, wanted: readonly Field[], schema: Schema, zone: string): Batch | null {
  const found = partitionValues(root, path);
  const unforeseen = found.find(
    ({ name }) => schema.fields.some((f) => sameName(f.name, name)) && !wanted.some((f) => sameName(f.name, name)),
  );
  const missing = wanted.find((column) => !found.some(({ name }) => sameName(name, column.name)));
  if (missing !== undefined || (unforeseen !== undefined && wanted.length === 0)) {
    throw new StreamingError("CONFLICTING_DIRECTORY_STRUCTURES", { path: displayPath(path), column: (missing ?? unforeseen!).name });
  }
  if (wanted.length === 0) return null;
  const values = wanted.map(({ name, type }) =>
    valueOf(
      found.find((value) => sameName(value.name, name))!,
      type,
      zone,
    ),
  );
  return batchFromRows(types.struct(wanted.map(({ name, type }) => field(name, type))), [values]);
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function valueOf({ name, text }: PartitionValue, type: DataType, zone: string): Value {
  if (text === null) return null;
  try {
    return castValue(text, types.string, type, { mode: "ansi", zone, nowMs: 0 });
  } catch (error) {
    if (!(error instanceof StreamingError)) throw error;
    throw new StreamingError("INVALID_PARTITION_VALUE", { value: text, columnName: `\`${name}\``, dataType: `"${sqlTypeName(type)}"` });
  }
}

/**
 * The columns that folders name, with the narrowest type that holds all their values, as Spark infers it.
 *
 * @param rootOf see `partitionRoot`
 */
export function inferPartitions(rootOf: (path: string) => string, paths: readonly string[]): readonly Field[] {
  const texts = new Map<string, string[]>();
  for (const path of paths) {
    for (const { name, text } of partitionValues(rootOf(path), path)) {
      const known = texts.get(name) ?? [];
      if (text !== null) known.push(text);
      texts.set(name, known);
    }
  }
  return [...texts].map(([name, values]) => field(name, partitionType(values)));
}

function partitionType(texts: readonly string[]): DataType {
  const all = (test: (text: string) => boolean): boolean => texts.length > 0 && texts.every(test);
  if (all((text) => /^[+-]?\d+$/.test(text))) {
    if (texts.every((text) => BigInt.asIntN(32, BigInt(text)) === BigInt(text))) return types.int;
    return texts.every((text) => BigInt.asIntN(64, BigInt(text)) === BigInt(text)) ? types.long : types.string;
  }
  if (all((text) => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))) return types.double;
  if (all((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseDate(text) !== undefined)) return types.date;
  if (all((text) => /^\d{4}-\d{2}-\d{2}[ T]\d{2}:/.test(text) && parseTimestamp(text, "UTC", null) !== undefined)) return types.timestamp;
  return types.string;
}
