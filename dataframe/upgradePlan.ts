import { readCheckpoint, type CheckpointReading } from "../checkpoints/reading.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { statefulOperators } from "../engine/physical/migration/statefulOperators.js";
import { decideState, keepLayouts, type RecordedState, type StateDecision } from "../engine/physical/migration/decisions.js";
import { operatorShapes } from "../engine/physical/operatorShapes.js";
import { factsOf, nodesOf } from "../engine/physical/plan.js";
import { idsByPlace } from "../engine/plan/analyzer/operatorIds.js";
import {
  outputChange,
  outputModeChange,
  parseShape,
  sourceChange,
  tableChange,
  type QueryIdentity,
  type RecordedShape,
} from "../engine/query/shape.js";
import { checkpointLocationOf } from "./checkpointPlace.js";
import { withPlaces } from "./places.js";
import type { SessionContext } from "./sessionContext.js";
import { prepareQuery, type PreparedQuery } from "./startQuery.js";
import type { StreamDefinition } from "./streamDefinition.js";

/** What a start would do with one part of a query. */
export interface UpgradePart {
  readonly kind: "source" | "table" | "sink" | "operator";
  /** A source or sink as the query names it; an operator's id; a table's name. */
  readonly name: string;
  /**
   * `reuse`: it goes on as it is. `migrate`: its state is made anew of what is there. `rebuild`: it begins without anything of before. `discard`: it is gone, and what it kept
   * is left behind. `refuse`: the query is not started.
   */
  readonly action: StateDecision["action"];
  /** The condition that it is refused with; null when it is not. */
  readonly condition: string | null;
  /** Why, and what happens. */
  readonly notes: readonly string[];
}

/** What a start of a query on a checkpoint would do. */
export interface UpgradePlan {
  readonly queryName: string | null;
  readonly location: string;
  /** The batch that the start goes on with. */
  readonly nextBatchId: number;
  /** False when something of it is refused. */
  readonly isPossible: boolean;
  readonly parts: readonly UpgradePart[];
}

/**
 * Says of each source, sink and stateful operator of a query what a start on a checkpoint would do with it. Reads the checkpoint, of a query that may run meanwhile; opens no
 * source and no sink, and changes nothing.
 *
 * @param location the checkpoint; by default that of the query
 * @throws PLAN_NEEDS_CHECKPOINT, CHECKPOINT_LOCATION_REQUIRED, CHECKPOINT_NOT_FOUND, and what refuses the query itself or says that the checkpoint is damaged
 */
export async function planUpgrade(
  session: SessionContext,
  given: StreamDefinition,
  location = checkpointLocationOf(session, given),
): Promise<UpgradePlan> {
  if (location === null) throw new StreamingError("PLAN_NEEDS_CHECKPOINT", { name: given.queryName ?? "" });
  const query = await prepareQuery(session, given);
  const reading = await readCheckpoint(location, session.runtime, session.warn);
  const recorded = await withPlaces(session.runtime.files, parseShape(reading.shape, reading), query.identity);
  const last = reading.batches.at(-1);
  const nextBatchId = last === undefined ? 0 : last.commit === null ? last.batchId : last.batchId + 1;
  const parts = [
    ...sourceParts(recorded, query.identity, reading),
    ...tableParts(recorded, query.identity, nextBatchId),
    ...sinkParts(recorded, query, nextBatchId),
    ...operatorParts(session, recorded, query, { reading, nextBatchId }),
  ];
  const isPossible = parts.every(({ action }) => action !== "refuse");
  return { queryName: given.queryName, location: reading.location, nextBatchId, isPossible, parts };
}

type Judged = Pick<UpgradePart, "kind" | "name">;

function refused(part: Judged, change: string, condition = "QUERY_CHANGED"): UpgradePart {
  return { ...part, action: "refuse", condition, notes: [change] };
}

function taken(part: Judged, action: UpgradePart["action"], ...notes: readonly string[]): UpgradePart {
  return { ...part, action, condition: null, notes };
}

