import { afterEach, expect, it } from "vitest";
import { expr } from "../../../dataframe/functions.js";
import type { Runtime } from "../../../engine/contract/runtime.js";
import { QueryWorld, type Frame, type Start } from "./queryWorld.js";

// What a start tells while it loads a state that takes long.

const machine = new QueryWorld();

afterEach(() => machine.close());

/** A process on a machine where everything takes long: its clock goes on by so much whenever it is asked. */
function slow(process: Runtime, stepMs: number): Runtime {
  let passedMs = 0;
  return {
    ...process,
    clock: {
      ...process.clock,
      nowMs: () => process.clock.nowMs(),
      sleep: (...args) => process.clock.sleep(...args),
      monotonicMs: () => (passedMs += stepMs),
    },
  };
}

it("says how far it is, and about how long it will take, every five seconds", async () => {
  const query: Start = { outputMode: "update", build: (input: Frame) => input.groupBy("k").agg(expr("sum(v)")) };
  for (let i = 0; i < 6; i++) {
    await machine.file(`${i}.json`, [{ k: `key ${i}`, v: i }]);
    await machine.run(query);
  }
  const loading = (): string[] => machine.warnings.filter((text) => text.startsWith("loading the state"));
  expect(loading()).toEqual([]);
  await machine.run({ ...query, runtime: slow(machine.process(), 3000) });
  const numbers = loading().map((text) => /: ([\d.]+) of ([\d.]+) MB after (\d+) s, about (\d+) s to go$/.exec(text)!.slice(1).map(Number));
  expect(numbers.length).toBeGreaterThan(1);
  for (const [i, [done, total, took, left]] of numbers.entries()) {
    expect(done).toBeLessThanOrEqual(total!);
    expect(took).toBeGreaterThanOrEqual(5 * (i + 1));
    if (i > 0) expect(left).toBeLessThan(numbers[i - 1]![3]!);
  }
});
