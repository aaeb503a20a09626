/** What a store knows of an object. */
export interface ObjectInfo {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** Bytes of an object, and which version of it they are of. */
export interface ObjectBytes {
  readonly bytes: Uint8Array;
  /** Of the whole object. */
  readonly sizeBytes: number;
  readonly etag: string;
}

/** Bytes from `start` on, `length` of them or those that there are. */
export interface ObjectRange {
  readonly start: number;
  readonly length: number;
  /** The version that they must be of. */
  readonly etag?: string;
}

export interface ListRequest {
  readonly prefix: string;
  /** What lies deeper than the next slash is one name. */
  readonly folders: boolean;
  /** At most so many entries. */
  readonly limit?: number;
  /** Where the last answer ended. */
  readonly continuation?: string;
}

/** Some of a listing. */
export interface ListPage {
  readonly objects: readonly ObjectInfo[];
  /** Prefixes that end in a slash. */
  readonly folders: readonly string[];
  /** Null at the end. */
  readonly continuation: string | null;
}

/** An upload in parts, which is an object when it is completed. */
export interface ObjectUpload {
  /** @param number from 1 on */
  part(number: number, bytes: Uint8Array): Promise<void>;
  /** False when the key is taken. */
  complete(): Promise<boolean>;
  abort(): Promise<void>;
}

/**
 * One bucket of an object store. Every call is one request, which is not tried again: whoever asks must know whether an answer was lost.
 *
 * What an answer says is durable. A missing object is null; whatever fails rejects with an `ObjectStoreError`.
 */
export interface ObjectStore {
  get(key: string, range?: ObjectRange): Promise<ObjectBytes | null>;
  head(key: string): Promise<ObjectInfo | null>;
  /** @param onlyNew false is given back, and nothing changes, when there is such an object */
  put(key: string, bytes: Uint8Array, onlyNew: boolean): Promise<boolean>;
  list(request: ListRequest): Promise<ListPage>;
  /** At most a thousand. Those that are not there are no failure. */
  remove(keys: readonly string[]): Promise<void>;
  /** Begins an upload of what must not be there yet. */
  upload(key: string): Promise<ObjectUpload>;
}

/** A request that failed. */
export class ObjectStoreError extends Error {
  override readonly name = "ObjectStoreError";

  /**
   * @param code as the store names the failure (`SlowDown`), or the system (`ECONNRESET`); or one of the system's that means the same, for callers who know those
   * @param again whether the same request may succeed later. It may have taken effect all the same.
   */
  constructor(
    readonly code: string,
    message: string,
    readonly again: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
