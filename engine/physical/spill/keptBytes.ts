import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";

/** The bytes of kept batches. What several of them share (a dictionary, a buffer of texts) counts once. */
export class KeptBytes {
  total = 0;
  readonly #counted = new WeakSet<ArrayBufferLike>();

  add({ columns }: Batch): void {
    for (const column of columns) this.#add(column);
  }

  #add(column: Column): void {
    if (column.nulls !== null) this.#buffer(column.nulls);
    switch (column.encoding) {
      case "null":
        return;
      case "constant":
        return this.#add(column.value);
      case "dictionary":
        this.#buffer(column.codes);
        return this.#add(column.dictionary);
      case "view":
        this.#buffer(column.starts);
        this.#buffer(column.lengths);
        return this.#buffer(column.data);
      case "utf8":
        this.#buffer(column.offsets);
        return this.#buffer(column.data);
      case "list":
        this.#buffer(column.offsets);
        return this.#add(column.element);
      case "map":
        this.#buffer(column.offsets);
        this.#add(column.keys);
        return this.#add(column.values);
      case "struct":
        for (const child of column.children) this.#add(child);
        return;
      default:
        return this.#buffer(column.values);
    }
  }

  #buffer({ buffer }: ArrayBufferView): void {
    if (this.#counted.has(buffer)) return;
    this.#counted.add(buffer);
    this.total += buffer.byteLength;
  }
}
