/** A run of some of the tests, with more seeds, other pieces, or more mistakes than a change is tested with. */
export interface Part {
  readonly name: string;
  /** Files and folders of tests; none where a tool runs in their place. */
  readonly tests: readonly string[];
  /** A program among `.cache/tools` with its arguments, which ends with 0 when all is well. */
  readonly tool?: readonly string[];
  /** Environment variables that the tests read. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Suites whose answers must not depend on the size of the pieces in which rows and bytes are handled. */
const inPieces = ["test/golden", "test/compat", "test/unit", "test/contracts/source.test.ts", "test/contracts/sink.test.ts", "test/errors"];

/** Seeds of the simulation in one part: several parts can run at once. */
const seedsInAPart = 2500;

/** The parts of the nightly run, the longest first; `scale` 1 is all of it. `day` counts: each night has other seeds. */
export function parts(scale: number, day: number): readonly Part[] {
  const many = (count: number): string => String(Math.max(1, Math.round(count * scale)));
  const seed = String(day);
  const firstStory = 1 + (day % 1000) * 4 * seedsInAPart;
  return [
    ...[0, 1, 2, 3].map((part) => ({
      name: `simulation, ${part + 1} of 4`,
      tests: [],
      tool: ["simulate.js", "--seeds", many(seedsInAPart), "--from", String(firstStory + part * seedsInAPart)],
      parameters: { CHUNKS: `seed:${day + part}` },
    })),
    // 30 million events through each operator. A run of less than a tenth of them has not come to rest.
    ...(scale >= 0.1
      ? [{ name: "flat memory", tests: [], tool: ["bench.js", "memory", "--scale", String(Math.min(scale, 1))], parameters: {} }]
      : []),
    { name: "random queries, asked of Spark", tests: [], tool: ["streamFuzz.js", "--queries", many(300), "--seed", seed], parameters: {} },
    { name: "planted mistakes", tests: ["test/simulation/mutations.test.ts"], parameters: { MUTATIONS: scale >= 0.1 ? "all" : "1" } },
    { name: "everything killed at random", tests: ["test/e2e/chaos.test.ts"], parameters: { CHAOS_SECONDS: many(300), CHAOS_SEED: seed } },
    ...["1", `seed:${seed}`].map((size) => ({ name: `suites, pieces of ${size}`, tests: inPieces, parameters: { CHUNKS: size } })),
    { name: "laws", tests: ["test/property"], parameters: { PROPERTY_FACTOR: String(10 * scale), PROPERTY_SEED: seed } },
    { name: "fuzz", tests: ["test/fuzz"], parameters: { FUZZ_MUTATIONS: many(5000), FUZZ_SEED: seed } },
    { name: "Spark's SQL tests", tests: [], tool: ["sqlSuite.js"], parameters: {} },
    { name: "Nexmark", tests: ["test/nexmark"], parameters: { CHUNKS: "default" } },
  ];
}
