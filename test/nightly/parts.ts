/** A run of some of the tests, with more seeds, other chunks, or more mutations than a change is tested with. */
export interface Part {
  readonly name: string;
  /** Files and folders of tests; none where a tool runs in their place. */
  readonly tests: readonly string[];
  /** A program among `.cache/tools` with its arguments, which ends with 0 when all is well. */
  readonly tool?: readonly string[];
  /** Environment variables that the tests read. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Sizes of the pieces in which rows and bytes are handled: one, two, three, a drawn mixture, and those of production. */
const chunks = ["1", "2", "3", "seed:20261126", "default"];

/** Whole queries. Their state partitions are 1 and 3 (golden), drawn (properties), or drawn from 1, 3, 4 and 64 (simulation). */
const queries = ["test/golden", "test/property", "test/simulation", "test/compat"];

/** Suites whose answers must not depend on the size of the pieces. */
const inPieces = ["test/unit", "test/contracts/source.test.ts", "test/contracts/sink.test.ts", "test/errors"];

/** The parts of the nightly run; `scale` 1 is all of it. */
export function parts(scale: number): readonly Part[] {
  const many = (count: number): string => String(Math.max(1, Math.round(count * scale)));
  // Every night begins where another one ended.
  const seed = String(Math.floor(Date.now() / 86_400_000) * 100_000);
  return [
    {
      name: "simulation",
      tests: ["test/simulation"],
      parameters: { SIMULATION_SEEDS: many(10_000), MUTATIONS: scale >= 0.1 ? "all" : "2" },
    },
    { name: "everything killed at random", tests: ["test/e2e/chaos.test.ts"], parameters: { CHAOS_SECONDS: many(300) } },
    ...chunks.map((size) => ({ name: `queries, pieces of ${size}`, tests: queries, parameters: { CHUNKS: size } })),
    ...chunks
      .filter((size) => scale >= 1 || size === "1")
      .map((size) => ({ name: `suites, pieces of ${size}`, tests: inPieces, parameters: { CHUNKS: size } })),
    { name: "fuzz", tests: ["test/fuzz"], parameters: { FUZZ_MUTATIONS: many(10_000), FUZZ_SEED: seed } },
    { name: "damaged Parquet", tests: ["test/property/damagedParquet.test.ts"], parameters: scale >= 1 ? { TIDEMARK_NIGHTLY: "1" } : {} },
    { name: "random queries, asked of Spark", tests: [], tool: ["streamFuzz.js", "--queries", many(300)], parameters: {} },
    // 30 million events through each operator. A run of less than a tenth of them has not come to rest.
    ...(scale >= 0.1
      ? [{ name: "flat memory", tests: [], tool: ["bench.js", "memory", "--scale", String(Math.min(scale, 1))], parameters: {} }]
      : []),
    { name: "properties", tests: ["test/property"], parameters: { PROPERTY_RUNS: many(20_000), PROPERTY_SEED: seed.slice(-9) } },
  ];
}
