import type { StateSchema } from "../../engine/contract/state.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { corruptFile, decodeText, encodeText, JsonFields } from "../../engine/contract/logText.js";
import { sameType, typeName, type Schema } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { idsBehind, idsOf } from "../folder.js";
import { parseStoredSchema } from "./storedTypes.js";

const schemaFileVersion = 1;

/** The layouts of a checkpoint's state: `state/schema-<n>.json`, of which the highest counts. */
export interface SchemaFiles {
  readonly files: FileSystem;
  readonly folder: string;
  /** The checkpoint, as conditions name it. */
  readonly location: string;
}

/** The schemas that the checkpoint has recorded. @param names what is in the folder */
export async function recordedStateSchemas(
  { files, folder }: Pick<SchemaFiles, "files" | "folder">,
  names: ReadonlySet<string>,
): Promise<StateSchema[]> {
  const latest = await latestOf({ files, folder }, names);
  return latest === undefined ? [] : readSchemas(files, `${folder}/${schemaName(latest)}`);
}

async function latestOf({ files, folder }: Pick<SchemaFiles, "files" | "folder">, names: ReadonlySet<string>): Promise<number | undefined> {
  const listed = idsOf([...names], /^schema-(0|[1-9]\d*)\.json$/).at(-1);
  return (await idsBehind(files, listed ?? -1, (n) => `${folder}/${schemaName(n)}`)).at(-1) ?? listed;
}

/**
 * Compares the query's state with what the checkpoint recorded; records it when nothing was, or when nothing was committed with it.
 *
 * @param names what is in the folder; a file that is written is added
 * @throws STATE_SCHEMA_CHANGED
 */
export async function registerStateSchemas(
  { files, folder, location }: SchemaFiles,
  names: Set<string>,
  schemas: readonly StateSchema[],
  lastCommit: () => Promise<{ readonly stateFile?: string } | null>,
): Promise<void> {
  const latest = await latestOf({ files, folder }, names);
  const recorded = await recordedStateSchemas({ files, folder }, names);
  const change = describeChange(recorded, schemas);
  if (change === null) return;
  const commit = await lastCommit();
  if (latest === undefined && commit?.stateFile !== undefined) {
    throw new StreamingError("CHECKPOINT_FILE_MISSING", {
      path: `${folder}/${schemaName(0)}`,
      reason: "it says how the state is laid out",
    });
  }
  if (latest !== undefined && commit !== null) throw new StreamingError("STATE_SCHEMA_CHANGED", { location, change });
  const text = JSON.stringify({ version: schemaFileVersion, schemas });
  const name = schemaName((latest ?? -1) + 1);
  await files.addNew(`${folder}/${name}`, encodeText(text));
  names.add(name);
}

async function readSchemas(files: FileSystem, path: string): Promise<StateSchema[]> {
  const refuse = corruptFile(path);
  const fields = JsonFields.parse(decodeText((await files.read(path)) ?? new Uint8Array(0), refuse), refuse);
  const version = fields.integer("version");
  if (version > schemaFileVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(version), maxVersion: String(schemaFileVersion) });
  }
  return fields.objects("schemas").map((schema) => ({
    operatorId: schema.text("operatorId"),
    operatorName: schema.text("operatorName"),
    storeName: schema.text("storeName"),
    key: parseStoredSchema(schema.object("key"), refuse),
    value: parseStoredSchema(schema.object("value"), refuse),
    layout: schema.text("layout"),
    ...(schema.has("pane") && { pane: schema.integer("pane") }),
  }));
}

/** What changed from `before` to `now`, in words; null when nothing did. */
export function describeChange(before: readonly StateSchema[], now: readonly StateSchema[]): string | null {
  const old = new Map(before.map((schema) => [tableOf(schema), schema]));
  const current = new Map(now.map((schema) => [tableOf(schema), schema]));
  const changes = [
    ...[...current].filter(([table]) => !old.has(table)).map(([, schema]) => `${titleOf(schema)} is new`),
    ...[...old].filter(([table]) => !current.has(table)).map(([, schema]) => `${titleOf(schema)} is gone`),
    ...[...current].flatMap(([table, schema]) => (old.has(table) ? changesOf(old.get(table)!, schema) : [])),
  ];
  return changes.length === 0 ? null : changes.join("; ");
}

function changesOf(before: StateSchema, now: StateSchema): string[] {
  const title = titleOf(now);
  const changes = [];
  if (before.operatorName !== now.operatorName) changes.push(`${title} was a ${before.operatorName}`);
  if (before.layout !== now.layout) changes.push(`${title} lays out its state as ${now.layout}, it was ${before.layout}`);
  changes.push(...columnChanges(`a key column of ${title}`, before.key, now.key));
  changes.push(...columnChanges(`a value column of ${title}`, before.value, now.value));
  return changes;
}

/** By position: state is read by position. Nullability may change. */
function columnChanges(what: string, before: Schema, now: Schema): string[] {
  const count = Math.max(before.fields.length, now.fields.length);
  return Array.from({ length: count }, (_, i) => {
    const a = before.fields[i];
    const b = now.fields[i];
    if (a && b) return a.name === b.name && sameType(a.type, b.type) ? null : `${what} was ${columnText(a)} and is ${columnText(b)}`;
    return b ? `${what} is new: ${columnText(b)}` : `${what} is gone: ${columnText(a!)}`;
  }).filter((change) => change !== null);
}

function columnText({ name, type }: Schema["fields"][number]): string {
  return `\`${name}\` ${typeName(type)}`;
}

function tableOf({ operatorId, storeName }: StateSchema): string {
  return `${operatorId}\n${storeName}`;
}

function titleOf({ operatorId, operatorName, storeName }: StateSchema): string {
  return `operator ${operatorId} (${operatorName})${storeName === "default" ? "" : `, table ${storeName}`}`;
}

function schemaName(n: number): string {
  return `schema-${n}.json`;
}
