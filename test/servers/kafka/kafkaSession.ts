import { randomUUID } from "node:crypto";
import type { Batch } from "../../../engine/arrow/batch.js";
import { retainBatch, rowsOf } from "../../../engine/arrow/columns.js";
import type { Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import type { SourceContext } from "../../../engine/contract/provider.js";
import type { Runtime } from "../../../engine/contract/runtime.js";
import type { Offset, Source, SourceLog } from "../../../engine/contract/source.js";
import { systemRuntime } from "../../../runtime/systemRuntime.js";
import { kafkaProvider } from "../../../sources/kafka/source.js";

/** A source's log in memory. */
export function memoryLog(): SourceLog & { readonly entries: Map<number, string> } {
  const entries = new Map<number, string>();
  const compact = new Map<number, string>();
  return {
    entries,
    add: async (id, entry) => addTo(entries, id, entry),
    get: async (id) => entries.get(id) ?? null,
    list: async () => [...entries.keys()].toSorted((a, b) => a - b),
    remove: async (id) => void entries.delete(id),
    addCompact: async (id, entry) => addTo(compact, id, entry),
    getCompact: async (id) => compact.get(id) ?? null,
    listCompact: async () => [...compact.keys()].toSorted((a, b) => a - b),
    removeCompact: async (id) => void compact.delete(id),
  };
}

function addTo(log: Map<number, string>, id: number, entry: string): boolean {
  if (log.has(id)) return false;
  log.set(id, entry);
  return true;
}

/** What a test may set of a source's surroundings. */
export interface SourceSurroundings {
  readonly log?: SourceLog | null;
  readonly bounded?: boolean;
  readonly warnings?: string[];
  readonly runtime?: Runtime;
}

/** A kafka source as a query would make it. */
export async function kafkaSource(options: Readonly<Record<string, string>>, surroundings: SourceSurroundings = {}): Promise<Source> {
  const context: SourceContext = {
    runtime: surroundings.runtime ?? systemRuntime(),
    options,
    schema: kafkaProvider.schema(options, null),
    log: surroundings.log === undefined ? memoryLog() : surroundings.log,
    bounded: surroundings.bounded ?? false,
    conf: {},
    warn: (message) => void surroundings.warnings?.push(message),
  };
  return kafkaProvider.create(context);
}

/** All batches of a range, in arrival order. */
export async function readBatches(source: Source, start: Offset | null, end: Offset, schema: Schema = source.schema): Promise<Batch[]> {
  const scan = source.scan({ schema, filters: [] });
  const batches: Batch[] = [];
  for (const partition of await scan.partitions(start, end)) {
    const reader = await scan.open(partition);
    if (reader.kind !== "columns") throw new Error("kafka gives columns");
    for (let batch = await reader.next(); batch; batch = await reader.next()) batches.push(retainBatch(batch));
    await reader.close();
  }
  return batches;
}

/** All rows of a range. */
export async function readRows(source: Source, start: Offset | null, end: Offset, schema: Schema = source.schema): Promise<Value[][]> {
  return (await readBatches(source, start, end, schema)).flatMap((batch) => rowsOf(batch));
}

/** A schema of some of the source's columns. */
export function columnsOf(source: Source, ...names: string[]): Schema {
  return { kind: "struct", fields: source.schema.fields.filter((field) => names.includes(field.name)) };
}

/** The bytes of a value as text; null stays null. */
export function text(value: Value | undefined): string | null {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : null;
}

/** A topic name that no other test uses. */
export function freshTopic(prefix = "topic"): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}
