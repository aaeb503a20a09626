/**
 * What is made once for a text and kept: loops, patterns, decoders. The one policy for all of them: at most `limit`, and the oldest goes when there is
 * no room, so that texts that come out of the data cannot fill the memory.
 */
export class Cache<V> {
  readonly #values = new Map<string, V>();
  /** What was asked for last, which is often asked for again. */
  #last: { readonly key: string; readonly value: V } | null = null;

  constructor(private readonly limit: number) {}

  /** The value of a key, made when nobody has asked for it before. What `make` throws is not kept. */
  get(key: string, make: () => V): V {
    if (this.#last !== null && this.#last.key === key) return this.#last.value;
    const known = this.#values.get(key);
    const value = known === undefined ? this.#put(key, make()) : known;
    this.#last = { key, value };
    return value;
  }

  #put(key: string, value: V): V {
    if (this.#values.size >= this.limit) this.#values.delete(this.#values.keys().next().value!);
    this.#values.set(key, value);
    return value;
  }

  get size(): number {
    return this.#values.size;
  }
}
