import type { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";
import type { KeyedTable } from "../../state/keyedTable.js";

/** Names of sessions that are no session's any more: slots of keys, and starts. */
export class GoneSessions {
  readonly #keys = new IntList();
  #starts: number[] = [];

  get count(): number {
    return this.#keys.count;
  }

  add(key: number, startUs: number): void {
    this.#keys.push(key);
    this.#starts.push(startUs);
  }

  clear(): void {
    this.#keys.clear();
    this.#starts = [];
  }

  /** By the hash of their keys, those of one key by their starts. */
  sorted(table: KeyedTable, sorter: HashSorter): { readonly keys: Int32Array; readonly starts: Float64Array } {
    const keys = this.#keys.values;
    const starts = this.#starts;
    const entries = Int32Array.from({ length: this.count }, (_, e) => e);
    sorter.sort(entries, this.count, table.hashes, keys, (a, b) =>
      keys[a] === keys[b] ? starts[a]! - starts[b]! : table.compareKeys(keys[a]!, keys[b]!),
    );
    return { keys: entries.map((e) => keys[e]!), starts: Float64Array.from(entries, (e) => starts[e]!) };
  }
}
