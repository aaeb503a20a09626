import { keyGroupCount } from "../../engine/contract/state.js";
import type { Json } from "../../engine/contract/json.js";
import {
  corrupt,
  integerMember,
  listMember,
  objectIn,
  parseJsonObject,
  textMember,
  textOrNullMember,
  type JsonObject,
} from "../logText.js";

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
  /** Of a snapshot: the deltas behind this version are to be applied to it. Null in a delta. */
  readonly base: SnapshotBase | null;
  readonly tables: readonly TableIndex[];
}

/** As text; what is empty is left out, because most files have one small table. */
export function formatIndex({ kind, version, runId, previous, base, tables }: StateFileIndex): string {
  const short = tables.map(({ operatorId, storeName, droppedPanes, deletes, upserts }) => ({
    operatorId,
    storeName,
    ...(droppedPanes.length > 0 ? { droppedPanes } : {}),
    ...(deletes.length > 0 ? { deletes } : {}),
    ...(upserts.length > 0 ? { upserts } : {}),
  }));
  return JSON.stringify({ kind, version, runId, previous, ...(base === null ? {} : { base }), tables: short });
}

/**
 * Reads the index of a file of a format version; pieces must lie below `end`.
 * @throws CHECKPOINT_CORRUPT
 */
export function parseIndex(text: string, path: string, formatVersion: number, end: number): StateFileIndex {
  const fields = parseJsonObject(text, path);
  const kind = fields["kind"];
  if (kind !== "delta" && kind !== "snapshot") throw corrupt(path, "it is neither a delta nor a snapshot");
  const version = integerMember(fields, "version", path);
  const previous = textOrNullMember(fields, "previous", path);
  const parsePieces = formatVersion === 1 ? piecesOfVersion1 : piecesOf;
  const tables = listMember(fields, "tables", path).map((item): TableIndex => {
    const table = objectIn(item, "a table of its index", path);
    return {
      operatorId: textMember(table, "operatorId", path),
      storeName: textMember(table, "storeName", path),
      droppedPanes: listMember(table, "droppedPanes", path).map((pane) => numberIn(pane, path)),
      deletes: parsePieces(table, "deletes", path),
      upserts: parsePieces(table, "upserts", path),
    };
  });
  for (const { deletes, upserts } of tables) {
    for (const { offset, length } of [...deletes, ...upserts]) {
      if (offset < 0 || length < 0 || offset + length > end) throw corrupt(path, "its index names bytes outside of it");
    }
  }
  return { kind, version, runId: textMember(fields, "runId", path), previous, base: baseOf(fields, path, kind, version), tables };
}

/** Of format version 1, a snapshot was taken in one go: it begins and ends with its version. */
function baseOf(fields: JsonObject, path: string, kind: StateFileIndex["kind"], version: number): SnapshotBase | null {
  if (kind === "delta") return null;
  if (fields["base"] === undefined) return { version, file: textMember(fields, "previous", path) };
  const base = objectIn(fields["base"], "`base`", path);
  return { version: integerMember(base, "version", path), file: textMember(base, "file", path) };
}

function piecesOf(table: JsonObject, name: string, path: string): Piece[] {
  return listMember(table, name, path).map((item) => {
    const piece = objectIn(item, "a piece of its index", path);
    const [first, last] = listMember(piece, "groups", path).map((group) => numberIn(group, path));
    if (first === undefined || last === undefined || first < 0 || last < first || last >= keyGroupCount) {
      throw corrupt(path, "a piece of its index has no key groups");
    }
    return { ...rangeOf(piece, path), groups: [first, last] };
  });
}

/** One section or none, of whatever groups. */
function piecesOfVersion1(table: JsonObject, name: string, path: string): Piece[] {
  const section = table[name];
  if (section === null || section === undefined) return [];
  return [{ ...rangeOf(objectIn(section, "a section of its index", path), path), groups: [0, keyGroupCount - 1] }];
}

function rangeOf(piece: JsonObject, path: string): Omit<Piece, "groups"> {
  return {
    offset: integerMember(piece, "offset", path),
    length: integerMember(piece, "length", path),
    rows: integerMember(piece, "rows", path),
    crc32: integerMember(piece, "crc32", path),
  };
}

function numberIn(value: Json, path: string): number {
  if (typeof value !== "number") throw corrupt(path, "its index has something else where a number belongs");
  return value;
}
