import { assert } from "../../../engine/errors/assert.js";
import type { Round } from "./input.js";
import type { Simulation } from "./simulation.js";
import type { BatchRows } from "./text.js";

export interface Survived {
  readonly output: ReadonlyMap<number, BatchRows>;
  /** How often the query did not reach the end of what was there. */
  readonly deaths: number;
}

/**
 * Runs rounds to their ends, however often the process dies or fails on the way, then looks at what came out.
 *
 * @param arrange called before every start with its number: says where the run that starts now dies
 */
export async function survive(simulation: Simulation, rounds: readonly Round[], arrange: (start: number) => void): Promise<Survived> {
  let starts = 0;
  let deaths = 0;
  try {
    for (const round of rounds) {
      await simulation.arrive(round);
      for (let done = false; !done;) {
        assert(starts < 200, "the query never gets through");
        arrange(starts++);
        done = await simulation.run();
        if (!done) deaths++;
      }
    }
    simulation.world.cancelCrash();
    simulation.world.heal();
    return { output: await simulation.output(), deaths };
  } finally {
    simulation.close();
  }
}
