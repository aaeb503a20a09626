import type { Pause } from "../../../engine/physical/operator.js";

/** What is pulled from operators of which none waits. */
export function* withoutPauses<T extends object>(pulled: Iterable<T | Pause>): Generator<T, void, void> {
  for (const given of pulled) {
    if ("until" in given) throw new Error("an operator waits");
    yield given;
  }
}
