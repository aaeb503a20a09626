import type { Batch } from "../arrow/batch.js";
import type { SnapshotSource, StateChanges } from "./state.js";

/**
 * Told of every batch that is lent and given back, so that tests can see to it that nobody uses one that went back: they lend a copy and overwrite it.
 *
 * The rule: a batch is lent until the next pull from whoever gave it, and to a sink for the call only. Who keeps rows longer, or waits, has copied
 * (`retainBatch`) or consumed them before.
 */
export interface Lending {
  /** What is handed over in the batch's place. */
  lend(batch: Batch): Batch;
  /** What `lend` gave is its owner's again. */
  takeBack(lent: Batch): void;
}

/** Hands over the batch itself. */
export const plainLending: Lending = {
  lend: (batch) => batch,
  takeBack: () => {},
};

/** Lends a batch for one call. What the call returns may take longer; the batch is gone then. */
export function lendForCall<T>(lending: Lending, batch: Batch, use: (lent: Batch) => T): T {
  const lent = lending.lend(batch);
  try {
    return use(lent);
  } finally {
    lending.takeBack(lent);
  }
}

/** Hands over chunks of state, each lent until the next is asked for. */
export function* lendChunks(lending: Lending, chunks: Iterable<StateChanges>): Generator<StateChanges, void, void> {
  for (const chunk of chunks) {
    const lent = { ...chunk, upserts: chunk.upserts && lending.lend(chunk.upserts), deletes: chunk.deletes && lending.lend(chunk.deletes) };
    yield lent;
    if (lent.upserts !== null) lending.takeBack(lent.upserts);
    if (lent.deletes !== null) lending.takeBack(lent.deletes);
  }
}

/** The same of the slices of a snapshot. */
export function lendingSlices(lending: Lending, source: SnapshotSource): SnapshotSource {
  return { stateRows: source.stateRows, snapshot: (groups) => lendChunks(lending, source.snapshot(groups)) };
}
