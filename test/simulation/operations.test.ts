import { describe, expect, it, vi } from "vitest";
import { Random } from "./world/random.js";
import { during } from "./harness/during.js";
import { randomRounds, type Round } from "./harness/input.js";
import { simulatedQueries } from "./harness/queries.js";
import { Simulation, undisturbed } from "./harness/simulation.js";
import { survive } from "./harness/survive.js";

// Many runs a test, on a machine that may be busy.
vi.setConfig({ testTimeout: 900_000 });

// A crash, or an error of the disk, in every single change that a query makes to it.

const query = simulatedQueries.find(({ name }) => name === "tumbling windows, append")!;
const rounds: Round[] = randomRounds(new Random(5), { inputs: 1, rounds: 3, filesPerRound: 1, linesPerFile: 6, lateRows: true });

describe("every change of the disk", () => {
  it.each(["kill", "power"] as const)("may be the last (%s)", async (kind) => {
    const expected = await undisturbed(query, rounds);
    let operation = 0;
    for (let hit = true; hit;) {
      operation++;
      const simulation = new Simulation(query, operation);
      const { output, deaths } = await survive(simulation, rounds, (start) => {
        if (start === 0) simulation.world.crashAtOperation(operation, kind);
      });
      await during(`${kind} in operation ${operation}`, async () => expect(output).toEqual(expected));
      hit = deaths > 0 || simulation.world.trace.some((line) => line === "not begun" || line === "half" || line === "done");
    }
    expect(operation).toBeGreaterThan(100);
  });

  it.each(["EIO", "ENOSPC"])("may fail (%s)", async (code) => {
    const expected = await undisturbed(query, rounds);
    const conditions = new Set<string>();
    let operation = 0;
    for (let hit = true; hit;) {
      operation++;
      const simulation = new Simulation(query, operation);
      simulation.onFailure = ({ condition }) => conditions.add(condition);
      const { output } = await survive(simulation, rounds, (start) => {
        if (start === 0) simulation.world.failAtOperation(operation, code);
      });
      await during(`${code} in operation ${operation}`, async () => expect(output).toEqual(expected));
      hit = simulation.world.trace.some((line) => line === code);
    }
    expect(operation).toBeGreaterThan(100);
    const [reason] = code === "EIO" ? ["IO"] : ["DISK_FULL"];
    expect([...conditions].toSorted()).toEqual([`CHECKPOINT_WRITE_FAILED.${reason}`, `SINK_WRITE_FAILED.${reason}`]);
  });
});
