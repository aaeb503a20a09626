import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { progressView, type Terminal } from "../../cli/progressView.js";
import { compact } from "../../cli/tally.js";
import type { StreamingQueryProgress } from "../../engine/query/progress.js";

function progressOf(name: string, batchId: number, lateRows = 0, numOutputRows = 3): StreamingQueryProgress {
  return {
    id: name,
    runId: "run",
    name,
    timestamp: "2026-01-01T00:00:00.000Z",
    batchId,
    batchDuration: 5,
    numInputRows: 10,
    inputRowsPerSecond: 10,
    processedRowsPerSecond: 2000,
    durationMs: {},
    eventTime: { watermark: "2026-01-01T00:00:00.000Z" },
    stateOperators: [
      {
        operatorName: "stateStoreSave",
        numRowsTotal: 7,
        numRowsUpdated: 1,
        numRowsRemoved: 0,
        allUpdatesTimeMs: 0,
        allRemovalsTimeMs: 0,
        commitTimeMs: 0,
        memoryUsedBytes: 0,
        numRowsDroppedByWatermark: 0,
        numShufflePartitions: 1,
        numStateStoreInstances: 1,
        customMetrics: { lateRows },
      },
    ],
    sources: [],
    observedMetrics: {},
    sink: { description: "sink", numOutputRows, metrics: {} },
  };
}

/** A terminal that does what the escape codes say: what a person would see. */
class Screen implements Terminal {
  readonly isTTY = true;
  private lines: string[] = [""];

  constructor(readonly columns: number) {}

  write(text: string): void {
    for (const part of text.replaceAll("\u001b[", "ESC").split(/(ESC\d+[AJ]|\n)/)) {
      const up = /^ESC(\d+)A$/.exec(part);
      if (up) this.lines = [...this.lines.slice(0, this.lines.length - 1 - Number(up[1])), ""];
      else if (part === "\n") this.lines.push("");
      else if (!part.startsWith("ESC")) this.lines[this.lines.length - 1] += part;
    }
  }

  get shown(): readonly string[] {
    return this.lines.slice(0, -1);
  }
}

type Event = { readonly kind: "progress" | "note" | "board"; readonly query: number; readonly lines: number; readonly out: number };

const events = fc.array(
  fc.record({
    kind: fc.constantFrom("progress" as const, "note" as const, "board" as const),
    query: fc.nat(2),
    lines: fc.integer({ min: 1, max: 4 }),
    out: fc.constantFrom(0, 0, 3),
  }),
  { maxLength: 30 },
);

describe("kind: a batch that emits and is not shown: the view of a terminal", () => {
  test("notes stay; below them the board and the lines of each query, never wider than the screen; a batch that wrote is always shown", () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 25, max: 200 }), (all: readonly Event[], columns) => {
        const screen = new Screen(columns);
        const view = progressView("people", screen, () => 0);
        const notes: string[] = [];
        // Of each query: the last batch that wrote, and the newest if that is another.
        const shown = new Map<number, { wrote: number | null; newest: number | null }>();
        const linesShown = (): number =>
          [...shown.values()].flatMap(({ wrote, newest }) => [wrote, newest]).filter((batch) => batch !== null).length;
        let board: string[] = [];
        for (const [i, { kind, query, lines, out }] of all.entries()) {
          const text = Array.from({ length: lines }, (_, line) => `${kind} ${i}.${line}`);
          if (kind === "progress") {
            shown.set(query, out > 0 ? { wrote: i, newest: null } : { wrote: shown.get(query)?.wrote ?? null, newest: i });
            view.progress(progressOf(`query ${query}`, i, 0, out));
          }
          if (kind === "note") notes.push(...text);
          if (kind === "note") view.note(text.join("\n"));
          if (kind === "board") board = text;
          if (kind === "board") view.board(text.join("\n"));
          expect(screen.shown.slice(0, notes.length + board.length)).toEqual([...notes, ...board]);
          expect(screen.shown.length).toBe(notes.length + board.length + linesShown());
          for (const [one, { wrote, newest }] of shown)
            for (const batch of [wrote, newest].filter((each) => each !== null)) {
              expect(screen.shown.some((line) => line.startsWith(`query ${one} · batch ${batch}`.slice(0, columns - 1)))).toBe(true);
            }
          expect(screen.shown.slice(notes.length).every((line) => line.length < columns)).toBe(true);
        }
        view.end();
        // The last lines of each query stay.
        expect(screen.shown.length).toBe(notes.length + linesShown());
      }),
    );
  });
});

describe("kind: a batch that emits and is not shown: the view of a log", () => {
  test("every batch that wrote something, else at most a line an interval and query, the last one too; totals are told apart", () => {
    let nowMs = 0;
    let written = "";
    const view = progressView("people", { isTTY: false, columns: 80, write: (text) => void (written += text) }, () => nowMs);
    for (let batch = 0; batch <= 100; batch++, nowMs += 99) view.progress(progressOf("counts", batch, 1, batch % 40 === 5 ? 2 : 0));
    view.end();
    const lines = [...written.matchAll(/counts · batch (\d+) · 10 rows in, (\d) out .* in all (\d+) rows in, (\d+) out, (\d+) late\n/g)];
    // 5, 45 and 85 wrote something.
    expect(lines.map((line) => line.slice(1, 4).map(Number))).toEqual(
      [0, 5, 16, 27, 38, 45, 56, 67, 78, 85, 96, 100].map((batch) => [batch, batch % 40 === 5 ? 2 : 0, 10 * (batch + 1)]),
    );
    expect(lines.at(-1)!.slice(4).map(Number)).toEqual([6, 101]);
    expect(view.tally("counts").summary).toBe(
      "ended after batch 100: 1010 rows in, 6 out, 101 too late; 7 rows of state kept for the next run",
    );
  });
});

test("numbers are short, and no more than half a percent off", () => {
  expect([0, 9999, 10_000, 123_456, 999_499, 999_500, 1_234_567, 12e9].map(compact)).toEqual([
    "0",
    "9999",
    "10.0k",
    "123k",
    "999k",
    "1.00M",
    "1.23M",
    "12.0G",
  ]);
  fc.assert(
    fc.property(fc.double({ min: 1, max: 9e11, noNaN: true }), (value) => {
      const [, digits, unit] = /^([\d.]+)([kMG]?)$/.exec(compact(value))!;
      const read = Number(digits) * { "": 1, k: 1e3, M: 1e6, G: 1e9 }[unit as "" | "k" | "M" | "G"];
      expect(Math.abs(read - value)).toBeLessThanOrEqual(Math.max(0.5, value * 0.005));
    }),
  );
});
