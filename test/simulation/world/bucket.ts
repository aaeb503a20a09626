import {
  ObjectStoreError,
  type ListPage,
  type ListRequest,
  type ObjectBytes,
  type ObjectInfo,
  type ObjectRange,
  type ObjectStore,
  type ObjectUpload,
} from "../../../engine/contract/objectStore.js";

/** What one request to a simulated bucket is called in traces and fault rules. */
export type ObjectOperation = "getObject" | "headObject" | "listObjects" | "putObject" | "removeObjects" | "completeUpload";

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly modifiedMs: number;
  readonly etag: string;
}

/** What was done to a key, and when. */
interface Change {
  readonly key: string;
  readonly atMs: number;
  readonly before: StoredObject | null;
}

/** Stands between a process and the store: lets a request through, fails it, loses its answer, or lets the process die in it. */
export interface ObjectGate {
  pass<T>(operation: ObjectOperation, path: string, effect: () => T): Promise<T>;
  nowMs(): number;
  /** How old a listing may be, ms. */
  stalenessMs(): number;
}

/** What an object store holds. An acknowledged put outlives every crash. */
export class SimulatedObjects {
  readonly objects = new Map<string, StoredObject>();
  private readonly changes: Change[] = [];
  private versions = 0;

  set(key: string, bytes: Uint8Array, nowMs: number): void {
    this.changes.push({ key, atMs: nowMs, before: this.objects.get(key) ?? null });
    this.objects.set(key, { bytes, modifiedMs: nowMs, etag: `"${++this.versions}"` });
  }

  delete(key: string, nowMs: number): void {
    const before = this.objects.get(key);
    if (before === undefined) return;
    this.changes.push({ key, atMs: nowMs, before });
    this.objects.delete(key);
  }

  /** All objects as they were at a time. */
  asOf(timeMs: number): ReadonlyMap<string, StoredObject> {
    const then = new Map(this.objects);
    for (let i = this.changes.length - 1; i >= 0 && this.changes[i]!.atMs > timeMs; i--) {
      const { key, before } = this.changes[i]!;
      if (before === null) then.delete(key);
      else then.set(key, before);
    }
    return then;
  }
}

/** A bucket as one process sees it. */
export class SimulatedObjectStore implements ObjectStore {
  constructor(
    private readonly bucket: string,
    private readonly held: SimulatedObjects,
    private readonly gate: ObjectGate,
  ) {}

  get(key: string, range?: ObjectRange): Promise<ObjectBytes | null> {
    return this.gate.pass("getObject", this.pathOf(key), () => {
      const object = this.held.objects.get(key);
      if (object === undefined) return null;
      if (range?.etag !== undefined && range.etag !== object.etag)
        throw new ObjectStoreError("PreconditionFailed", "another version", false);
      const { bytes, etag } = object;
      const part = range === undefined ? bytes : bytes.slice(range.start, range.start + range.length);
      return { bytes: part, sizeBytes: bytes.length, etag };
    });
  }

  head(key: string): Promise<ObjectInfo | null> {
    return this.gate.pass("headObject", this.pathOf(key), () => {
      const object = this.held.objects.get(key);
      return object === undefined ? null : { key, sizeBytes: object.bytes.length, modifiedMs: object.modifiedMs };
    });
  }

  put(key: string, bytes: Uint8Array, onlyNew: boolean): Promise<boolean> {
    const copy = bytes.slice();
    return this.gate.pass("putObject", this.pathOf(key), () => this.place(key, copy, onlyNew));
  }

  list({ prefix, folders, limit = 1000, continuation = "" }: ListRequest): Promise<ListPage> {
    return this.gate.pass("listObjects", this.pathOf(prefix), () => {
      const seen = this.held.asOf(this.gate.nowMs() - this.gate.stalenessMs());
      const names = new Set([...seen.keys()].filter((key) => key.startsWith(prefix)).map((key) => (folders ? nameOf(key, prefix) : key)));
      const all = [...names].toSorted().filter((name) => name > continuation);
      const page = all.slice(0, limit);
      const shownFolders = new Set(folders ? page.filter((name) => name !== prefix && name.endsWith("/")) : []);
      return {
        objects: page
          .filter((name) => !shownFolders.has(name))
          .map((key) => ({ key, sizeBytes: seen.get(key)!.bytes.length, modifiedMs: seen.get(key)!.modifiedMs })),
        folders: [...shownFolders],
        continuation: page.length < all.length ? page.at(-1)! : null,
      };
    });
  }

  remove(keys: readonly string[]): Promise<void> {
    return this.gate.pass("removeObjects", this.pathOf(keys.join(" ")), () => {
      for (const key of keys) this.held.delete(key, this.gate.nowMs());
    });
  }

  async upload(key: string): Promise<ObjectUpload> {
    const parts = new Map<number, Uint8Array>();
    let isKnown = true;
    return {
      part: async (number, bytes) => void parts.set(number, bytes.slice()),
      complete: () =>
        this.gate.pass("completeUpload", this.pathOf(key), () => {
          if (!isKnown) throw new ObjectStoreError("NoSuchUpload", "it is complete, or was given up", false);
          const all = [...parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes);
          const placed = this.place(key, new Uint8Array(Buffer.concat(all)), true);
          isKnown = !placed;
          return placed;
        }),
      abort: async () => {
        isKnown = false;
      },
    };
  }

  private place(key: string, bytes: Uint8Array, onlyNew: boolean): boolean {
    if (onlyNew && this.held.objects.has(key)) return false;
    this.held.set(key, bytes, this.gate.nowMs());
    return true;
  }

  private pathOf(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }
}

/** A key as a listing by folders shows it: itself, or the folder below the prefix that it lies in. */
function nameOf(key: string, prefix: string): string {
  const slash = key.indexOf("/", prefix.length);
  return slash < 0 ? key : key.slice(0, slash + 1);
}
