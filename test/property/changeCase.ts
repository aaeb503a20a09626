import fc from "fast-check";
import { expect } from "vitest";
import { collectBatches } from "../../dataframe/execution.js";
import type { DataFrame } from "../../dataframe/dataFrame.js";
import type { EarlyEmission } from "../../dataframe/emitEvery.js";
import type { Session } from "../../dataframe/session.js";
import { rowsOf } from "../../engine/arrow/columns.js";
import type { Value } from "../../engine/arrow/value.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import type { Trigger } from "../../engine/query/trigger.js";
import { memory } from "../memory.js";
import { textOf } from "../simulation/harness/text.js";
import { QueryWorld } from "../unit/query/queryWorld.js";

/** A row of one of the two streams that the queries of changes read. */
export interface ChangeLine {
  readonly table: "t" | "u";
  readonly k: string | null;
  readonly g: number;
  readonly v: number | null;
  readonly d: number | null;
}

/** Rows in batches, and after which of these the query is stopped and goes on in a new process. */
export interface ChangeCase {
  readonly batches: readonly (readonly ChangeLine[])[];
  readonly restarts: readonly boolean[];
}

const line: fc.Arbitrary<ChangeLine> = fc.record({
  table: fc.constantFrom("t" as const, "t" as const, "u" as const),
  k: fc.option(fc.constantFrom("a", "b", "c", "é", ""), { freq: 8 }),
  g: fc.integer({ min: 0, max: 3 }),
  v: fc.option(fc.integer({ min: -4, max: 9 }), { freq: 8 }),
  d: fc.option(fc.constantFrom(0.5, 1.25, -3, 0, 2.5), { freq: 8 }),
});

export const changeCases: fc.Arbitrary<ChangeCase> = fc.record({
  batches: fc.array(fc.array(line, { maxLength: 9 }), { minLength: 1, maxLength: 6 }),
  restarts: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
});

const schema = "k STRING, g INT, v BIGINT, d DOUBLE, ts TIMESTAMP";

function textOfLine({ k, g, v, d }: ChangeLine, i: number): string {
  return `${JSON.stringify({ k, g, v, d, ts: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString() })}\n`;
}

/** What writes a query over the views `t` and `u`. */
export type ChangeQuery = string | ((session: Session) => DataFrame<Record<string, unknown>>);

async function frameOf(session: Session, query: ChangeQuery): Promise<DataFrame<Record<string, unknown>>> {
  return typeof query === "string" ? session.sql<Record<string, unknown>>(query) : query(session);
}

type Writer = DataFrame<Record<string, unknown>>["writeStream"];

/** The change rows that a query gives over a cut of its input, batch by batch. */
export async function changesOf(query: ChangeQuery, given: ChangeCase, partitions = 2): Promise<Value[][][]> {
  const table = `changes-${++tables}`;
  try {
    await runOver(query, given, partitions, (writer) => writer.format("memory").queryName(table));
    return memory.table(table).batches.map((batch) => rowsOf(batch.rows));
  } finally {
    memory.drop(table);
  }
}

/** The same of windows whose changes are held back, and all of which close at the end. */
export async function heldChangesOf(query: ChangeQuery, given: ChangeCase, every: EarlyEmission): Promise<Value[][][]> {
  const table = `held-${++tables}`;
  try {
    await runOver(query, given, 2, (writer) => writer.emitEvery(every).format("memory").queryName(table), { isEnded: true });
    return memory.table(table).batches.map((batch) => rowsOf(batch.rows));
  } finally {
    memory.drop(table);
  }
}

/** The same of state that lives for some time: behind the last of the batches an hour passes, a batch without rows runs, then some more rows come. */
export async function lapsedChangesOf(
  query: ChangeQuery,
  given: ChangeCase,
  ttl: string,
  lastRows: readonly ChangeLine[],
): Promise<Value[][][]> {
  const table = `lapsed-${++tables}`;
  try {
    await runOver(query, given, 2, (writer) => writer.stateTtl(ttl).format("memory").queryName(table), { lastRows });
    return memory.table(table).batches.map((batch) => rowsOf(batch.rows));
  } finally {
    memory.drop(table);
  }
}

/** What of it a sink gets that takes changes by key, batch by batch; and what the memory sink then has. */
export async function upsertsOf(
  query: ChangeQuery,
  given: ChangeCase,
): Promise<{ readonly batches: Value[][][]; readonly table: Value[][] }> {
  const table = `upserts-${++tables}`;
  const batches: Value[][][] = [];
  try {
    await runOver(query, given, 2, (writer, session) =>
      writer.option("changes", "upserts").foreachBatch(async (rows) => {
        batches.push((await collectBatches(session, rows.plan)).flatMap(rowsOf));
      }),
    );
    await runOver(query, given, 2, (writer) => writer.option("changes", "upserts").format("memory").queryName(table));
    return { batches, table: memory.table(table).rows() };
  } finally {
    memory.drop(table);
  }
}

