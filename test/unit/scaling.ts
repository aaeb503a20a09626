/** Processor time of the work in milliseconds: what other processes do does not count. */
function cpuMs(work: () => unknown): number {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

/** Over two doublings of the size: twice the size takes at most 2.5 times the time. */
export const linearGrowth = 2.5 ** 2;

/**
 * How many times as long four times the size takes: the best of several runs each. `make` prepares what is measured; `size` should take some milliseconds.
 *
 * @example expect(growth(makeText, decode, 100_000)).toBeLessThan(linearGrowth)
 */
export function growth<T>(make: (size: number) => T, work: (made: T) => unknown, size: number): number {
  const [small, large] = [make(size), make(size * 4)];
  for (let i = 0; i < 3; i++) work(small);
  const best = (made: T, runs: number): number => Math.min(...Array.from({ length: runs }, () => cpuMs(() => work(made))));
  const [a, b] = [best(small, 6), best(large, 5)];
  return b / Math.max(a, 2);
}
