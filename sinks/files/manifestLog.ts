import {
  compactInterval,
  isCompactBatch,
  listManifest,
  manifestFolder,
  manifestName,
  manifestText,
  readManifest,
  type ManifestEntry,
} from "../../connectors/files/manifest.js";
import { makeDurableFolder } from "../../connectors/files/durableFolder.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** Entries that a compact one repeats go when they are this old: a reader may just have listed them. Spark's `fileSink.log.cleanupDelay`. */
const cleanupDelayMs = 10 * 60 * 1000;

/** The manifest as its one writer sees it: an entry a batch, never changed once it is there. */
export class ManifestLog {
  private readonly folder: string;
  private latest = -1;

  constructor(
    private readonly runtime: Runtime,
    outputPath: string,
  ) {
    this.folder = `${outputPath}/${manifestFolder}`;
  }

  /** The newest batch listed; −1 when there is none. */
  get latestBatch(): number {
    return this.latest;
  }

  /** Makes the folder first: while there is none, readers would take every file that they find. */
  async open(): Promise<void> {
    const { files } = this.runtime;
    // Durably: an entry of a run that died before it synced is seen, but may yet go with the power; and who finds it skips that batch for good.
    await makeDurableFolder(files, this.folder);
    this.latest = (await listManifest(files, this.folder)).latest;
  }

  /**
   * Lists the files of a batch: from here on they count.
   *
   * @throws CONCURRENT_STREAM_LOG_UPDATE when somebody else has listed this batch
   */
  async add(batchId: number, entries: readonly ManifestEntry[]): Promise<void> {
    await this.fillGap(batchId);
    await this.write(batchId, entries);
  }

  /** Readers want every entry since the last compact one. They are missing only when an output folder is newer than its query. */
  private async fillGap(batchId: number): Promise<void> {
    const lastCompact = Math.floor(batchId / compactInterval) * compactInterval - 1;
    for (let id = Math.max(this.latest + 1, lastCompact, 0); id < batchId; id++) await this.write(id, []);
  }

  private async write(batchId: number, entries: readonly ManifestEntry[]): Promise<void> {
    const { files } = this.runtime;
    const isCompact = isCompactBatch(batchId);
    const listed = isCompact && this.latest >= 0 ? (await readManifest(files, this.folder)).entries : [];
    const text = manifestText([...listed, ...entries]);
    const added = await files.addNew(`${this.folder}/${manifestName(batchId)}`, new TextEncoder().encode(text));
    if (!added) throw new StreamingError("CONCURRENT_STREAM_LOG_UPDATE", { batchId: String(batchId) });
    this.latest = batchId;
    if (isCompact) await this.cleanUp(batchId);
  }

  private async cleanUp(compactId: number): Promise<void> {
    const { files, clock } = this.runtime;
    const oldestMs = clock.nowMs() - cleanupDelayMs;
    for (const { name, path, modifiedMs } of await files.list(this.folder)) {
      if (/^\d+(\.compact)?$/.test(name) && Number.parseInt(name, 10) < compactId && modifiedMs < oldestMs) await files.remove(path);
    }
  }
}
