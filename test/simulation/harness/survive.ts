import { assert } from "../../../engine/errors/assert.js";
import type { Round } from "./input.js";
import type { Simulation } from "./simulation.js";
import type { BatchRows } from "./text.js";

export interface Survived<Output = ReadonlyMap<number, BatchRows>> {
  readonly output: Output;
  /** How often the query did not reach the end of what was there. */
  readonly deaths: number;
}

/**
 * Runs rounds to their ends, however often the process dies or fails on the way, then looks at what came out.
 *
 * @param arrange called before every start with its number: says where the run that starts now dies
 */
export function survive(simulation: Simulation, rounds: readonly Round[], arrange: (start: number) => void): Promise<Survived> {
  return surviveTo(simulation, rounds, arrange, () => simulation.output());
}

/** The same with another look at what came out. */
export async function surviveTo<Output>(
  simulation: Simulation,
  rounds: readonly Round[],
  arrange: (start: number) => void,
  look: () => Promise<Output>,
  behind: (round: number) => Promise<void> = async () => {},
): Promise<Survived<Output>> {
  let starts = 0;
  let deaths = 0;
  try {
    for (const [i, round] of rounds.entries()) {
      await simulation.arrive(round);
      for (let done = false; !done;) {
        assert(starts < 200, "the query never gets through");
        arrange(starts++);
        done = await simulation.run();
        if (!done) deaths++;
      }
      await behind(i);
    }
    simulation.world.cancelCrash();
    simulation.world.heal();
    return { output: await look(), deaths };
  } finally {
    simulation.close();
  }
}
