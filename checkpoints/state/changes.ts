import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { types } from "../../engine/arrow/types.js";
import type { StateChanges } from "../../engine/contract/state.js";
import { assert } from "../../engine/errors/assert.js";
import type { Section, StateFileReader, StateFileWriter, TableIndex } from "./stateFile.js";

type Arrow = typeof import("../../engine/arrow/edge.js");

let arrow: Promise<Arrow> | null = null;

/** apache-arrow takes 80 ms to load; a query without state never needs it. */
export function loadArrow(): Promise<Arrow> {
  return (arrow ??= import("../../engine/arrow/edge.js"));
}

/** Writes the changes as sections; gives what the index says of them. */
export async function writeTables(writer: StateFileWriter, changes: Iterable<StateChanges>): Promise<TableIndex[]> {
  const tables: TableIndex[] = [];
  for (const { operatorId, storeName, droppedPanes, deletes, upserts } of changes) {
    tables.push({
      operatorId,
      storeName,
      partition: 0,
      droppedPanes,
      deletes: await writeBatch(writer, deletes === null ? null : withoutHash(deletes)),
      upserts: await writeBatch(writer, upserts),
    });
  }
  return tables;
}

function withoutHash({ schema, columns, length }: Batch): Batch {
  return batchOf(types.struct(schema.fields.slice(0, -1)), columns.slice(0, -1), length);
}

async function writeBatch(writer: StateFileWriter, batch: Batch | null): Promise<Section | null> {
  if (batch === null || batch.length === 0) return null;
  const { encodeIpcStream } = await loadArrow();
  return writer.section(encodeIpcStream([batch]), batch.length);
}

/** Reads back what `writeTables` wrote, table by table. */
export async function* readTables(reader: StateFileReader): AsyncGenerator<StateChanges> {
  for (const { deletes, upserts, operatorId, storeName, droppedPanes } of reader.index.tables) {
    yield { operatorId, storeName, droppedPanes, deletes: await readBatch(reader, deletes), upserts: await readBatch(reader, upserts) };
  }
}

async function readBatch(reader: StateFileReader, section: Section | null): Promise<Batch | null> {
  if (section === null) return null;
  const { decodeIpc } = await loadArrow();
  const [batch, ...others] = decodeIpc(await reader.section(section));
  assert(
    batch !== undefined && others.length === 0 && batch.length === section.rows,
    `a section of ${reader.path} is not what its index says`,
  );
  return batch;
}
