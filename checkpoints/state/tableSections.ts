import type { Batch } from "../../engine/arrow/batch.js";
import { concatBatches, retainBatch, sliceBatch } from "../../engine/arrow/columns.js";
import { keyGroupOf, type StateChanges } from "../../engine/contract/state.js";
import { assert } from "../../engine/errors/assert.js";
import type { ArrowEdge } from "./arrowEdge.js";
import type { StateFileWriter } from "./stateFile.js";
import type { Piece, TableIndex } from "./stateFileIndex.js";

/** A batch of this share of a piece is a piece of its own: copying it together with the next would cost more than the index entry. */
const ownPieceShare = 1 / 4;

/** Rows of one section that wait until there are enough of them for a piece. */
class OpenSection {
  readonly pieces: Piece[] = [];
  private waiting: Batch[] = [];
  private waitingRows = 0;
  private lastGroup = 0;

  /** Checks that rows come in the order of their key groups, and behind those that came before. */
  follow(batch: Batch): void {
    const hashes = hashesOf(batch);
    for (let i = 0; i < batch.length; i++) {
      const group = keyGroupOf(hashes[i]!);
      assert(group >= this.lastGroup, "rows of state come in the order of their key groups");
      this.lastGroup = group;
    }
  }

  /** Takes rows, which are lent; gives the batches that are to be pieces, lent as well. */
  *add(batch: Batch, pieceRows: number): Generator<Batch> {
    for (let from = 0; from < batch.length; from += pieceRows) {
      const to = Math.min(batch.length, from + pieceRows);
      const rows = to - from === batch.length ? batch : sliceBatch(batch, from, to);
      const isPiece = rows.length >= pieceRows * ownPieceShare;
      if (this.waitingRows > 0 && (isPiece || this.waitingRows + rows.length > pieceRows)) yield this.take();
      if (isPiece) yield rows;
      else this.keep(rows);
    }
  }

  /** What waits, as one batch; null when nothing does. */
  rest(): Batch | null {
    return this.waitingRows === 0 ? null : this.take();
  }

  private keep(rows: Batch): void {
    this.waiting.push(retainBatch(rows));
    this.waitingRows += rows.length;
  }

  private take(): Batch {
    const parts = this.waiting;
    this.waiting = [];
    this.waitingRows = 0;
    return parts.length === 1 ? parts[0]! : concatBatches(parts[0]!.schema, parts);
  }
}

interface OpenTable {
  readonly operatorId: string;
  readonly storeName: string;
  readonly droppedPanes: number[];
  readonly deletes: OpenSection;
  readonly upserts: OpenSection;
}

/** A piece that is encoded but not in the file yet. */
interface EncodedPiece {
  readonly section: OpenSection;
  readonly parts: readonly Uint8Array[];
  readonly rows: number;
  readonly groups: Piece["groups"];
}

/**
 * The sections of a state file, being written. Chunks are added without a pause, each encoded or copied before the next is asked for; `write` then brings what
 * was encoded to the file.
 */
export class TableSections {
  private readonly tables = new Map<string, OpenTable>();
  private encoded: EncodedPiece[] = [];

  constructor(
    private readonly arrow: ArrowEdge,
    private readonly pieceRows: number,
  ) {}

  add({ operatorId, storeName, droppedPanes, deletes, upserts }: StateChanges): void {
    const table = this.tableOf(operatorId, storeName);
    table.droppedPanes.push(...droppedPanes);
    if (deletes !== null) table.deletes.follow(deletes);
    if (upserts !== null) table.upserts.follow(upserts);
    for (const [section, batch] of [[table.deletes, deletes] as const, [table.upserts, upserts] as const]) {
      if (batch !== null && batch.length > 0) for (const rows of section.add(batch, this.pieceRows)) this.encode(section, rows);
    }
  }

  /** Makes pieces of what still waits. */
  flush(): void {
    for (const { deletes, upserts } of this.tables.values()) {
      for (const section of [deletes, upserts]) {
        const rows = section.rest();
        if (rows !== null) this.encode(section, rows);
      }
    }
  }

  async write(writer: StateFileWriter): Promise<void> {
    const ready = this.encoded;
    this.encoded = [];
    for (const { section, parts, rows, groups } of ready) section.pieces.push(await writer.piece(parts, rows, groups));
  }

  /** What the index says of the tables; everything is written then. */
  index(): TableIndex[] {
    return [...this.tables.values()].map(({ operatorId, storeName, droppedPanes, deletes, upserts }) => ({
      operatorId,
      storeName,
      droppedPanes,
      deletes: deletes.pieces,
      upserts: upserts.pieces,
    }));
  }

  private tableOf(operatorId: string, storeName: string): OpenTable {
    const name = JSON.stringify([operatorId, storeName]);
    let table = this.tables.get(name);
    if (table === undefined) {
      table = { operatorId, storeName, droppedPanes: [], deletes: new OpenSection(), upserts: new OpenSection() };
      this.tables.set(name, table);
    }
    return table;
  }

  private encode(section: OpenSection, rows: Batch): void {
    this.encoded.push({ section, parts: this.arrow.ipcStreamParts(retainBatch(rows)), rows: rows.length, groups: groupsIn(rows) });
  }
}

function groupsIn(batch: Batch): Piece["groups"] {
  const hashes = hashesOf(batch);
  return [keyGroupOf(hashes[0]!), keyGroupOf(hashes[batch.length - 1]!)];
}

function hashesOf({ columns }: Batch): Int32Array {
  const hashes = columns.at(-1);
  assert(hashes?.encoding === "i32", "rows of state end in their key's hash");
  return hashes.values;
}
