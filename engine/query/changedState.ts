import { StreamingError } from "../errors/streamingError.js";
import { decideState, keepLayouts, type RecordedState, type StateDecision } from "../physical/migration/decisions.js";
import type { QueryDefinition, QueryParts } from "./definition.js";
import type { RestartPoint } from "./recovery.js";
import { outputModeChange, placesChange, queryChanged } from "./shape.js";

/** State that the query keeps in another way than the checkpoint has it. */
export interface ChangedState {
  readonly decisions: readonly StateDecision[];
  readonly recorded: RecordedState;
}

/** What a look at the checkpoint of a query has found. */
export interface CheckedState {
  /** Null where the state is kept as it was. */
  readonly changed: ChangedState | null;
  /** Records the query as it is now. */
  record(): Promise<void>;
}

/**
 * Compares the query with the one that the checkpoint was made by; gives what has to be done about its state, and how the query is recorded once nothing else refuses it.
 *
 * Filters, projections and the kind of sink may change. Once a batch is committed the folder of a file sink must not, nor, where there is state, the output mode, nor stateful
 * operators but for what `decideState` lets pass.
 *
 * @throws QUERY_CHANGED, STATE_SCHEMA_CHANGED naming the change
 */
export async function checkState(
  definition: QueryDefinition,
  { operators, execution, places }: QueryParts,
  { batchId }: RestartPoint,
): Promise<CheckedState> {
  const { checkpoint, identity, stateHooks: hooks } = definition;
  const query = await definition.recordedShape();
  const shape = { ...identity, operators };
  const layout = await checkpoint.state.recorded();
  const recorded = {
    schemas: layout.schemas,
    operators: (layout.operators as RecordedState["operators"] | null) ?? query?.operators ?? {},
  };
  const present = { stateful: execution.stateful, operators, places, hooks };
  keepLayouts(recorded, present);
  let changed: ChangedState | null = null;
  if (query !== null && batchId > 0) {
    const moved = placesChange(query, shape);
    if (moved !== null) throw queryChanged(checkpoint, moved);
    const decisions = decideState(recorded, present);
    refuse(decisions, checkpoint.location);
    const mode = outputModeChange(query, shape);
    if (mode !== null) throw queryChanged(checkpoint, mode);
    if (decisions.some(({ action }) => action !== "reuse")) changed = { decisions, recorded };
  }
  const schemas = execution.stateful.flatMap((operator) => operator.schemas);
  if (changed === null) {
    if (schemas.length > 0 || layout.operators !== null) await checkpoint.state.registerSchemas(schemas);
  } else {
    await checkpoint.state.migrate(schemas, operators);
    for (const { operatorId, action, notes } of changed.decisions) {
      if (action !== "reuse") definition.warn(`${operatorId}: ${action} with batch ${batchId}: ${notes.join("; ")}`);
    }
  }
  // Until a batch is committed with another state, that of before counts; from then on the layout says what the operators are.
  const counts = query !== null && (changed !== null || layout.operators !== null) ? { ...shape, operators: query.operators } : shape;
  const isNew = JSON.stringify(query) !== JSON.stringify(counts);
  return { changed, record: async () => (isNew ? checkpoint.writeQueryShape(counts) : undefined) };
}

function refuse(decisions: readonly StateDecision[], location: string): void {
  for (const decision of decisions) {
    if (decision.action === "refuse") throw new StreamingError(decision.condition, { location, change: decision.change });
  }
}
