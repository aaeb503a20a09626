import type { Batch } from "../../engine/arrow/batch.js";
import { takeBatch } from "../../engine/arrow/columns.js";
import { allGroups, keyGroupOf, type GroupRange, type StateChanges } from "../../engine/contract/state.js";
import { corruptFile } from "../../engine/contract/logText.js";
import { assert } from "../../engine/errors/assert.js";
import { loadArrow } from "./arrowEdge.js";
import type { StateFileReader } from "./stateFile.js";
import type { Piece } from "./stateFileIndex.js";

/** Reads back, chunk by chunk, what a file holds of some key groups; pieces of other groups are not read. Closes the reader. */
export async function* readTables(reader: StateFileReader, groups: GroupRange): AsyncGenerator<StateChanges> {
  // Deletes of format version 1 have no hash: all of them are read.
  const deletedGroups = reader.formatVersion === 1 ? allGroups : groups;
  try {
    for (const { operatorId, storeName, droppedPanes, deletes, upserts } of reader.index.tables) {
      const nothing = { operatorId, storeName, droppedPanes: [], deletes: null, upserts: null };
      if (droppedPanes.length > 0) yield { ...nothing, droppedPanes };
      for await (const batch of readSection(reader, deletes, deletedGroups)) yield { ...nothing, deletes: batch };
      for await (const batch of readSection(reader, upserts, groups)) yield { ...nothing, upserts: batch };
    }
  } finally {
    await reader.close();
  }
}

async function* readSection(reader: StateFileReader, pieces: readonly Piece[], groups: GroupRange): AsyncGenerator<Batch> {
  const { decodeIpc } = await loadArrow();
  for (const piece of pieces) {
    const [first, last] = piece.groups;
    if (last < groups.from || first >= groups.to) continue;
    const [batch, ...others] = decodeIpc(await reader.piece(piece));
    if (batch === undefined || others.length > 0 || batch.length !== piece.rows) {
      throw corruptFile(reader.path)("a piece of it is not what its index says");
    }
    const isWhole = first >= groups.from && last < groups.to;
    yield isWhole ? batch : rowsIn(batch, groups);
  }
}

/** Those rows of a batch, whose last column is the hash, that belong to some groups. */
function rowsIn(batch: Batch, { from, to }: GroupRange): Batch {
  const hashes = batch.columns.at(-1);
  assert(hashes?.encoding === "i32", "rows of state end in their key's hash");
  const rows = new Int32Array(batch.length);
  let count = 0;
  for (let i = 0; i < batch.length; i++) {
    const group = keyGroupOf(hashes.values[i]!);
    if (group >= from && group < to) rows[count++] = i;
  }
  return takeBatch(batch, rows, count);
}
