import { corruptFile, JsonFields, type Refuse } from "../../engine/contract/logText.js";
import { keyGroupCount } from "../../engine/contract/state.js";
import { parseStateFileName } from "./stateFileName.js";

/** An Arrow IPC stream of its own within a section, readable without the others. */
export interface Piece {
  readonly offset: number;
  readonly length: number;
  readonly rows: number;
  readonly crc32: number;
  /** The first and the last key group that has rows in it. */
  readonly groups: readonly [first: number, last: number];
}

/** The two sections of one table. */
export interface TableIndex {
  readonly operatorId: string;
  readonly storeName: string;
  readonly droppedPanes: readonly number[];
  readonly deletes: readonly Piece[];
  readonly upserts: readonly Piece[];
}

/** The version that a snapshot was begun at, and its delta file. */
export interface SnapshotBase {
  readonly version: number;
  readonly file: string;
}

/** What a state file says of itself. */
export interface StateFileIndex {
  readonly kind: "delta" | "snapshot";
  /** Of a delta: the version that it leads to. Of a snapshot: that of its newest slice. */
  readonly version: number;
  readonly runId: string;
  /** Of a delta: the file of the version before, null for the first. Of a snapshot: the delta file of its version. */
  readonly previous: string | null;
  /** Of a delta: whether it is of all of the state, because that is laid out anew from here on; nothing before it is read. */
  readonly isWhole: boolean;
  /** Of a snapshot: the deltas behind this version are to be applied to it. Null in a delta. */
  readonly base: SnapshotBase | null;
  readonly tables: readonly TableIndex[];
}

/** As text; what is empty is left out, because most files have one small table. */
export function formatIndex({ kind, version, runId, previous, isWhole, base, tables }: StateFileIndex): string {
  const short = tables.map(({ operatorId, storeName, droppedPanes, deletes, upserts }) => ({
    operatorId,
    storeName,
    ...(droppedPanes.length > 0 ? { droppedPanes } : {}),
    ...(deletes.length > 0 ? { deletes } : {}),
    ...(upserts.length > 0 ? { upserts } : {}),
  }));
  return JSON.stringify({
    kind,
    version,
    runId,
    previous,
    ...(isWhole && { whole: true }),
    ...(base === null ? {} : { base }),
    tables: short,
  });
}

/**
 * Reads the index of a file of a format version; pieces must lie below `end`.
 * @throws CHECKPOINT_CORRUPT
 */
export function parseIndex(text: string, path: string, formatVersion: number, end: number): StateFileIndex {
  const refuse = corruptFile(path);
  const fields = JsonFields.parse(text, refuse);
  const kind = fields.members["kind"];
  if (kind !== "delta" && kind !== "snapshot") throw refuse("it is neither a delta nor a snapshot");
  const version = fields.integer("version");
  const parsePieces = formatVersion === 1 ? piecesOfVersion1 : (table: JsonFields, name: string) => piecesOf(table, name, refuse);
  const tables = fields.objects("tables").map((table): TableIndex => ({
    operatorId: table.text("operatorId"),
    storeName: table.text("storeName"),
    droppedPanes: table.has("droppedPanes") ? table.integers("droppedPanes") : [],
    deletes: parsePieces(table, "deletes"),
    upserts: parsePieces(table, "upserts"),
  }));
  for (const { deletes, upserts } of tables) {
    for (const { offset, length } of [...deletes, ...upserts]) {
      if (offset < 0 || length < 0 || offset + length > end) throw refuse("its index names bytes outside of it");
    }
  }
  const previous = fields.has("previous") ? fields.text("previous") : null;
  // It is opened by this name: one that leads out of the folder is no state file's.
  if (previous !== null && parseStateFileName(previous) === null)
    throw refuse(`it names ${JSON.stringify(previous)}, which is no state file`);
  const base = kind === "delta" ? null : baseOf(fields, version);
  const isWhole = kind === "delta" && fields.has("whole") && fields.boolean("whole");
  return { kind, version, runId: fields.text("runId"), previous, isWhole, base, tables };
}

/** Of format version 1, a snapshot was taken in one go: it begins and ends with its version. */
function baseOf(fields: JsonFields, version: number): SnapshotBase {
  if (!fields.has("base")) return { version, file: fields.text("previous") };
  const base = fields.object("base");
  return { version: base.integer("version"), file: base.text("file") };
}

function piecesOf(table: JsonFields, name: string, refuse: Refuse): Piece[] {
  if (!table.has(name)) return [];
  return table.objects(name).map((piece) => {
    const [first, last, ...more] = piece.integers("groups");
    if (first === undefined || last === undefined || more.length > 0 || first < 0 || last < first || last >= keyGroupCount) {
      throw refuse("a piece of its index has no key groups");
    }
    return { ...rangeOf(piece), groups: [first, last] };
  });
}

/** One section or none, of whatever groups. */
function piecesOfVersion1(table: JsonFields, name: string): Piece[] {
  return table.has(name) ? [{ ...rangeOf(table.object(name)), groups: [0, keyGroupCount - 1] }] : [];
}

function rangeOf(piece: JsonFields): Omit<Piece, "groups"> {
  return { offset: piece.integer("offset"), length: piece.integer("length"), rows: piece.integer("rows"), crc32: piece.integer("crc32") };
}
