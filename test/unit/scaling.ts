/** Processor time of the work in milliseconds: what other processes do does not count. */
async function cpuMs(work: () => unknown): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

/** Doublings that are measured together: what a compiler or a collector does in between weighs less than in one. */
const doublings = 3;

/** Twice the size takes at most 2.5 times the time. */
export const linearGrowth = 2.5 ** doublings;

/** On a busy machine caches and the collector make single answers bad, several in turn even; work that is not linear stays bad in all of them. */
const attempts = 6;

/**
 * How many times as long eight times the size takes: the best of several runs each. `make` prepares what is measured; `size` should take some milliseconds.
 * Measured anew when the answer is bad, which on a busy machine may be chance.
 *
 * @example expect(await growth(makeText, decode, 100_000)).toBeLessThan(linearGrowth)
 */
export async function growth<T>(make: (size: number) => T, work: (made: T) => unknown, size: number): Promise<number> {
  const [small, large] = [make(size), make(size * 2 ** doublings)];
  await work(small);
  let best = Infinity;
  for (let attempt = 0; attempt < attempts && best >= linearGrowth; attempt++) {
    let [a, b] = [Infinity, Infinity];
    for (let i = 0; i < 3; i++) a = Math.min(a, await cpuMs(() => work(small)));
    for (let i = 0; i < 2; i++) b = Math.min(b, await cpuMs(() => work(large)));
    best = Math.min(best, b / Math.max(a, 2));
  }
  return best;
}
