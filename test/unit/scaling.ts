import { expect } from "vitest";

/** Processor time of the work in milliseconds: what other processes do does not count. */
function cpuMs(work: () => unknown): number {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

/**
 * Twice the size takes at most 2.5 times the time: seen over two doublings, the best of several runs each. `make` prepares what is measured; `size` should
 * take some milliseconds.
 */
export function expectLinear<T>(make: (size: number) => T, work: (made: T) => unknown, size: number): void {
  const [small, large] = [make(size), make(size * 4)];
  for (let i = 0; i < 3; i++) work(small);
  const best = (made: T, runs: number): number => Math.min(...Array.from({ length: runs }, () => cpuMs(() => work(made))));
  const [a, b] = [best(small, 6), best(large, 5)];
  expect(b / Math.max(a, 2)).toBeLessThan(2.5 ** 2);
}
