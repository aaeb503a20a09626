import { allGroups, type BytesRead } from "../contract/state.js";
import type { Clock } from "../contract/clock.js";
import { lendChunks } from "../contract/lending.js";
import { StateMigration } from "../physical/migration/migrateState.js";
import type { ChangedState } from "./changedState.js";
import type { QueryDefinition, QueryParts } from "./definition.js";

/** How long loading goes on before it is told, and again each time, ms. */
const toldEachMs = 5000;

/**
 * Loads the state of a version into fresh operators. While that takes long it is told how far it is, and starts on other hosts are shown that this run lives.
 *
 * @param changed what the query keeps in another way than the checkpoint has it; null for nothing
 */
export async function restoreState(
  { checkpoint, runtime, stateHooks, warn }: QueryDefinition,
  { execution }: QueryParts,
  changed: ChangedState | null,
  version: number,
): Promise<void> {
  if (version === 0 || execution.stateful.length === 0) return;
  const byId = new Map(execution.stateful.map((operator) => [operator.operatorId, operator]));
  const migration = changed === null ? null : new StateMigration(changed.decisions, changed.recorded, byId, stateHooks);
  if (migration?.isEmpty === true) return checkpoint.state.beginAt(version);
  const loading = new LoadingState(runtime.clock, warn);
  for await (const chunk of checkpoint.state.restore(version, allGroups, (read) => loading.tell(read))) {
    for (const lent of lendChunks(runtime.lending, [chunk])) {
      if (migration === null) byId.get(lent.operatorId)?.restore(lent);
      else migration.apply(lent);
    }
    execution.checkMemory();
    await checkpoint.keepLease();
  }
  migration?.finish();
}

/** Tells how far the loading of state is, and about how long it will still take. */
class LoadingState {
  private readonly sinceMs: number;
  private toldMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly say: (message: string) => void,
  ) {
    this.sinceMs = this.toldMs = clock.monotonicMs();
  }

  tell({ doneBytes, totalBytes }: BytesRead): void {
    const nowMs = this.clock.monotonicMs();
    if (nowMs - this.toldMs < toldEachMs || doneBytes === 0) return;
    this.toldMs = nowMs;
    const tookMs = nowMs - this.sinceMs;
    const leftS = Math.ceil((tookMs * (totalBytes - doneBytes)) / doneBytes / 1000);
    const took = Math.round(tookMs / 1000);
    this.say(`loading the state: ${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB after ${took} s, about ${leftS} s to go`);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
