import type { AnswerLog } from "../engine/contract/checkpoint.js";
import type { FileSystem } from "../engine/contract/fileSystem.js";
import type { Json } from "../engine/contract/json.js";
import type { MapValue, Value } from "../engine/arrow/value.js";
import { corruptFile, decodeText, encodeText, formatLogEntry, JsonFields, parseLogEntry, type Refuse } from "../engine/contract/logText.js";
import { hasOwnSum, withOwnSum } from "./checksums.js";
import { idsOf, settleFolder } from "./folder.js";

/** The folder within a checkpoint. */
export const answersFolder = "answers";

type Answers = Readonly<Record<string, readonly Value[]>>;

/** What asynchronous functions answered, one file a batch. Only batches that asked have one. */
export class FileAnswerLog implements AnswerLog {
  private constructor(
    private readonly files: FileSystem,
    private readonly folder: string,
    private known: readonly number[],
  ) {}

  /** @param latestPlanned the last batch of the offset log: what lies behind it belongs to no batch, and goes */
  static async open(files: FileSystem, folder: string, startedMs: number, latestPlanned: number | null): Promise<FileAnswerLog> {
    const ids = idsOf(await settleFolder(files, folder, startedMs));
    const ours = ids.filter((id) => latestPlanned !== null && id <= latestPlanned);
    for (const id of ids) if (!ours.includes(id)) await files.remove(`${folder}/${id}`);
    return new FileAnswerLog(files, folder, ours);
  }

  async add(batchId: number, answers: Answers): Promise<boolean> {
    await this.files.makeDirectory(this.folder);
    const written = Object.fromEntries(Object.entries(answers).map(([operator, values]) => [operator, values.map(jsonOf)]));
    const text = formatLogEntry([withOwnSum({ batchId, answers: written })]);
    const added = await this.files.addNew(this.pathOf(batchId), encodeText(text));
    if (added) this.known = [...this.known, batchId];
    return added;
  }

  async get(batchId: number): Promise<Answers | null> {
    const path = this.pathOf(batchId);
    const bytes = await this.files.read(path);
    if (bytes === null) return null;
    const refuse = corruptFile(path);
    const [line = ""] = parseLogEntry(decodeText(bytes, refuse), path, refuse);
    const fields = JsonFields.parse(line, refuse);
    if (!hasOwnSum(fields)) throw refuse("its checksum does not match: somebody changed it");
    if (fields.integer("batchId") !== batchId) throw refuse(`it is of batch ${fields.integer("batchId")}`);
    const { members } = fields.object("answers");
    return Object.fromEntries(Object.entries(members).map(([operator, values]) => [operator, listOf(values, refuse)]));
  }

  async purgeBefore(batchId: number): Promise<void> {
    const old = this.known.filter((id) => id < batchId);
    if (old.length === 0) return;
    for (const id of old) await this.files.remove(this.pathOf(id));
    this.known = this.known.filter((id) => id >= batchId);
  }

  private pathOf(batchId: number): string {
    return `${this.folder}/${batchId}`;
  }
}

/** A value as JSON. What JSON has no value for is an object with one member that says what it is. */
function jsonOf(value: Value): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0) ? value : { number: Object.is(value, -0) ? "-0" : String(value) };
  if (typeof value === "bigint") return { whole: String(value) };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  if (isList(value)) return value.map(jsonOf);
  if ("keys" in value) return { keys: value.keys.map(jsonOf), values: value.values.map(jsonOf) };
  return { months: value.months, days: value.days, microseconds: String(value.microseconds) };
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function listOf(json: Json | undefined, refuse: Refuse): readonly Value[] {
  if (!Array.isArray(json)) throw refuse("a list of values is none");
  return (json as readonly Json[]).map((item) => valueOf(item, refuse));
}

function valueOf(json: Json, refuse: Refuse): Value {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return listOf(json, refuse);
  const members = json as { readonly [name: string]: Json };
  const text = (name: string): string => {
    const found = members[name];
    if (typeof found !== "string") throw refuse(`a value has no ${name}`);
    return found;
  };
  if ("number" in members) return Number(text("number"));
  if ("whole" in members) return BigInt(text("whole"));
  if ("bytes" in members) return new Uint8Array(Buffer.from(text("bytes"), "base64"));
  if ("keys" in members) return { keys: listOf(members["keys"], refuse), values: listOf(members["values"], refuse) } satisfies MapValue;
  return { months: Number(members["months"]), days: Number(members["days"]), microseconds: BigInt(text("microseconds")) };
}
