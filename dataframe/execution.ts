import { retainBatch } from "../engine/arrow/columns.js";
import type { Batch } from "../engine/arrow/batch.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Runtime } from "../engine/contract/runtime.js";
import type { Sink } from "../engine/contract/sink.js";
import type { Source } from "../engine/contract/source.js";
import { createExecution, runBounded } from "../engine/physical/execution/queryExecution.js";
import type { ExecutionInputs } from "../engine/physical/execution/inputs.js";
import { planPhysical } from "../engine/physical/planner/planner.js";
import type { PhysicalPlan } from "../engine/physical/plan.js";
import { checkBatch, checkStreaming } from "../engine/plan/analyzer/streaming.js";
import { explainPlan } from "../engine/plan/explain.js";
import { schemaOf, type AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { optimize } from "../engine/plan/optimizer/optimize.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { nodesUp } from "../engine/plan/transform.js";
import type { QueryDefinition, QuerySettings, QueryShape } from "../engine/query/definition.js";
import { checkSources } from "../engine/query/recovery.js";
import { MicroBatchQuery } from "../engine/query/microBatchQuery.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import type { WatermarkDefinition } from "../engine/query/watermarkTracker.js";
import { openCheckpoint } from "../checkpoints/checkpoint.js";
import { checkpointPlace, type CheckpointPlace } from "./checkpointPlace.js";
import { operatorShapes } from "./operatorShapes.js";
import { updateKeys } from "./updateKeys.js";
import type { Session } from "./session.js";
import { sinkOf } from "./sinkOf.js";
import type { StreamDefinition } from "./streamWriter.js";

/**
 * Starts a query: checks it, plans it, opens its checkpoint, sources and sink, and runs it. The one place where all rooms meet.
 *
 * @throws whatever can be refused before the first batch
 */
export async function startStreamingQuery(session: Session, definition: StreamDefinition): Promise<StreamingQuery> {
  const { plan, outputMode, queryName: name } = definition;
  const { trigger } = definition;
  const { runtime } = session;
  checkName(session, name);
  checkStreaming(plan, outputMode, { sinkName: definition.format });
  const optimized = optimize(plan);
  const physical = planPhysical(optimized, outputMode, session.conf.integer("spark.sql.shuffle.partitions"));
  const outputSchema = schemaOf(outputOf(plan));
  const sink = await openSink(session, definition, runtime);
  const place = checkpointPlace(session, definition);
  const warn = warnOnce(session);
  const conf = session.conf.toRecord();
  const checkpoint = await openCheckpoint({ location: place.location, runtime, conf, warn });
  const sources: Source[] = [];
  try {
    const shape = shapeOf(session, definition, physical);
    await checkSources(checkpoint, shape.sources);
    for (const [ordinal, { table }] of physical.sources.entries()) {
      const { provider, options, schema } = session.tables.get(table);
      sources.push(await provider.create({ runtime, options, schema, log: checkpoint.sourceLog(ordinal), bounded: false, conf, warn }));
    }
    const execution = await createExecution(physical, {
      sources,
      openTable: tableOpener(session, runtime),
      runtime,
      zone: session.analysisContext.zone,
    });
    const query: QueryDefinition = {
      name,
      trigger,
      outputMode,
      runtime,
      checkpoint,
      sources,
      execution,
      watermarks: watermarksOf(plan),
      sink,
      outputSchema,
      keyColumns: updateKeys(plan),
      shape: { ...shape, operators: operatorShapes(physical.root, execution.stateful) },
      settings: settingsOf(session),
      listeners: [session.streams.dispatcher],
      explain: (extended) => (extended ? `${explainPlan(plan)}\n${explainPlan(optimized)}` : explainPlan(optimized)),
      warn,
    };
    return await MicroBatchQuery.start(withCleanUp(query, place));
  } catch (error) {
    // What was wrong counts, not what letting go met on top of it.
    await Promise.allSettled([...sources.map((source) => source.stop()), checkpoint.release()]);
    await place.discard(runtime.files);
    throw error;
  }
}

function checkName(session: Session, name: string | null): void {
  const namesake = name === null ? undefined : session.streams.active.find((query) => query.name === name);
  if (namesake) throw new StreamingError("QUERY_NAME_IN_USE", { name: namesake.name!, runId: namesake.runId });
}

/** Runs a bounded plan; the batches are the caller's. */
export async function collectBatches(session: Session, plan: AnalyzedPlan): Promise<Batch[]> {
  checkBatch(plan);
  const batches: Batch[] = [];
  await runBoundedPlan(session, plan, (batch) => void batches.push(retainBatch(batch)));
  return batches;
}

/** Runs a bounded plan; each batch is lent until what `emit` returned is done. */
export async function runBoundedPlan(session: Session, plan: AnalyzedPlan, emit: (batch: Batch) => Promise<void> | void): Promise<void> {
  const { runtime } = session;
  const { root } = planPhysical(optimize(plan), null, 1);
  await runBounded(
    root,
    { sources: [], openTable: tableOpener(session, runtime), runtime, zone: session.analysisContext.zone },
    ({ batch }) => emit(batch),
  );
}

function tableOpener(session: Session, runtime: Runtime): ExecutionInputs["openTable"] {
  return (table) => {
    const { provider, options, schema } = session.tables.get(table);
    return provider.create({ runtime, options, schema, log: null, bounded: true, conf: session.conf.toRecord(), warn: session.warn });
  };
}

async function openSink(session: Session, definition: StreamDefinition, runtime: Runtime): Promise<Sink> {
  const { provider, options } = await sinkOf(session, definition);
  const { plan, outputMode, partitionBy } = definition;
  const { print, warn } = session;
  return provider.create({
    runtime,
    options,
    schema: schemaOf(outputOf(plan)),
    outputMode,
    streaming: true,
    partitionBy,
    conf: session.conf.toRecord(),
    print,
    warn,
  });
}

function watermarksOf(plan: AnalyzedPlan): WatermarkDefinition[] {
  return [...nodesUp(plan)].flatMap((node) =>
    node.kind === "withWatermark" ? [{ watermarkId: node.watermarkId, delayMs: node.delayMs! }] : [],
  );
}

/** All but the operators, which are yet to be made. */
function shapeOf(session: Session, definition: StreamDefinition, physical: PhysicalPlan): Omit<QueryShape, "operators"> {
  return {
    sources: physical.sources.map(({ table }) => session.tables.get(table).description),
    outputMode: definition.outputMode,
    sink: definition.format,
  };
}

/** Keys that a replayed batch must see as they were. */
const loggedKeys = [
  "spark.sql.shuffle.partitions",
  "spark.sql.streaming.multipleWatermarkPolicy",
  "spark.sql.session.timeZone",
  "spark.sql.ansi.enabled",
];

function settingsOf({ conf }: Session): QuerySettings {
  return {
    noDataMicroBatches: conf.boolean("spark.sql.streaming.noDataMicroBatches.enabled"),
    watermarkPolicy: conf.get("spark.sql.streaming.multipleWatermarkPolicy") === "max" ? "max" : "min",
    minBatchesToRetain: conf.integer("spark.sql.streaming.minBatchesToRetain"),
    numRecentProgressUpdates: conf.integer("spark.sql.streaming.numRecentProgressUpdates"),
    pollingDelayMs: conf.durationMs("spark.sql.streaming.pollingDelay"),
    noDataProgressIntervalMs: conf.durationMs("spark.sql.streaming.noDataProgressEventInterval"),
    loggedConf: Object.fromEntries(loggedKeys.map((key) => [key, conf.get(key)])),
  };
}

/** A checkpoint that was made for this run only goes with it. */
function withCleanUp(query: QueryDefinition, place: CheckpointPlace): QueryDefinition {
  if (!place.temporary) return query;
  const { checkpoint, runtime } = query;
  const release = async (): Promise<void> => {
    await checkpoint.release();
    await place.discard(runtime.files);
  };
  return { ...query, checkpoint: { ...checkpoint, release } };
}

function warnOnce(session: Session): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    session.warn(message);
  };
}
