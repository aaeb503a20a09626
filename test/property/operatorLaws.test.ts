import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { collectBatches } from "../../dataframe/execution.js";
import { rowsOf } from "../../engine/arrow/columns.js";
import type { Value } from "../../engine/arrow/value.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { textOf } from "../simulation/harness/text.js";
import { QueryWorld, type Start } from "../unit/query/queryWorld.js";
import { events, flushes, inputSchema, isOfFlush, lineOf, type Event, type OperatorLaw } from "./laws/events.js";
import { groupLaws } from "./laws/groups.js";
import { joinLaws } from "./laws/joins.js";
import { rowLaws } from "./laws/rows.js";
import { runs } from "./runs.js";

// Law 1, operator by operator: over any cut of the input, through restarts, the stream gives what plain code makes of all rows at once; and so does a table.

vi.setConfig({ testTimeout: 900_000 });

const folders = ["/data/in/0", "/data/in/1"] as const;

/** How rows come: rows a file of each input, in turns; after which files the query has to have read all, and is started again. */
interface Cut {
  readonly sizes: readonly (readonly [number, number])[];
  readonly waits: readonly boolean[];
  readonly restarts: readonly boolean[];
  readonly maxFilesPerTrigger: number;
  readonly noData: boolean;
  readonly partitions: number;
}

const length = 6;
const flags = fc.array(fc.boolean(), { minLength: length, maxLength: length });
const cuts: fc.Arbitrary<Cut> = fc.record({
  sizes: fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: length }),
  waits: flags,
  restarts: flags,
  maxFilesPerTrigger: fc.integer({ min: 1, max: 3 }),
  noData: fc.boolean(),
  partitions: fc.constantFrom(1, 2, 4),
});

/** The files of an input; what the sizes leave over is in the last but the closing ones. */
function filesOf(rows: readonly Event[], sizes: readonly number[]): (readonly Event[])[] {
  const files: (readonly Event[])[] = [];
  let at = 0;
  for (const size of sizes) files.push(rows.slice(at, (at += size)));
  return [...files, rows.slice(at), ...flushes.map((row) => [row])];
}

function startOf(law: OperatorLaw, { maxFilesPerTrigger, noData, partitions }: Cut): Start {
  const readOptions = { maxFilesPerTrigger: String(maxFilesPerTrigger) };
  return {
    path: folders[0],
    schema: inputSchema,
    readOptions,
    build: (one, session) => law.build([one, session.readStream.schema(inputSchema).options(readOptions).json(folders[1])], session),
    outputMode: law.outputMode,
    trigger: { processingTime: 0 },
    conf: {
      "spark.sql.streaming.noDataMicroBatches.enabled": String(noData),
      "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2",
      "spark.sql.shuffle.partitions": String(partitions),
    },
  };
}

interface Streamed {
  readonly rows: Value[][];
  /** How many rows each operator keeps at the end. */
  readonly kept: readonly number[];
}

async function streamed(law: OperatorLaw, inputs: readonly (readonly Event[])[], cut: Cut): Promise<Streamed> {
  const world = new QueryWorld();
  const dealt = inputs.map((rows, i) =>
    filesOf(
      rows,
      cut.sizes.map((sizes) => sizes[i]!),
    ),
  );
  const steps = Math.max(...dealt.map((files) => files.length));
  let query: StreamingQuery | null = null;
  let kept: readonly number[] = [];
  try {
    for (const folder of folders) await world.world.files.makeDirectory(folder);
    for (let step = 0; step < steps; step++) {
      for (const [i, files] of dealt.entries())
        if (step < files.length) await world.file(`${String(step).padStart(2, "0")}.json`, files[step]!.map(lineOf).join(""), folders[i]);
      // Sometimes several files wait; never those that close everything, each of which acts upon the watermark that another moved.
      if (step < steps - flushes.length && cut.waits[step % length] && query === null) continue;
      query ??= await world.start(startOf(law, cut));
      await query.processAllAvailable();
      kept = query.lastProgress!.stateOperators.map(({ numRowsTotal }) => numRowsTotal);
      if (!cut.restarts[step % length]) continue;
      await query.stop();
      query = null;
    }
    if (query !== null) await query.stop();
    return { rows: law.outputMode === "complete" ? [...world.batches().values()].at(-1)! : world.rows(), kept };
  } finally {
    world.close();
  }
}

async function ofTable(law: OperatorLaw, inputs: readonly (readonly Event[])[]): Promise<Value[][]> {
  const world = new QueryWorld();
  try {
    const session = world.session();
    for (const [i, rows] of inputs.entries()) await world.file("all.json", rows.map(lineOf).join(""), folders[i]);
    const frames = inputs.map((_, i) => session.read.schema(inputSchema).json(folders[i]!));
    return (await collectBatches(session, law.build(frames, session).plan)).flatMap(rowsOf);
  } finally {
    world.close();
  }
}

/** Rows in an order of their own; of several with one key the last, as update mode means it. What is still open at the end is left out. */
function comparable({ outputMode, keys }: OperatorLaw, rows: readonly Value[][]): string[] {
  const settled = rows.filter((row) => !row.some(isOfFlush));
  if (outputMode !== "update" || keys === undefined) return settled.map(textOf).toSorted();
  return [...new Map(settled.map((row) => [textOf(row.slice(0, keys)), textOf(row)])).values()].toSorted();
}

/** Rows of which every operator makes something: each second a few, with keys and values in turns. */
const many: readonly Event[] = Array.from({ length: 30 }, (_, i) => ({
  atMs: Date.UTC(2026, 5, 1) + Math.floor(i / 3) * 2000,
  k: ["a", "b", null, "a"][i % 4]!,
  v: (i * 7) % 10,
}));
const plainCut: Cut = {
  sizes: [
    [5, 9],
    [12, 3],
  ],
  waits: [false, false, false, false, false, false],
  restarts: [true, false, true, false, false, true],
  maxFilesPerTrigger: 1,
  noData: true,
  partitions: 2,
};

const laws = [...joinLaws, ...groupLaws, ...rowLaws];

describe("the stream gives what plain code makes of the rows", () => {
  test.each(laws)("$name", async (law) => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(events, events, cuts, async (one, two, cut) => {
        const inputs = [one, two].slice(0, law.inputs);
        const all = inputs.map((rows) => [...rows, ...flushes]);
        const expected = comparable(law, law.model(all[0]!, all[1] ?? []));
        compared += expected.length;
        const { rows, kept } = await streamed(law, inputs, cut);
        expect(comparable(law, rows)).toEqual(expected);
        // The watermark has passed all but the closing rows: what is kept is what they alone leave.
        if (law.forgets === true)
          expect(kept).toEqual(
            (
              await streamed(
                law,
                inputs.map(() => []),
                cut,
              )
            ).kept,
          );
        if (law.streamOnly !== true) expect(comparable(law, await ofTable(law, all))).toEqual(expected);
      }),
      { numRuns: runs(2), examples: [[many, many, plainCut]] },
    );
    expect(compared).toBeGreaterThan(0);
  });
});
