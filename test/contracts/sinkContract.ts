import { afterEach, describe, expect, test } from "vitest";
import { batchFromRows, rowsOf } from "../../engine/arrow/columns.js";
import type { Batch } from "../../engine/arrow/batch.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { OutputBatchInfo, OutputIdentity, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { byText } from "./byText.js";
import { spoil } from "../runtime/spoiler.js";

/** What the suite writes. */
export const sinkSchema: Schema = types.struct([field("key", types.string), field("value", types.string)]);

/** A sink under test, and how to see what readers see. */
export interface SinkFixture {
  /** Opens the sink as a new run of the query would: same options, same target. */
  open(): Sink;
  /** The rows that count, in any order. */
  visible(): Promise<string[][]>;
  /** False for sinks that write at least once (foreachBatch, console). */
  readonly exactlyOnce: boolean;
  close(): Promise<void>;
}

export const sinkIdentity: OutputIdentity = { queryId: "11111111-1111-4111-8111-111111111111", runId: "run-1", outputId: "main" };

function infoOf(batchId: number, replay = false): OutputBatchInfo {
  return { batchId, outputMode: "append", schema: sinkSchema, keyColumns: null, changeColumn: null, batchTimeMs: 1000 + batchId, replay };
}

function rowsOfBatch(batchId: number): string[][] {
  return [0, 1, 2].map((i) => [`k${batchId}-${i}`, `value ${batchId}`]);
}

/** Lends rows to a sink for the call only: they are gone while it waits. */
async function lend(batch: SinkBatch, rows: readonly (readonly Value[])[]): Promise<void> {
  const lent = batchFromRows(sinkSchema, rows);
  const written = batch.write(lent);
  spoil(lent);
  await written;
}

/** Rows as text, for fixtures whose readers give batches. */
export function textRows(batches: readonly Batch[]): string[][] {
  return batches.flatMap((batch) => rowsOf(batch).map((row) => row.map(String)));
}

async function write(sink: Sink, batchId: number, upTo: "write" | "prepare" | "commit", replay = false): Promise<void> {
  const batch = await sink.open(infoOf(batchId, replay));
  expect(batch).not.toBeNull();
  for (const row of rowsOfBatch(batchId)) await lend(batch!, [row]);
  if (upTo === "write") return;
  await batch!.prepare();
  if (upTo === "commit") await batch!.commit();
}

function rowsOfBatches(...batchIds: readonly number[]): unknown[] {
  return batchIds.flatMap(rowsOfBatch).toSorted(byText);
}

/** What every sink promises (engine/contract/sink.ts). */
export function sinkContract(name: string, make: () => Promise<SinkFixture>): void {
  describe(`${name} as a sink`, () => {
    let fixture: SinkFixture;
    afterEach(() => fixture.close());

    async function started(identity: OutputIdentity = sinkIdentity): Promise<Sink> {
      const sink = fixture.open();
      await sink.start(identity);
      return sink;
    }
    /** Writes a batch up to a point, as a run that dies there would. */
    /** What readers of the sink see, in the order of `rowsOfBatches`. */
    async function visible(): Promise<unknown[]> {
      return (await fixture.visible()).toSorted(byText);
    }

    test("shows the rows of committed batches, each once", async () => {
      fixture = await make();
      const sink = await started();
      expect(await visible()).toEqual(rowsOfBatches());
      for (const batchId of [0, 1, 2]) await write(sink, batchId, "commit");
      expect(await visible()).toEqual(rowsOfBatches(0, 1, 2));
      await sink.stop();
      const next = await started({ ...sinkIdentity, runId: "run-2" });
      await write(next, 3, "commit");
      expect(await visible()).toEqual(rowsOfBatches(0, 1, 2, 3));
      await next.stop();
    });

    test("shows nothing before the commit, and nothing of an aborted batch", async () => {
      fixture = await make();
      const sink = await started();
      await write(sink, 0, "prepare");
      expect(await visible()).toEqual(rowsOfBatches());
      const next = await started({ ...sinkIdentity, runId: "run-2" });
      const batch = (await next.open(infoOf(0)))!;
      await lend(batch, rowsOfBatch(0));
      await batch.prepare();
      await batch.abort();
      expect(await visible()).toEqual(rowsOfBatches());
      const last = await started({ ...sinkIdentity, runId: "run-3" });
      await write(last, 0, "commit");
      expect(await visible()).toEqual(rowsOfBatches(0));
    });

    test("writes a batch again that died before its commit, wherever", async () => {
      fixture = await make();
      for (const [i, upTo] of (["write", "prepare"] as const).entries()) {
        await write(await started({ ...sinkIdentity, runId: `run-a${i}` }), i, upTo);
        expect(await visible()).toEqual(rowsOfBatches(...Array.from({ length: i }, (_, done) => done)));
        await write(await started({ ...sinkIdentity, runId: `run-b${i}` }), i, "commit", true);
      }
      expect(await visible()).toEqual(rowsOfBatches(0, 1));
    });

    test("takes a batch without rows", async () => {
      fixture = await make();
      const sink = await started();
      const batch = (await sink.open(infoOf(0)))!;
      await batch.write(batchFromRows(sinkSchema, []));
      await batch.prepare();
      await batch.commit();
      expect(await visible()).toEqual(rowsOfBatches());
      const empty = (await sink.open(infoOf(1)))!;
      await empty.prepare();
      await empty.commit();
      await write(sink, 2, "commit");
      expect(await visible()).toEqual(rowsOfBatches(2));
    });

    test("does not write a batch again that is committed", async () => {
      fixture = await make();
      if (!fixture.exactlyOnce) return;
      await write(await started(), 0, "commit");
      const next = await started({ ...sinkIdentity, runId: "run-2" });
      expect(await next.open(infoOf(0, true))).toBeNull();
      await write(next, 1, "commit");
      expect(await next.open(infoOf(1, true))).toBeNull();
      expect(await visible()).toEqual(rowsOfBatches(0, 1));
    });

    test("refuses a query that is older than its output", async () => {
      fixture = await make();
      if (!fixture.exactlyOnce) return;
      const sink = await started();
      for (const batchId of [0, 1, 2]) await write(sink, batchId, "commit");
      const next = await started({ ...sinkIdentity, runId: "run-2" });
      await expect(next.open(infoOf(1, true))).rejects.toMatchObject({ name: "StreamingError" });
      expect(await visible()).toEqual(rowsOfBatches(0, 1, 2));
    });

    test("refuses a query that has not planned what its output holds: the next batch would be another one", async () => {
      fixture = await make();
      if (!fixture.exactlyOnce) return;
      const sink = await started();
      for (const batchId of [0, 1, 2]) await write(sink, batchId, "commit");
      for (const lastPlanned of [-1, 1]) {
        const older = fixture.open();
        await expect(older.start({ ...sinkIdentity, runId: "run-2" }, [], lastPlanned)).rejects.toMatchObject({ name: "StreamingError" });
        await older.stop();
      }
      const planned = fixture.open();
      await planned.start({ ...sinkIdentity, runId: "run-3" }, [], 2);
      expect(await planned.open(infoOf(2, true))).toBeNull();
      expect(await visible()).toEqual(rowsOfBatches(0, 1, 2));
    });

    test("refuses another query's output", async () => {
      fixture = await make();
      if (!fixture.exactlyOnce) return;
      await write(await started(), 0, "commit");
      const stranger = { ...sinkIdentity, queryId: "22222222-2222-4222-8222-222222222222" };
      await expect(started(stranger)).rejects.toMatchObject({ name: "StreamingError" });
      expect(await visible()).toEqual(rowsOfBatches(0));
    });
  });
}
