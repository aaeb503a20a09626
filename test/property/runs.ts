/** How often each law is tried, times this: more in the nightly run. */
const factor = Number(process.env["PROPERTY_FACTOR"] ?? 1);

/** How often a law is tried that is tried `count` times for every change. */
export function runs(count: number): number {
  return Math.max(1, Math.round(count * factor));
}

/** Which of many cases are tried: each of so many here, more of them in the nightly run, which may be all. */
export function stride(count: number): number {
  return Math.max(1, Math.round(count / factor));
}
