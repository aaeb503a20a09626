import type { ChunkSizes } from "../../engine/contract/chunkSizes.js";
import { keyGroupCount, type SnapshotSource } from "../../engine/contract/state.js";
import { assert } from "../../engine/errors/assert.js";
import { loadArrow } from "./arrowEdge.js";
import type { StateFileWriter } from "./stateFile.js";
import type { SnapshotBase } from "./stateFileIndex.js";
import { formatStateFileName } from "./stateFileName.js";
import type { StateFolder } from "./stateFolder.js";
import { TableSections } from "./tableSections.js";

export type SnapshotChunks = Pick<ChunkSizes, "pieceRows" | "sliceRows">;

/**
 * A snapshot on its way: taken in slices of key groups, between batches, while the state goes on. A slice is of one version; so what a group holds is of a
 * version between that of the base and that of the newest slice, and the deltas behind the base, which are absolute, make one version of all of them.
 */
export class SnapshotWriter {
  private newest: SnapshotBase;
  private source = 0;
  private group = 0;

  private constructor(
    readonly name: string,
    readonly base: SnapshotBase,
    private readonly runId: string,
    private readonly folder: StateFolder,
    private readonly writer: StateFileWriter,
    private readonly sections: TableSections,
    private readonly chunks: SnapshotChunks,
  ) {
    this.newest = base;
  }

  static async begin(folder: StateFolder, base: SnapshotBase, runId: string, chunks: SnapshotChunks): Promise<SnapshotWriter> {
    const sections = new TableSections(await loadArrow(), chunks.pieceRows);
    const name = formatStateFileName({ version: base.version, runId, kind: "snapshot" });
    return new SnapshotWriter(name, base, runId, folder, await folder.create(name), sections, chunks);
  }

  get sizeBytes(): number {
    return this.writer.sizeBytes;
  }

  /**
   * Takes slices of what memory holds, which is version `at`: one, and more while the file is smaller than `wantedBytes`. True while there is more to take.
   */
  async advance(at: SnapshotBase, sources: readonly SnapshotSource[], wantedBytes: number): Promise<boolean> {
    assert(at.version >= this.newest.version, "a snapshot goes on with newer versions");
    this.newest = at;
    do {
      let rows = 0;
      while (this.source < sources.length && rows < this.chunks.sliceRows) rows += this.takeSlice(sources[this.source]!);
      this.sections.flush();
      await this.sections.write(this.writer);
    } while (this.source < sources.length && this.writer.sizeBytes < wantedBytes);
    return this.source < sources.length;
  }

  /** Durable, with its name, when it resolves. */
  async finish(): Promise<void> {
    const { version, file } = this.newest;
    const tables = this.sections.index();
    await this.writer.finish({ kind: "snapshot", version, runId: this.runId, previous: file, isWhole: false, base: this.base, tables });
    await this.writer.close();
    await this.folder.sync();
  }

  discard(): Promise<void> {
    return this.folder.discard(this.name, this.writer);
  }

  /** Takes the next groups of a source, as many as make a slice; gives how many rows they had, about. */
  private takeSlice(source: SnapshotSource): number {
    const { stateRows } = source;
    const groups = Math.max(1, Math.min(keyGroupCount, Math.floor((keyGroupCount * this.chunks.sliceRows) / Math.max(1, stateRows))));
    const to = Math.min(keyGroupCount, this.group + groups);
    for (const chunk of source.snapshot({ from: this.group, to })) {
      assert(chunk.deletes === null && chunk.droppedPanes.length === 0, "a snapshot holds what is there");
      this.sections.add(chunk);
    }
    const rows = Math.ceil((stateRows * (to - this.group)) / keyGroupCount);
    this.group = to === keyGroupCount ? 0 : to;
    if (this.group === 0) this.source++;
    return rows;
  }
}
