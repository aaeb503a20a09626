import fc from "fast-check";
import { expect, test } from "vitest";
import { collectBatches } from "../../dataframe/execution.js";
import { rowsOf } from "../../engine/arrow/columns.js";
import type { Value } from "../../engine/arrow/value.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { QueryWorld, type Start } from "../unit/query/queryWorld.js";
import { textOf } from "../simulation/harness/text.js";
import { build, flushLine, inputSchema, keyCount, streamingCases, type Line, type StreamingCase } from "./streamingCase.js";
import { runs } from "./runs.js";

// Law 1: the streaming result over any cut of the input is the batch result over the whole.

/** The files of a case; what the sizes leave over is in the last one. */
function filesOf({ lines, cut }: StreamingCase): Line[][] {
  const files: Line[][] = [];
  let at = 0;
  for (const size of cut.sizes) files.push(lines.slice(at, (at += size)));
  files.push(lines.slice(at));
  return files;
}

async function streamed(given: StreamingCase): Promise<Value[][]> {
  const world = new QueryWorld();
  const { cut, mode, noData } = given;
  const start: Start = {
    build: (input) => build(given, input),
    schema: inputSchema,
    readOptions: { maxFilesPerTrigger: String(cut.maxFilesPerTrigger) },
    outputMode: mode,
    trigger: { processingTime: 0 },
    conf: { "spark.sql.streaming.noDataMicroBatches.enabled": String(noData), "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2" },
  };
  const files = filesOf(given);
  // Without batches without data it takes one more row for the last watermark to act.
  files.push([flushLine(given.lines.length)], [flushLine(given.lines.length)]);
  let query: StreamingQuery | null = null;
  try {
    for (const [i, lines] of files.entries()) {
      await world.file(`${String(i).padStart(3, "0")}.json`, lines.map((line) => `${line}\n`).join(""));
      // Sometimes several files wait; never the last two, of which one acts upon the watermark that the other moves.
      if (i + 2 < files.length && cut.restarts[(i + 3) % cut.restarts.length] && query === null) continue;
      query ??= await world.start(start);
      await query.processAllAvailable();
      if (cut.restarts[i % cut.restarts.length]) {
        await query.stop();
        query = null;
      }
    }
    if (query !== null) await query.stop();
    return mode === "complete" ? [...world.batches().values()].at(-1)! : world.rows();
  } finally {
    world.close();
  }
}

/** `lines` as one bounded table. */
async function batch(given: StreamingCase, lines: readonly Line[]): Promise<Value[][]> {
  const world = new QueryWorld();
  try {
    await world.file("all.json", lines.map((line) => `${line}\n`).join(""));
    const session = world.session();
    const frame = build(given, session.read.schema(inputSchema).json("/data/in"));
    return (await collectBatches(session, frame.plan)).flatMap(rowsOf);
  } finally {
    world.close();
  }
}

/** Rows by their keys; of several with one key the last, as update mode means it. */
function byKey(rows: readonly Value[][], keys: number, isUpdate: boolean): Map<string, Value[]> {
  const found = new Map<string, Value[]>();
  for (const row of rows) {
    const key = textOf(row.slice(0, keys));
    expect(isUpdate || !found.has(key)).toBe(true);
    found.set(key, row.slice(keys));
  }
  return found;
}

function isSame(a: Value, b: Value): boolean {
  if (typeof a !== "number" || typeof b !== "number") return textOf(a) === textOf(b);
  return Object.is(a, b) || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

test("the stream's result is the table's", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(streamingCases, async (given) => {
      const { lines, mode } = given;
      const flush = flushLine(lines.length);
      const keys = keyCount(given);
      const actual = await streamed(given);
      // In append mode the windows of the last rows stay open.
      const expected = await batch(given, mode === "append" && keys !== null ? lines : [...lines, flush, flush]);
      compared += expected.length;
      if (keys === null) {
        expect(actual.map(textOf).toSorted()).toEqual(expected.map(textOf).toSorted());
        return;
      }
      const [left, right] = [byKey(actual, keys, mode === "update"), byKey(expected, keys, false)];
      expect([...left.keys()].toSorted()).toEqual([...right.keys()].toSorted());
      const different = [...left].filter(([key, row]) => !row.every((value, i) => isSame(value, right.get(key)![i]!)));
      expect(different.map(([key, row]) => [key, textOf(row), textOf(right.get(key))])).toEqual([]);
    }),
    { numRuns: runs(80) },
  );
  expect(compared).toBeGreaterThan(runs(80));
});
