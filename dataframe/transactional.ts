import { StreamingError } from "../engine/errors/streamingError.js";
import { callable, checkArguments, functionsOf, isPlainObject, optional, text, type Kind } from "./arguments.js";
import type { ForeachBatchInfo } from "./streamDefinition.js";

const batchStore = functionsOf("a store of batches, such as postgresBatches(pool)", ["transaction", "lastBatch", "storeBatch"], []);
const postgresPool = functionsOf("a pool of the package pg", ["connect"], []);
const storeOptions: Kind = { expected: "an object with table", accepts: isPlainObject };

/**
 * A table that says, per query, which batch was written last, in the same database as the rows; and how that database does transactions. `postgresBatches` is one;
 * another is these three functions over any client.
 *
 * `Tx` is what the rows are written with: the client whose transaction it is.
 */
export interface BatchStore<Tx> {
  /** What it is called in messages: `the table tidemark_batches`. */
  readonly description: string;
  /** Runs `work` in a transaction: commits when it resolves, takes everything back when it rejects. */
  transaction(work: (tx: Tx) => Promise<void>): Promise<void>;
  /** The number of the last batch that was stored under `key`; null for none. Until the transaction ends nobody else may read it under the same key: `SELECT … FOR UPDATE`. */
  lastBatch(tx: Tx, key: string): Promise<number | null>;
  /** Stores the number of a batch under `key`, in the transaction. */
  storeBatch(tx: Tx, key: string, batchId: number): Promise<void>;
}

/**
 * A function for `foreachBatch` that writes each batch into a database exactly once: in one transaction it looks which batch of this query is there, calls `write`,
 * and stores the number of the batch beside the rows. A batch that is there already is not written again, whatever died in between.
 *
 * Everything that `write` does with `tx` is part of that transaction; what it does elsewhere may happen twice.
 *
 * @param store where the number is kept: `postgresBatches(pool)`, or your own
 * @param write writes the rows of a batch with `tx`, the client whose transaction it is
 * @throws SINK_AHEAD_OF_QUERY where the table has a newer batch: the checkpoint is older; SINK_BEHIND_QUERY where it lacks batches; as the cause of
 * FOREACH_BATCH_USER_FUNCTION_ERROR, which ends the query
 * @example
 * stream.writeStream.foreachBatch(
 *   transactional(postgresBatches(new pg.Pool()), async (batch, batchId, tx) => {
 *     for (const { word, n } of await batch.collect())
 *       await tx.query("INSERT INTO counts VALUES ($1, $2) ON CONFLICT (word) DO UPDATE SET n = $2", [word, n]);
 *   }),
 * );
 */
export function transactional<Frame, Tx>(
  store: BatchStore<Tx>,
  write: (batch: Frame, batchId: number, tx: Tx, info: ForeachBatchInfo) => Promise<void> | void,
): (batch: Frame, batchId: number, info: ForeachBatchInfo) => Promise<void> {
  checkArguments("transactional", [batchStore, callable], [store, write]);
  return (batch, batchId, info) =>
    store.transaction(async (tx) => {
      const key = `${info.queryId}/${info.outputId}`;
      const last = await store.lastBatch(tx, key);
      if (last === batchId) return;
      if (last !== null && last > batchId) throw outOfStep("SINK_AHEAD_OF_QUERY", store, last, batchId);
      // A query may come to write into a database late in its life; but then it goes on without a gap.
      if (last !== null && last < batchId - 1) throw outOfStep("SINK_BEHIND_QUERY", store, last, batchId);
      await write(batch, batchId, tx, info);
      await store.storeBatch(tx, key, batchId);
    });
}

function outOfStep(
  condition: "SINK_AHEAD_OF_QUERY" | "SINK_BEHIND_QUERY",
  { description }: { readonly description: string },
  newest: number,
  batchId: number,
): StreamingError {
  return new StreamingError(condition, { sink: description, newest: String(newest), batchId: String(batchId) });
}

/** A connection of `pg`, as far as it is needed; others that query so will do. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  /** Gives it back to its pool; with `true` it is closed, as its state is not known. */
  release(destroy?: boolean): void;
}

/** A pool of `pg`, as far as it is needed. */
export interface PostgresPool {
  connect(): Promise<PostgresClient>;
}

/** A name, or a schema's name and a name, that need no quotes. */
const plainName = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/;

/**
 * The numbers of batches in a table of Postgres, for `transactional`. The table is made where there is none.
 *
 * @param pool of the package `pg`, or anything with such a `connect`
 * @param options `table`: its name, `tidemark_batches` unless told otherwise; with a schema before it where it is to lie in one
 * @throws INVALID_OPTION_VALUE where the name of the table needs quotes
 * @example stream.writeStream.foreachBatch(transactional(postgresBatches(pool), async (batch, batchId, tx) => { await tx.query("INSERT INTO counts VALUES ($1, $2)", [batchId, await batch.count()]); }))
 */
export function postgresBatches(pool: PostgresPool, options: { readonly table?: string } = {}): BatchStore<PostgresClient> {
  checkArguments("postgresBatches", [postgresPool, optional(storeOptions)], [pool, options]);
  checkArguments("postgresBatches: table", [optional(text)], [options.table]);
  const { table = "tidemark_batches" } = options;
  if (!plainName.test(table)) {
    const expected = "a name of letters, digits and underscores, or schema.name";
    throw new StreamingError("INVALID_OPTION_VALUE", { owner: "postgresBatches", option: "table", value: table, expected });
  }
  let made: Promise<void> | null = null;
  return {
    description: `the table ${table}`,
    async transaction(work) {
      await (made ??= makeTable(pool, table).catch((error: unknown) => {
        made = null;
        throw error;
      }));
      await withClient(pool, async (client) => {
        await client.query("BEGIN");
        await work(client);
        await client.query("COMMIT");
      });
    },
    async lastBatch(client, key) {
      // The row is there before it is locked: so two runs wait for each other also at the first batch.
      await client.query(`INSERT INTO ${table} (query, batch_id) VALUES ($1, -1) ON CONFLICT (query) DO NOTHING`, [key]);
      const { rows } = await client.query(`SELECT batch_id FROM ${table} WHERE query = $1 FOR UPDATE`, [key]);
      const last = Number(rows[0]?.["batch_id"] ?? -1);
      return last < 0 ? null : last;
    },
    async storeBatch(client, key, batchId) {
      await client.query(`UPDATE ${table} SET batch_id = $2, written_at = now() WHERE query = $1`, [key, batchId]);
    },
  };
}

async function makeTable(pool: PostgresPool, table: string): Promise<void> {
  await withClient(pool, async (client) => {
    const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS there", [table]);
    if (rows[0]?.["there"] === true) return;
    try {
      const columns = "query text PRIMARY KEY, batch_id bigint NOT NULL, written_at timestamptz NOT NULL DEFAULT now()";
      await client.query(`CREATE TABLE IF NOT EXISTS ${table} (${columns})`);
    } catch (error) {
      // Of two who make it at the same moment Postgres lets one fail, in spite of IF NOT EXISTS.
      if ((error as { readonly code?: unknown }).code !== "23505") throw error;
    }
  });
}

/** A connection that failed in the middle of something is closed: whatever it had begun is taken back by that. */
async function withClient(pool: PostgresPool, work: (client: PostgresClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await work(client);
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
}
