import type { ObjectStore } from "../../engine/contract/objectStore.js";
import type { Retries } from "./retries.js";

/** A bucket, and how often it is asked again. */
export interface Bucket {
  readonly name: string;
  readonly store: ObjectStore;
  readonly retries: Retries;
  /** How much of a large file is uploaded at a time. */
  readonly partBytes: number;
}

/** Puts what must not be there yet. When an answer was lost, what lies there may be ours. */
export async function putNew({ store, retries }: Bucket, key: string, bytes: Uint8Array): Promise<boolean> {
  return retries.run(async (mayBeDone) => {
    if (await store.put(key, bytes, true)) return true;
    if (!mayBeDone) return false;
    const there = await store.get(key);
    return there !== null && Buffer.compare(there.bytes, bytes) === 0;
  });
}
