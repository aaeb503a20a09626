import type { Batch } from "../../arrow/batch.js";
import { buffers } from "../../arrow/buffers.js";
import { fromRaw, paddingOf, rawBytes, toRaw, type RawBatch } from "../../arrow/rawBatch.js";
import type { Schema } from "../../arrow/types.js";
import type { SpillFile } from "../../contract/spill.js";
import { waitFor, type Pause } from "../operator.js";
import type { QueryMemory } from "./queryMemory.js";

/** A batch on disk. */
interface Piece extends Pick<RawBatch, "shapes" | "length"> {
  readonly at: number;
  readonly bytes: number;
}

const zeros = new Uint8Array(8);

/** Files on disk that lists of batches share, opened when the first is written. */
export class SpillStore {
  #file: SpillFile | null = null;

  constructor(private readonly memory: QueryMemory) {}

  *write(batch: Batch): Generator<Pause, Piece, void> {
    const file = (this.#file ??= yield* waitFor(this.memory.open()));
    const raw = toRaw(batch);
    const at = yield* waitFor(file.append(raw.parts.flatMap((part) => [part, zeros.subarray(0, paddingOf(part.byteLength))])));
    const bytes = rawBytes(raw);
    this.memory.spilledBytes += bytes;
    return { shapes: raw.shapes, length: raw.length, at, bytes };
  }

  *read(schema: Schema, piece: Piece): Generator<Pause, Batch, void> {
    const bytes = buffers.bytes(piece.bytes);
    yield* waitFor(this.#file!.read(piece.at, bytes));
    return fromRaw(schema, piece, bytes);
  }
}

/** Batches that lie on disk, in the order in which they were added. */
export class SpilledBatches {
  readonly #pieces: Piece[] = [];
  rows = 0;

  constructor(
    private readonly store: SpillStore,
    readonly schema: Schema,
  ) {}

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** How many batches there are. */
  get count(): number {
    return this.#pieces.length;
  }

  *add(batch: Batch): Generator<Pause, void, void> {
    if (batch.length === 0) return;
    this.#pieces.push(yield* this.store.write(batch));
    this.rows += batch.length;
  }

  /** The batch at a place, in buffers of its own. */
  read(place: number): Generator<Pause, Batch, void> {
    return this.store.read(this.schema, this.#pieces[place]!);
  }
}
