import fc from "fast-check";
import type { StateChanges } from "../../../engine/contract/state.js";
import type { StatefulOperator } from "../../../engine/physical/operator.js";

/** Numbers of state partitions that the tests draw. */
export const partitionCounts = fc.constantFrom(1, 3, 4, 256);

/** What a fresh operator goes on from. `slices`: a snapshot whose slices were taken behind different batches, and the deltas since the first. */
export type RestartFrom = "snapshot" | "deltas" | "slices";

/** Whether an operator starts anew, from what, and into how many partitions its state is then cut. */
export const restarts = fc.option(
  fc.record({ from: fc.constantFrom<RestartFrom>("snapshot", "deltas", "slices"), partitions: partitionCounts }),
  { freq: 2 },
);

/** Key groups that are saved behind one batch: a snapshot takes three. */
const slice = 100;

/** What was saved of an operator, as a state store would keep it. */
export class SavedState {
  readonly #deltas: StateChanges[] = [];
  #slices: StateChanges[] = [];
  #sliced = 0;
  /** Deltas that the slices under way may lack. */
  #base = 0;
  #complete: { readonly slices: readonly StateChanges[]; readonly base: number } | null = null;

  /** Saves what a batch changed, and the next slice. */
  add(operator: StatefulOperator): void {
    const before = this.#deltas.length;
    this.#deltas.push(...operator.changes());
    if (this.#sliced === 0) this.#base = before;
    const to = Math.min(256, this.#sliced + slice);
    this.#slices.push(...operator.snapshot({ from: this.#sliced, to }));
    this.#sliced = to % 256;
    if (this.#sliced > 0) return;
    this.#complete = { slices: this.#slices, base: this.#base };
    this.#slices = [];
  }

  /** Puts the saved state into an operator that has none. */
  restore(operator: StatefulOperator, from: RestartFrom, before: StatefulOperator): void {
    const changes =
      from === "snapshot" ? [...before.snapshot({ from: 0, to: 256 })] : from === "deltas" ? this.#deltas : this.#sinceSlices();
    for (const change of changes) operator.restore(change);
    // A run that starts takes up no snapshot of another.
    this.#slices = [];
    this.#sliced = 0;
  }

  #sinceSlices(): readonly StateChanges[] {
    return this.#complete === null ? this.#deltas : [...this.#complete.slices, ...this.#deltas.slice(this.#complete.base)];
  }
}
