import type { ReadableFile } from "../../engine/contract/fileSystem.js";
import type { Bucket } from "./bucket.js";

/** The first request brings so much: a small file needs no second one. */
const firstBytes = 256 * 1024;

/** A file that is read from one end to the other is fetched in pieces of this size, whatever those are that it is asked for. */
const windowBytes = 4 * 1024 * 1024;

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** An object, read by ranges: all of the version that was there when it was opened. */
export class ObjectReader implements ReadableFile {
  /** Where the last read ended. */
  private nextPosition = 0;

  private constructor(
    private readonly bucket: Bucket,
    private readonly key: string,
    readonly sizeBytes: number,
    private readonly etag: string,
    private window: Window,
  ) {}

  static async open(bucket: Bucket, key: string): Promise<ObjectReader | null> {
    const found = await bucket.retries.run(() => bucket.store.get(key, { start: 0, length: firstBytes }));
    if (found === null) return null;
    return new ObjectReader(bucket, key, found.sizeBytes, found.etag, { start: 0, bytes: found.bytes });
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    const length = Math.max(0, Math.min(into.length, this.sizeBytes - position));
    const isNext = position === this.nextPosition;
    for (let done = 0; done < length;) {
      const at = position + done;
      const isThere = at >= this.window.start && at < this.window.start + this.window.bytes.length;
      const left = length - done;
      // Somebody else may read elsewhere meanwhile.
      const { start, bytes } = isThere ? this.window : await this.fetch(at, isNext ? Math.max(left, windowBytes) : left);
      const piece = bytes.subarray(at - start, at - start + left);
      if (piece.length === 0) return done;
      into.set(piece, done);
      done += piece.length;
    }
    this.nextPosition = position + length;
    return length;
  }

  /** What can be read of an object is durable. */
  async sync(): Promise<void> {}

  async close(): Promise<void> {
    this.window = { start: 0, bytes: new Uint8Array(0) };
  }

  private async fetch(start: number, length: number): Promise<Window> {
    const { bucket, key, etag } = this;
    const range = { start, length: Math.min(length, this.sizeBytes - start), etag };
    const found = await bucket.retries.run(() => bucket.store.get(key, range));
    this.window = { start, bytes: found?.bytes ?? new Uint8Array(0) };
    return this.window;
  }
}
