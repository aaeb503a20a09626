/**
 * What is made once for a text and kept: loops, patterns, decoders. The one policy for all of them: at most `limit`, and the oldest goes when there is
 * no room, so that texts that come out of the data cannot fill the memory.
 */
export class Cache<V> {
  readonly #values = new Map<string, V>();

  constructor(private readonly limit: number) {}

  /** The value of a key, made when nobody has asked for it before. What `make` throws is not kept. */
  get(key: string, make: () => V): V {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = make();
    if (this.#values.size >= this.limit) this.#values.delete(this.#values.keys().next().value!);
    this.#values.set(key, value);
    return value;
  }

  get size(): number {
    return this.#values.size;
  }
}
