import type { ReadableFile } from "../../engine/contract/fileSystem.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/**
 * A file as parquet-wasm takes it: a blob whose ranges are read when they are asked for.
 *
 * parquet-wasm must not see a read fail, nor bytes that are none: it panics, and what waits for it waits for ever. So a read that fails never ends for it, and
 * whoever called it is told of the failure instead. What it holds for that work is lost then, and must not be freed.
 */
export class BlobFile {
  readonly blob: Blob;
  /** Whether a read failed. */
  failed = false;
  private readonly failure: Promise<never>;
  private fail: (cause: unknown) => void = () => {};

  /** @param shownPath names the file in messages */
  constructor(
    private readonly file: ReadableFile,
    private readonly shownPath: string,
  ) {
    this.blob = new RangeBlob(this, 0, file.sizeBytes);
    this.failure = new Promise((_, reject) => (this.fail = reject));
    // Whoever reads hears of it; until then it must not count as unhandled.
    this.failure.catch(() => undefined);
  }

  /**
   * What parquet-wasm makes of the blob.
   *
   * @throws what the work throws, or what failed while the blob was read: FAILED_READ_FILE.FILE_SHRANK, or what the file system says
   */
  checked<T>(work: () => Promise<T>): Promise<T> {
    return Promise.race([work(), this.failure]);
  }

  /** Fills `into` from a position; never ends when that fails. */
  async readInto(into: Uint8Array, position: number): Promise<void> {
    try {
      for (let length = 0; length < into.length;) {
        const got = await this.file.read(into.subarray(length), position + length);
        if (got === 0) throw this.shrank(position + length);
        length += got;
      }
    } catch (cause) {
      this.failed = true;
      this.fail(cause);
      await new Promise(() => {});
    }
  }

  private shrank(end: number): StreamingError {
    const parameters = { path: this.shownPath, size: String(this.file.sizeBytes), read: String(end) };
    return new StreamingError("FAILED_READ_FILE.FILE_SHRANK", parameters);
  }
}

/** A range of the file. */
class RangeBlob extends Blob {
  override readonly size: number;

  constructor(
    private readonly source: BlobFile,
    private readonly start: number,
    end: number,
  ) {
    super([]);
    this.size = end - start;
  }

  override slice(start = 0, end = this.size): RangeBlob {
    return new RangeBlob(this.source, this.start + start, this.start + Math.min(end, this.size));
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    await this.source.readInto(bytes, this.start);
    return bytes.buffer;
  }
}