/** Runs a query over a cut of its input in output mode changes. */
async function runOver(
  query: ChangeQuery,
  { batches, restarts }: ChangeCase,
  partitions: number,
  into: (writer: Writer, session: Session) => Writer,
  { isEnded = false, lastRows = [] }: { readonly isEnded?: boolean; readonly lastRows?: readonly ChangeLine[] } = {},
): Promise<void> {
  const world = new QueryWorld();
  let running: StreamingQuery | null = null;
  const start = async (trigger: Trigger = { processingTime: 0 }): Promise<StreamingQuery> => {
    const conf = { "spark.sql.shuffle.partitions": String(partitions), "spark.sql.streaming.stateStore.minDeltasForSnapshot": "2" };
    const session = world.session({ conf });
    for (const name of ["t", "u"]) session.readStream.schema(schema).json(`/data/${name}`).createOrReplaceTempView(name);
    const frame = await frameOf(session, query);
    const writer = into(frame.writeStream.outputMode("changes"), session);
    return writer.option("checkpointLocation", "/data/checkpoint").trigger(trigger).start();
  };
  try {
    let rows = 0;
    await world.world.files.makeDirectory("/data/t");
    await world.world.files.makeDirectory("/data/u");
    const last = lastRows.length === 0 ? [] : [[], lastRows];
    for (const [i, lines] of [...batches, ...last].entries()) {
      if (i === batches.length) world.world.clock.advance(3_600_000);
      const texts = lines.map((given) => ({ table: given.table, text: textOfLine(given, rows++) }));
      for (const name of ["t", "u"]) {
        const text = texts.flatMap((given) => (given.table === name ? [given.text] : [])).join("");
        await world.file(`${String(i).padStart(3, "0")}.json`, text, `/data/${name}`);
      }
      running ??= await start();
      await running.processAllAvailable();
      if (!restarts[i % restarts.length]) continue;
      await running.stop();
      running = null;
    }
    await running?.stop();
    if (isEnded) await (await start({ availableNow: true, finalWatermark: true })).awaitTermination();
  } finally {
    world.close();
  }
}

/** The same query over the same rows as bounded tables. */
export async function tableOf(query: ChangeQuery, { batches }: ChangeCase): Promise<Value[][]> {
  const world = new QueryWorld();
  try {
    const lines = batches.flat();
    const session = world.session();
    for (const name of ["t", "u"]) {
      const text = lines.map((given, i) => (given.table === name ? textOfLine(given, i) : "")).join("");
      await world.file("all.json", text, `/data/${name}`);
      session.read.schema(schema).json(`/data/${name}`).createOrReplaceTempView(name);
    }
    const frame = await frameOf(session, query);
    return (await collectBatches(session, frame.plan)).flatMap(rowsOf);
  } finally {
    world.close();
  }
}

/**
 * Applies changes in their order, and looks at each whether it contradicts what came before: a row goes only when it is there; an update is the old row and
 * directly behind it another one.
 */
export function applied(batches: readonly (readonly (readonly Value[])[])[]): string[] {
  const table: string[] = [];
  for (const batch of batches) {
    let updated = false;
    for (const row of batch) {
      const [kind, text] = [row.at(-1), textOf(row.slice(0, -1))];
      expect(updated).toBe(kind === "update_postimage");
      updated = kind === "update_preimage";
      if (kind === "insert" || kind === "update_postimage") {
        table.push(text);
        continue;
      }
      expect(kind === "delete" || updated).toBe(true);
      const place = table.indexOf(text);
      expect(place, `${text} is taken back and is not there`).toBeGreaterThanOrEqual(0);
      table.splice(place, 1);
    }
    expect(updated).toBe(false);
  }
  return table.toSorted();
}

/** Whether the changes of a query over a cut come to what the query gives over the whole. */
export async function checkChanges(query: ChangeQuery, given: ChangeCase, key: readonly number[] | null): Promise<void> {
  const changes = await changesOf(query, given);
  const expected = (await tableOf(query, given)).map(textOf).toSorted();
  expect(applied(changes)).toEqual(expected);
  if (key === null) return;
  for (const batch of changes) {
    // At most one row a key comes in a batch, and at most one goes.
    const come = batch
      .filter((row) => row.at(-1) === "insert" || row.at(-1) === "update_postimage")
      .map((row) => textOf(key.map((i) => row[i]!)));
    expect(new Set(come).size).toBe(come.length);
  }
}

/** Whether changes by key, applied, come to the same, and whether none contradicts what is there. The key's columns are places in the rows. */
export async function checkUpserts(query: ChangeQuery, given: ChangeCase, key: readonly number[]): Promise<void> {
  const { batches, table } = await upsertsOf(query, given);
  const there = new Map<string, string>();
  for (const batch of batches) {
    const keys = batch.map((row) => textOf(key.map((i) => row[i]!)));
    expect(new Set(keys).size).toBe(keys.length);
    for (const [i, row] of batch.entries()) {
      const kind = row.at(-1);
      expect(there.has(keys[i]!), `${kind as string} of ${keys[i]!}`).toBe(kind === "delete" || kind === "update_postimage");
      if (kind === "delete") there.delete(keys[i]!);
      else there.set(keys[i]!, textOf(row.slice(0, -1)));
    }
  }
  const expected = (await tableOf(query, given)).map(textOf).toSorted();
  expect([...there.values()].toSorted()).toEqual(expected);
  expect(table.map(textOf).toSorted()).toEqual(expected);
}

let tables = 0;
