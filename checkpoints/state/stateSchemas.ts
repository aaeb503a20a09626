import type { Json } from "../../engine/contract/json.js";
import type { RecordedLayout, StateSchema } from "../../engine/contract/state.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { corruptFile, decodeText, encodeText, JsonFields } from "../../engine/contract/logText.js";
import { describeChange } from "../../engine/contract/stateChange.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { idsBehind, idsOf } from "../folder.js";
import { parseStoredSchema } from "./storedTypes.js";

/** Of a layout that a migration began: it counts from the commit on that names it, and says what the operators are. Others are 1. */
const migratedVersion = 2;
const plainVersion = 1;

/** The layouts of a checkpoint's state: `state/schema-<n>.json`. */
export interface SchemaFiles {
  readonly files: FileSystem;
  readonly folder: string;
}

/** What a commit says of the state behind its batch. */
export interface CommittedState {
  readonly stateFile?: string;
  readonly stateSchema?: number;
}

const nothingRecorded: RecordedLayout = { schemas: [], operators: null };

/**
 * The layout that a commit left: the one that it names, or, of a state that was never migrated, the newest.
 *
 * @param names what is in the folder
 * @throws CHECKPOINT_FILE_MISSING
 */
export async function recordedLayout(
  schemaFiles: SchemaFiles,
  names: ReadonlySet<string>,
  commit: CommittedState | null,
): Promise<RecordedLayout> {
  const { files, folder } = schemaFiles;
  if (commit?.stateSchema !== undefined) {
    const path = `${folder}/${schemaName(commit.stateSchema)}`;
    const found = await readLayout(files, path);
    if (found === null) throw missing(path);
    return found;
  }
  const plain = await newestPlain(schemaFiles, names);
  if (plain === null && commit?.stateFile !== undefined) throw missing(`${folder}/${schemaName(0)}`);
  return plain ?? nothingRecorded;
}

function missing(path: string): StreamingError {
  return new StreamingError("CHECKPOINT_FILE_MISSING", { path, reason: "it says how the state is laid out" });
}

/** The newest layout that no migration began. */
async function newestPlain(schemaFiles: SchemaFiles, names: ReadonlySet<string>): Promise<RecordedLayout | null> {
  for (let n = await latestOf(schemaFiles, names); n >= 0; n--) {
    const found = await readLayout(schemaFiles.files, `${schemaFiles.folder}/${schemaName(n)}`);
    if (found !== null && found.operators === null) return found;
  }
  return null;
}

/** The highest number; -1 where there is none. */
async function latestOf({ files, folder }: SchemaFiles, names: ReadonlySet<string>): Promise<number> {
  const listed = idsOf([...names], /^schema-(0|[1-9]\d*)\.json$/).at(-1) ?? -1;
  return (await idsBehind(files, listed, (n) => `${folder}/${schemaName(n)}`)).at(-1) ?? listed;
}

/**
 * Compares the query's state with what the checkpoint recorded; records it when nothing was, or when nothing was committed with it.
 *
 * @param location the checkpoint, as conditions name it
 * @param names what is in the folder; a file that is written is added
 * @throws STATE_SCHEMA_CHANGED, CHECKPOINT_FILE_MISSING
 */
export async function registerStateSchemas(
  schemaFiles: SchemaFiles & { readonly location: string },
  names: Set<string>,
  schemas: readonly StateSchema[],
  commit: CommittedState | null,
): Promise<void> {
  const { files, folder, location } = schemaFiles;
  const latest = await latestOf(schemaFiles, names);
  const change = describeChange((await recordedLayout(schemaFiles, names, commit)).schemas, schemas);
  if (change === null) return;
  if (latest >= 0 && commit !== null) throw new StreamingError("STATE_SCHEMA_CHANGED", { location, change });
  const name = schemaName(latest + 1);
  await files.addNew(`${folder}/${name}`, encodeText(JSON.stringify({ version: plainVersion, schemas })));
  names.add(name);
}

/** Records a layout that counts from the commit on that names it; gives its number. One that a run left which died before that is taken again when it is the same. */
export async function recordMigration(
  schemaFiles: SchemaFiles,
  names: Set<string>,
  schemas: readonly StateSchema[],
  operators: Json,
): Promise<number> {
  const { files, folder } = schemaFiles;
  const text = JSON.stringify({ version: migratedVersion, schemas, operators });
  const latest = await latestOf(schemaFiles, names);
  const last = latest < 0 ? null : await files.read(`${folder}/${schemaName(latest)}`);
  if (last !== null && Buffer.from(last).equals(Buffer.from(encodeText(text)))) return latest;
  const name = schemaName(latest + 1);
  await files.addNew(`${folder}/${name}`, encodeText(text));
  names.add(name);
  return latest + 1;
}

/** Null where there is no such file. */
async function readLayout(files: FileSystem, path: string): Promise<RecordedLayout | null> {
  const refuse = corruptFile(path);
  const bytes = await files.read(path);
  if (bytes === null) return null;
  const fields = JsonFields.parse(decodeText(bytes, refuse), refuse);
  const version = fields.integer("version");
  if (version > migratedVersion) {
    throw new StreamingError("CHECKPOINT_FORMAT_UNKNOWN", { path, version: String(version), maxVersion: String(migratedVersion) });
  }
  const schemas = fields.objects("schemas").map((schema) => ({
    operatorId: schema.text("operatorId"),
    operatorName: schema.text("operatorName"),
    storeName: schema.text("storeName"),
    key: parseStoredSchema(schema.object("key"), refuse),
    value: parseStoredSchema(schema.object("value"), refuse),
    layout: schema.text("layout"),
    ...(schema.has("pane") && { pane: schema.integer("pane") }),
  }));
  return { schemas, operators: version === migratedVersion ? fields.object("operators").members : null };
}

function schemaName(n: number): string {
  return `schema-${n}.json`;
}
