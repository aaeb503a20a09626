import type { WritableFile } from "../../engine/contract/fileSystem.js";
import type { ObjectUpload } from "../../engine/contract/objectStore.js";
import { putNew, type Bucket } from "./bucket.js";

/** So many parts are on their way at a time, each of which is held in memory. */
const partsAtOnce = 3;

/** No upload may have more parts than 10,000: behind each so many they are that much larger. */
const partsOfOneSize = 1000;

/** A file that becomes an object: one put, or an upload in parts when it is larger than one. It shows when it is synced. */
export class ObjectWriter implements WritableFile {
  private buffered: Uint8Array[] = [];
  private bufferedBytes = 0;
  private sizeBytes = 0;
  private upload: ObjectUpload | null = null;
  private parts = 0;
  private readonly underWay = new Set<Promise<void>>();
  private isDone = false;

  constructor(
    private readonly bucket: Bucket,
    private readonly key: string,
    private readonly onDone: (sizeBytes: number) => void,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    if (this.isDone) throw failure("EBADF", this.key);
    // Copied: the caller may use its buffer again, and no client takes shared memory.
    this.buffered.push(Uint8Array.from(bytes));
    this.bufferedBytes += bytes.length;
    this.sizeBytes += bytes.length;
    while (this.bufferedBytes >= this.partBytes) await this.sendPart(this.partBytes);
  }

  async sync(): Promise<void> {
    if (this.isDone) return;
    const added =
      this.upload === null ? await putNew(this.bucket, this.key, this.take(this.bufferedBytes)) : await this.complete(this.upload);
    if (!added) throw failure("EEXIST", this.key);
    this.isDone = true;
    this.onDone(this.sizeBytes);
  }

  async close(): Promise<void> {
    const { upload } = this;
    this.buffered = [];
    this.upload = null;
    if (this.isDone || upload === null) return;
    this.isDone = true;
    await Promise.allSettled(this.underWay);
    // What stays of it is no object; the bucket's rules for old uploads remove it.
    await upload.abort().catch(() => undefined);
  }

  private get partBytes(): number {
    return this.bucket.partBytes * (1 + Math.floor(this.parts / partsOfOneSize));
  }

  private async complete(upload: ObjectUpload): Promise<boolean> {
    if (this.bufferedBytes > 0) await this.sendPart(this.bufferedBytes);
    await Promise.all(this.underWay);
    const { store, retries } = this.bucket;
    return retries.run(async (mayBeDone) => {
      try {
        if (await upload.complete()) return true;
      } catch (error) {
        // An upload that is complete is not known any more.
        if (!mayBeDone || !(error instanceof Error && "code" in error && error.code === "NoSuchUpload")) throw error;
      }
      // Large files have names of their own: what has the name and the size is this one.
      return mayBeDone && (await store.head(this.key))?.sizeBytes === this.sizeBytes;
    });
  }

  private async sendPart(length: number): Promise<void> {
    const { store, retries } = this.bucket;
    const bytes = this.take(length);
    const upload = (this.upload ??= await retries.run(() => store.upload(this.key)));
    const number = ++this.parts;
    while (this.underWay.size >= partsAtOnce) await Promise.race(this.underWay);
    const part = retries.run(() => upload.part(number, bytes));
    this.underWay.add(part);
    // Whoever waits for the part hears of a failure; nobody may be waiting yet.
    part.then(
      () => this.underWay.delete(part),
      () => undefined,
    );
  }

  /** The next bytes of the file, as one array. */
  private take(length: number): Uint8Array {
    const all = this.buffered.length === 1 ? this.buffered[0]! : new Uint8Array(Buffer.concat(this.buffered, this.bufferedBytes));
    const rest = all.subarray(length);
    this.buffered = rest.length === 0 ? [] : [rest];
    this.bufferedBytes = rest.length;
    return all.subarray(0, length);
  }
}

function failure(code: string, key: string): Error {
  return Object.assign(new Error(`${code}: ${key}`), { code, path: key });
}