function sourceParts(before: RecordedShape | null, now: QueryIdentity, { batches }: CheckpointReading): UpgradePart[] {
  const offsets = batches.findLast(({ commit }) => commit !== null)?.offsets.offsets;
  const count = before?.sources.length ?? batches.at(-1)?.offsets.offsets.length ?? now.sources.length;
  return now.sources.map((name, i): UpgradePart => {
    const part = { kind: "source", name } as const;
    if (count !== now.sources.length) return refused(part, `it has ${count} source(s), the query has ${now.sources.length}`);
    const change = before === null ? null : sourceChange(before, now, i);
    if (change !== null) return refused(part, change);
    const offset = offsets?.[i] ?? null;
    return offset === null ? taken(part, "reuse", "nothing of it was read yet") : taken(part, "reuse", `goes on behind ${offset}`);
  });
}

function tableParts(before: RecordedShape | null, now: QueryIdentity, nextBatchId: number): UpgradePart[] {
  return Object.entries(now.tables).map(([name, place]): UpgradePart => {
    const part = { kind: "table", name } as const;
    const change = before === null || nextBatchId === 0 ? null : tableChange(before, name, place);
    return change === null ? taken(part, "reuse") : refused(part, change);
  });
}

function sinkParts(before: RecordedShape | null, { identity, planned }: PreparedQuery, nextBatchId: number): UpgradePart[] {
  const begins = nextBatchId === 0 || before === null;
  const ids = nodesOf(planned.physical.roots).map((node) => factsOf(node).operatorId(node));
  const operators = Object.fromEntries(ids.flatMap((id) => (id === null ? [] : [[id, null] as const])));
  const one = (name: string, was: string | null | undefined, is: string | null): UpgradePart => {
    const part = { kind: "sink", name: is === null ? name : `${name}[${is}]` } as const;
    const change = begins ? null : outputChange(was, is);
    return change === null ? taken(part, "reuse") : refused(part, change);
  };
  const main = one(identity.sink, before?.sinkPlace, identity.sinkPlace);
  const mode = begins ? null : outputModeChange(before, { outputMode: identity.outputMode, operators });
  const other =
    begins || before.sink === identity.sink
      ? []
      : [`it was ${before.sink}: what that wrote stays, and this one begins with batch ${nextBatchId}`];
  const judged =
    mode !== null ? refused(main, mode) : main.action === "reuse" && other.length > 0 ? taken(main, "rebuild", ...other) : main;
  const sides = Object.entries(identity.sidePlaces ?? {}).map(([output, place]) => one(output, before?.sidePlaces?.[output], place));
  return [judged, ...sides];
}

function operatorPart(name: string): Judged {
  return { kind: "operator", name };
}

function operatorParts(
  { runtime }: SessionContext,
  before: RecordedShape | null,
  { definition, planned }: PreparedQuery,
  { reading, nextBatchId }: { readonly reading: CheckpointReading; readonly nextBatchId: number },
): UpgradePart[] {
  const { roots } = planned.physical;
  const stateful = statefulOperators(roots, runtime.chunks);
  const operators = operatorShapes(roots, stateful);
  const recorded = {
    schemas: reading.schemas,
    operators: (reading.operators as RecordedState["operators"] | null) ?? before?.operators ?? {},
  };
  if (nextBatchId === 0)
    return stateful.map(({ operatorId }) => taken(operatorPart(operatorId), "rebuild", "nothing was committed with its state"));
  if (before === null) {
    const change = "its state is not Tidemark's: Spark wrote the checkpoint";
    return stateful.map(({ operatorId }) => refused(operatorPart(operatorId), change, "CHECKPOINT_STATE_NOT_OURS"));
  }
  const present = { stateful, operators, places: idsByPlace(planned.plan), hooks: definition.stateHooks };
  keepLayouts(recorded, present);
  return decideState(recorded, present).map((decision) =>
    decision.action === "refuse"
      ? refused(operatorPart(decision.operatorId), decision.change, decision.condition)
      : taken(operatorPart(decision.operatorId), decision.action, ...decision.notes),
  );
}
