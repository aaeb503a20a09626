import type { Batch } from "../../../engine/arrow/batch.js";
import { sliceBatch } from "../../../engine/arrow/slice.js";
import type { Schema } from "../../../engine/arrow/types.js";
import { magic } from "../columnFile.js";
import { ChunkWriter, type FileBytes, type FlatCodec } from "./chunk.js";
import { footerOf, type WrittenGroup } from "./footer.js";
import { leavesOf, partsOf, schemaNodes } from "./leaves.js";
import { PageMemory } from "./pageMemory.js";

/** Rows of a row group. */
const rowGroupRows = 1_048_576;

export interface FlatFileOptions {
  readonly codec: FlatCodec;
  /** Whether a column of the schema, by name, may have a dictionary. */
  readonly mayHaveDictionary: (name: string) => boolean;
}

let kept: PageMemory | null = null;

/** Makes what a file is written with, if it is not there: a memory and two small modules. */
export function loadPageMemory(): PageMemory {
  kept ??= new PageMemory();
  return kept;
}

/**
 * A Parquet file of columns without lists and maps, column after column and page after page: plain, or with a dictionary where that is allowed and stays small. Each page has a checksum, each
 * chunk its bounds. Nothing is left out of what readers skip row groups by; there is no index of pages.
 */
export function encodeFlatFile(batches: readonly Batch[], schema: Schema, { codec, mayHaveDictionary }: FlatFileOptions): Uint8Array {
  const page = loadPageMemory();
  const file = new Bytes();
  const nodes = schemaNodes(schema);
  const leaves = leavesOf(schema, nodes);
  file.append(magic);
  const groups: WrittenGroup[] = [];
  for (const group of rowGroups(batches)) {
    const parts = partsOf(group, schema, leaves);
    const chunks = leaves.map((leaf, i) => {
      const wantsDictionary = leaf.type.kind !== "boolean" && mayHaveDictionary(leaf.path[0]!);
      return new ChunkWriter(leaf, file, page, codec).write(parts[i]!, wantsDictionary);
    });
    groups.push({ rows: group.reduce((sum, { length }) => sum + length, 0), chunks });
  }
  const footer = footerOf(nodes, groups);
  const end = new Uint8Array(4);
  new DataView(end.buffer).setUint32(0, footer.length, true);
  for (const bytes of [footer, end, magic]) file.append(bytes);
  if (page.isLarge) kept = null;
  return file.finish();
}

/** The rows in groups of at most `rowGroupRows`; none when there is no row. */
function* rowGroups(batches: readonly Batch[]): Generator<Batch[], void, void> {
  let group: Batch[] = [];
  let rows = 0;
  for (const batch of batches) {
    for (let at = 0; at < batch.length;) {
      const taken = Math.min(batch.length - at, rowGroupRows - rows);
      group.push(sliceBatch(batch, at, at + taken));
      at += taken;
      rows += taken;
      if (rows < rowGroupRows) continue;
      yield group;
      [group, rows] = [[], 0];
    }
  }
  if (rows > 0) yield group;
}

/** Bytes that grow at their end. */
class Bytes implements FileBytes {
  #bytes = new Uint8Array(65_536);
  length = 0;

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + bytes.length));
      larger.set(this.#bytes.subarray(0, this.length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}
