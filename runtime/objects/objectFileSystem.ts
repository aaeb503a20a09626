import type { FileStatus, FileSystem, ReadableFile, WritableFile } from "../../engine/contract/fileSystem.js";
import type { ListRequest, ObjectInfo } from "../../engine/contract/objectStore.js";
import { objectPath, objectPlace, pathOfObject } from "../../engine/contract/objectPath.js";
import { putNew, type Bucket } from "./bucket.js";
import { ObjectReader } from "./objectReader.js";
import { ObjectWriter } from "./objectWriter.js";

/** How many objects one request removes. */
const removedAtOnce = 1000;

/** Of so many files that this process has put, it knows how they are without asking. */
const rememberedWrites = 256;

/**
 * Files of object stores, by their paths (`s3://bucket/folder/file`).
 *
 * An acknowledged put is durable, so nothing is synced, and an object is there as a whole or not at all: there are no temporary files and no renames.
 * `addNew` is one conditional put. When its answer was lost, the next try is refused by the object that the first one has made: then what lies there is
 * compared with what was to be added. Folders are prefixes; `makeDirectory` leaves a marker (`folder/`), as Hadoop does, for readers who look for the folder.
 *
 * What differs from a disk: `remove` asks nobody whether the file was there, and says that it was; a file that is being created shows at its `sync`, which is
 * when a taken name is refused; and one that is closed before never was.
 */
export class ObjectFileSystem implements FileSystem {
  /** What this process has put, until somebody asks. */
  private readonly written = new Map<string, FileStatus>();

  constructor(
    private readonly bucketOf: (name: string) => Promise<Bucket>,
    private readonly nowMs: () => number,
  ) {}

  async read(path: string): Promise<Uint8Array | null> {
    const { bucket, key } = await this.at(path);
    return bucket.retries.run(async () => (await bucket.store.get(key))?.bytes ?? null);
  }

  async open(path: string): Promise<ReadableFile | null> {
    const { bucket, key } = await this.at(path);
    return ObjectReader.open(bucket, key);
  }

  async status(path: string): Promise<FileStatus | null> {
    const known = this.written.get(path);
    if (known !== undefined) {
      this.written.delete(path);
      return known;
    }
    const { bucket, key } = await this.at(path);
    const info = key === "" ? null : await bucket.retries.run(() => bucket.store.head(key));
    if (info !== null) return fileStatus(bucket.name, info);
    const prefix = key === "" ? "" : `${key}/`;
    const { objects } = await bucket.retries.run(() => bucket.store.list({ prefix, folders: false, limit: 1 }));
    return objects.length === 0 && key !== "" ? null : folderStatus(bucket.name, key);
  }

  async realPath(path: string): Promise<string> {
    return objectPath(path)!;
  }

  async list(directory: string): Promise<FileStatus[]> {
    const { bucket, key } = await this.at(directory);
    const prefix = key === "" ? "" : `${key}/`;
    const found: FileStatus[] = [];
    for await (const { objects, folders } of pages(bucket, { prefix, folders: true })) {
      for (const info of objects) if (info.key !== prefix) found.push(fileStatus(bucket.name, info));
      for (const folder of folders) found.push(folderStatus(bucket.name, folder.slice(0, -1)));
    }
    return found.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  async create(path: string): Promise<WritableFile> {
    const { bucket, key } = await this.at(path);
    return new ObjectWriter(bucket, key, (sizeBytes) => this.remember(path, sizeBytes));
  }

  async addNew(path: string, bytes: Uint8Array): Promise<boolean> {
    const { bucket, key } = await this.at(path);
    const added = await putNew(bucket, key, bytes);
    if (added) this.remember(path, bytes.length);
    return added;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const { bucket, key } = await this.at(path);
    await bucket.retries.run(() => bucket.store.put(key, bytes, false));
    this.written.delete(path);
  }

  async makeDirectory(path: string): Promise<void> {
    const { bucket, key } = await this.at(path);
    if (key !== "") await bucket.retries.run(() => bucket.store.put(`${key}/`, new Uint8Array(0), false));
  }

  async syncDirectory(): Promise<void> {}

  async remove(path: string): Promise<boolean> {
    const { bucket, key } = await this.at(path);
    this.written.delete(path);
    await bucket.retries.run(() => bucket.store.remove([key]));
    return true;
  }

  async removeTree(path: string): Promise<boolean> {
    const { bucket, key } = await this.at(path);
    this.written.clear();
    const prefix = key === "" ? "" : `${key}/`;
    const keys = (await bucket.retries.run(() => bucket.store.head(key))) === null ? [] : [key];
    for await (const { objects } of pages(bucket, { prefix, folders: false })) keys.push(...objects.map((info) => info.key));
    // The deepest first: a service that keeps files below removes no folder that is not empty.
    keys.sort((a, b) => (a < b ? 1 : -1));
    for (let at = 0; at < keys.length; at += removedAtOnce) {
      await bucket.retries.run(() => bucket.store.remove(keys.slice(at, at + removedAtOnce)));
    }
    return keys.length > 0;
  }

  private async at(path: string): Promise<{ readonly bucket: Bucket; readonly key: string }> {
    const { bucket, key } = objectPlace(path);
    return { bucket: await this.bucketOf(bucket), key };
  }

  private remember(path: string, sizeBytes: number): void {
    if (this.written.size >= rememberedWrites) this.written.delete(this.written.keys().next().value!);
    const name = path.slice(path.lastIndexOf("/") + 1);
    this.written.set(path, { path, name, directory: false, sizeBytes, modifiedMs: this.nowMs() });
  }
}

async function* pages({ store, retries }: Bucket, request: ListRequest) {
  for (let continuation: string | null = ""; continuation !== null;) {
    const from: Pick<ListRequest, "continuation"> = continuation === "" ? {} : { continuation };
    const page = await retries.run(() => store.list({ ...request, ...from }));
    yield page;
    continuation = page.continuation;
  }
}

function fileStatus(bucket: string, { key, sizeBytes, modifiedMs }: ObjectInfo): FileStatus {
  return { path: pathOfObject(bucket, key), name: lastName(key), directory: false, sizeBytes, modifiedMs };
}

function folderStatus(bucket: string, key: string): FileStatus {
  return { path: pathOfObject(bucket, key), name: lastName(key), directory: true, sizeBytes: 0, modifiedMs: 0 };
}

function lastName(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}
