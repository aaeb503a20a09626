import type { Batch } from "../../engine/arrow/batch.js";
import { concatBatches, retainBatch, sliceBatch } from "../../engine/arrow/columns.js";
import type { Schema } from "../../engine/arrow/types.js";
import type { WritableFile } from "../../engine/contract/fileSystem.js";
import type { Runtime } from "../../engine/contract/runtime.js";
import type { DataFiles } from "./dataFiles.js";
import type { FileEncoder } from "./encoders.js";
import { writing } from "./failures.js";

/** The data files of one batch: `part-00000-<uuid>-c000…`, a new one after so many rows. Nobody's before they are listed. */
export class PartFiles implements DataFiles {
  readonly paths: string[] = [];
  private parts: Batch[] = [];
  /** Written but not synced. */
  private open: WritableFile[] = [];
  private rows = 0;

  constructor(
    private readonly runtime: Runtime,
    private readonly folder: string,
    private readonly schema: Schema,
    private readonly encoder: FileEncoder,
    private readonly rowsPerFile: number,
    private readonly uuid = runtime.uuid(),
    private readonly makesFolder = false,
  ) {}

  /** Copies the rows; writes files when there are enough. */
  write(batch: Batch): Promise<void> | void {
    if (this.rows + batch.length < this.rowsPerFile) return this.keep(batch);
    return this.writeFull(batch);
  }

  /** Writes what is left and syncs the files and their folder, side by side. */
  async finish(): Promise<void> {
    if (this.rows > 0) await this.flush();
    if (this.paths.length === 0) return;
    await writing(this.folder, async () => {
      await Promise.all([...this.open.map((file) => file.sync()), this.runtime.files.syncDirectory(this.folder)]);
      await this.closeAll();
    });
  }

  /** Takes the files away. Never rejects: what is left of them is listed nowhere. */
  async discard(): Promise<void> {
    this.parts = [];
    await this.closeAll().catch(() => undefined);
    await Promise.allSettled(this.paths.map((path) => this.runtime.files.remove(path)));
  }

  private async closeAll(): Promise<void> {
    const files = this.open;
    this.open = [];
    await Promise.all(files.map((file) => file.close()));
  }

  private keep(batch: Batch): void {
    if (batch.length === 0) return;
    this.parts.push(retainBatch(batch));
    this.rows += batch.length;
  }

  private async writeFull(batch: Batch): Promise<void> {
    // The batch is only lent until this call ends, and files are written meanwhile.
    let rest = retainBatch(batch);
    while (this.rows + rest.length >= this.rowsPerFile) {
      const fits = this.rowsPerFile - this.rows;
      this.keep(sliceBatch(rest, 0, fits));
      rest = sliceBatch(rest, fits, rest.length);
      await this.flush();
    }
    this.keep(rest);
  }

  private async flush(): Promise<void> {
    const bytes = await this.encoder.encode(this.merged(), this.schema);
    const number = String(this.paths.length).padStart(5, "0");
    const path = `${this.folder}/part-${number}-${this.uuid}-c000${this.encoder.extension}`;
    this.parts = [];
    this.rows = 0;
    await writing(path, async () => {
      if (this.makesFolder && this.paths.length === 0) await this.runtime.files.makeDirectory(this.folder);
      const file = await this.runtime.files.create(path);
      this.paths.push(path);
      this.open.push(file);
      await file.write(bytes);
    });
  }

  /** Many small batches cost a writer more than the copy into one. */
  private merged(): Batch[] {
    const average = this.rows / this.parts.length;
    return average < 8192 && this.parts.length > 1 ? [concatBatches(this.schema, this.parts)] : this.parts;
  }
}
