import { types, type Schema } from "../engine/arrow/types.js";
import { changesOption, parseChangeForm, type ChangeForm } from "../engine/contract/changeForm.js";
import type { Checkpoint } from "../engine/contract/checkpoint.js";
import type { Json } from "../engine/contract/json.js";
import type { SinkContext, SinkProvider } from "../engine/contract/provider.js";
import { mainOutput, type Sink } from "../engine/contract/sink.js";
import type { Source } from "../engine/contract/source.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { makeStreamOperator } from "../engine/physical/execution/pipeline.js";
import { TableRefresh } from "../engine/query/tableRefresh.js";
import { createExecution } from "../engine/physical/execution/queryExecution.js";
import { operatorShapes } from "../engine/physical/operatorShapes.js";
import { explainText } from "../engine/physical/explain.js";
import { changeTypeColumn } from "../engine/plan/changes/changeColumn.js";
import { changeKeys, planChanges, upsertKeys } from "../engine/plan/changes/planChanges.js";
import { planPhysical } from "../engine/physical/planner/planner.js";
import type { PhysicalPlan } from "../engine/physical/plan.js";
import { idsByPlace } from "../engine/plan/analyzer/operatorIds.js";
import { reanalyze } from "../engine/plan/analyzer/reanalyze.js";
import { checkSinkTakes, checkOptimized, checkStreaming } from "../engine/plan/analyzer/streaming.js";
import { schemaOf, type AnalyzedPlan, type OptimizedPlan } from "../engine/plan/logicalPlan.js";
import { optimize } from "../engine/plan/optimizer/optimize.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { unboundedState } from "../engine/plan/unboundedState.js";
import { updateKeys } from "../engine/plan/updateKeys.js";
import { plansTheSame } from "../engine/query/configuration.js";
import type { QueryDefinition, QueryOutput, QueryParts, QuerySettings } from "../engine/query/definition.js";
import { MicroBatchQuery } from "../engine/query/microBatchQuery.js";
import { checkSources } from "../engine/query/openQuery.js";
import { parseShape, type QueryIdentity, type RecordedShape } from "../engine/query/shape.js";
import type { StreamingQuery } from "../engine/query/streamingQuery.js";
import { watermarksOf } from "../engine/query/watermarkTracker.js";
import { openCheckpoint, peekQueryShape } from "../checkpoints/checkpoint.js";
import { guard, number, optional } from "./arguments.js";
import { checkpointLocationOf, keptCheckpoint, temporaryCheckpoint, type CheckpointPlace } from "./checkpointPlace.js";
import { contextOf, evaluationProblem, partitionsOf } from "./conf.js";
import { checkScans, inputsOf } from "./execution.js";
import { localPlan } from "./localPlan.js";
import { checkOutputIsNoInput, checkTablesAreThere, folderPlace, sourcePlaces, tablePlaces, withPlaces } from "./places.js";
import { checkJoinState, checkStateStore } from "./groupState.js";
import { queryLabel, type SessionContext } from "./sessionContext.js";
import { sinkOf } from "./sinkOf.js";
import { checkSides, optionsOfSource, withLatePolicy, withLateSample, withMalformedPolicy } from "./sideOutputs.js";
import type { SideOutput, StreamDefinition } from "./streamDefinition.js";
import { optionOf } from "./options.js";
import { listenerOf, userCode } from "./userCode.js";

/**
 * Starts a query: checks it, plans it, opens its checkpoint, and runs it. The one place where all rooms meet.
 *
 * @throws whatever can be refused before the first batch; before anything is made, where no checkpoint is needed to know it
 */
export async function startStreamingQuery(session: SessionContext, given: StreamDefinition): Promise<StreamingQuery> {
  const { outputMode, queryName: name, trigger } = given;
  const { runtime } = session;
  checkName(session, name);
  const { definition, conf, form, planned, identity } = await prepareQuery(session, given);
  const location = checkpointLocationOf(session, definition);
  const recordedShape = async (recorded: Promise<Json>): Promise<RecordedShape | null> =>
    withPlaces(runtime.files, parseShape(await recorded, { location: location ?? "" }), identity);
  if (location !== null) checkSources(await recordedShape(peekQueryShape(location, runtime)), identity, location);
  await checkTablesAreThere(session, planned.plan);
  const place = location === null ? temporaryCheckpoint() : keptCheckpoint(location);
  const label = { current: name ?? undefined };
  const warn = warnOnce(session, label);
  const checkpoint = await openCheckpoint({ location: place.location, runtime, conf, warn });
  label.current = queryLabel({ name, id: checkpoint.queryId });
  const query: QueryDefinition = {
    name,
    trigger,
    outputMode,
    runtime,
    checkpoint,
    identity,
    conf,
    settings: settingsOf(session),
    listeners: [listenerOf(checkpoint.runId, session.streams.dispatcher)],
    userCode,
    stateHooks: definition.stateHooks,
    warn,
    recordedShape: () => recordedShape(checkpoint.readQueryShape()),
    open: (confOfRun) => {
      const plannedForRun = plansTheSame(conf, confOfRun) ? planned : planQuery(definition, checkedConf(confOfRun, checkpoint), form);
      return openParts(session, definition, plannedForRun, { checkpoint, conf: confOfRun, warn });
    },
  };
  try {
    const started = await MicroBatchQuery.start(withCleanUp(query, place));
    session.streams.register(started);
    if (definition.stateTtlMs === null) for (const { text } of unboundedState(planned.plan, outputMode)) warn(text);
    if (definition.format === "memory" && name !== null) showMemoryTable(session, name, planned);
    return started;
  } catch (error) {
    // What was wrong counts, not what letting go met on top of it.
    await Promise.allSettled([checkpoint.release()]);
    await place.discard(runtime.files);
    throw error;
  }
}

/** A query that is checked and planned, before anything is opened. */
export interface PreparedQuery {
  readonly definition: StreamDefinition;
  readonly conf: Readonly<Record<string, string>>;
  readonly form: ReturnType<typeof changeFormOf>;
  readonly planned: PlannedQuery;
  readonly identity: QueryIdentity;
}

/** @throws what can be refused without a checkpoint */
export async function prepareQuery(session: SessionContext, given: StreamDefinition): Promise<PreparedQuery> {
  const { provider } = await sinkOf(session, given);
  checkSinkTakes(given.format, provider.capabilities, given.outputMode, changeFormOf(provider, given));
  checkSides(session, given);
  const definition = withLateSample(session, given);
  const conf = session.conf.toRecord();
  const form = changeFormOf(provider, definition);
  const planned = planQuery(definition, conf, form);
  checkStateStore(planned.plan, conf["spark.sql.streaming.stateStore.providerClass"]);
  checkJoinState(planned.plan, conf["spark.sql.streaming.join.stateFormatVersion"]);
  checkScans(session, planned.physical.roots);
  await createOutputs(session, definition, planned, conf);
  return { definition, conf, form, planned, identity: await identityOf(session, definition, planned) };
}

/** What the memory sink has is a view under the query's name. */
function showMemoryTable(session: SessionContext, name: string, { schema: given, upserts }: PlannedQuery): void {
  // By key it has what is there now.
  const schema = upserts ? types.struct(given.fields.slice(0, -1)) : given;
  session.setTempView(name, () => localPlan(session.memoryTables.table(name).content(schema), session.analysisContext));
}

/** @throws OUTPUT_IS_INPUT */
async function identityOf(session: SessionContext, definition: StreamDefinition, { plan, physical }: PlannedQuery): Promise<QueryIdentity> {
  const { outputMode, format: sink } = definition;
  const sources = physical.sources.map(({ table }) => session.tables.get(table));
  const sides: Record<string, string | null> = {};
  for (const side of definition.sides) sides[side.outputId] = await placeOf(session, side.definition);
  const identity: QueryIdentity = {
    sources: sources.map(({ description }) => description),
    places: await sourcePlaces(session, sources),
    tables: tablePlaces(session, plan),
    outputMode,
    sink,
    sinkPlace: await placeOf(session, definition),
    ...(definition.sides.length > 0 && { sidePlaces: sides }),
  };
  checkOutputIsNoInput(identity, sources);
  for (const sinkPlace of Object.values(sides)) checkOutputIsNoInput({ ...identity, sinkPlace }, sources);
  return identity;
}

/** The folder that a definition writes to; null where it writes to none. */
async function placeOf(session: SessionContext, definition: StreamDefinition): Promise<string | null> {
  const { provider, options } = await sinkOf(session, definition);
  return provider.place ? await folderPlace(session.runtime.files, provider.place(options)) : null;
}

/** Configuration that comes out of the log of a checkpoint. @throws CHECKPOINT_INCONSISTENT when it makes no sense */
function checkedConf(conf: Readonly<Record<string, string>>, { location }: Checkpoint): Readonly<Record<string, string>> {
  const problem = evaluationProblem(conf);
  if (problem === null) return conf;
  throw new StreamingError("CHECKPOINT_INCONSISTENT", { location, problem: `a batch was logged with ${problem}` });
}

/** A query planned under a configuration. */
export interface PlannedQuery {
  readonly plan: AnalyzedPlan;
  readonly optimized: OptimizedPlan;
  readonly physical: PhysicalPlan;
  readonly schema: Schema;
  readonly keyColumns: readonly string[] | null;
  /** Whether the sink gets changes by key. */
  readonly upserts: boolean;
  readonly sides: readonly PlannedSide[];
}

export interface PlannedSide extends SideOutput {
  readonly plan: AnalyzedPlan;
}

/** @throws what the analyzer and the planner refuse */
function planQuery(definition: StreamDefinition, conf: Readonly<Record<string, string>>, form: ChangeForm): PlannedQuery {
  const { plan: written, outputMode } = definition;
  const context = contextOf(conf);
  const plan = withMalformedPolicy(reanalyze(written, context), definition);
  checkStreaming(plan, outputMode);
  const asRows = optimize(withLatePolicy(plan, outputMode, definition));
  checkOptimized(asRows);
  const isChanges = outputMode === "changes";
  const { emitEvery: every } = definition;
  if (every !== null && !isChanges) throw new StreamingError("EMIT_EVERY_NEEDS_CHANGES", { mode: outputMode });
  const optimized = isChanges ? planChanges(asRows, { context, every }, form) : asRows;
  const sides = definition.sides.map((side) => ({ ...side, plan: reanalyze(side.definition.plan, context) }));
  const sidePlans = sides.map((side) => ({ outputId: side.outputId, plan: optimize(side.plan) }));
  // The plan of a query of changes says itself what each operator does; what is left to a mode has new rows only.
  const physical = planPhysical(optimized, isChanges ? "append" : outputMode, partitionsOf(conf), sidePlans, definition.stateTtlMs);
  const [schema, keyColumns] = isChanges
    ? [schemaOf(outputOf(optimized)), form === "upserts" ? upsertKeys(optimized, definition.format) : changeKeys(optimized)]
    : [schemaOf(outputOf(plan)), updateKeys(plan)];
  return { plan, optimized, physical, schema, keyColumns, upserts: isChanges && form === "upserts", sides };
}

/** How the sink of a query gets the changes of output mode `changes`: as its option says, or as its format has it. @throws INVALID_OPTION_VALUE when the sink is made */
function changeFormOf({ options }: SinkProvider, definition: StreamDefinition): ChangeForm {
  const said = parseChangeForm(optionOf(definition.options, changesOption().name));
  return said ?? parseChangeForm(options.find(({ name }) => name === changesOption().name)?.default) ?? "rows";
}

/** Opens what a query reads from and writes to, and makes its operators, under a configuration. */
async function openParts(
  session: SessionContext,
  definition: StreamDefinition,
  planned: PlannedQuery,
  { checkpoint, conf, warn }: { checkpoint: Checkpoint; conf: Readonly<Record<string, string>>; warn: (message: string) => void },
): Promise<QueryParts> {
  const { plan, optimized, physical } = planned;
  const { runtime } = session;
  const label = queryLabel({ name: definition.queryName, id: checkpoint.queryId });
  const outputs = await createOutputs(session, definition, planned, conf, label);
  const sources: Source[] = [];
  try {
    for (const [ordinal, { table }] of physical.sources.entries()) {
      const handle = session.tables.get(table);
      const { provider, schema: tableSchema } = handle;
      const options = optionsOfSource(handle, definition);
      const log = checkpoint.sourceLog(ordinal);
      sources.push(await provider.create({ runtime, options, schema: tableSchema, log, bounded: false, conf, warn }));
    }
    const inputs = { ...inputsOf(session, sources, conf), keepLease: () => checkpoint.keepLease() };
    const execution = await createExecution(physical, inputs, makeStreamOperator, definition.staticRefresh);
    // Behind the logs of the sources.
    const tableLog = checkpoint.sourceLog(sources.length);
    return {
      sources,
      execution,
      watermarks: watermarksOf(plan),
      outputs,
      tableRefresh: execution.tables === null ? null : new TableRefresh(execution.tables, tableLog),
      unbounded: definition.stateTtlMs === null ? unboundedState(plan, definition.outputMode).map(({ operatorId }) => operatorId) : [],
      places: idsByPlace(plan),
      operators: operatorShapes(physical.roots, execution.stateful),
      explain: (mode) => explainText({ analyzed: plan, optimized, physical: physical.roots, chunks: runtime.chunks }, mode),
    };
  } catch (error) {
    await Promise.allSettled(sources.map((source) => source.stop()));
    throw error;
  }
}

function checkName(session: SessionContext, name: string | null): void {
  const namesake = name === null ? undefined : session.streams.active.find((query) => query.name === name);
  if (namesake) throw new StreamingError("QUERY_NAME_IN_USE", { name: namesake.name!, runId: namesake.runId });
}

/** The sinks of the result and of what goes beside it, the main one first. */
async function createOutputs(
  session: SessionContext,
  definition: StreamDefinition,
  { schema, keyColumns, upserts, sides }: PlannedQuery,
  conf: Readonly<Record<string, string>>,
  label = definition.queryName ?? undefined,
): Promise<QueryOutput[]> {
  const main = await createSink(session, definition, { schema, ...(upserts && keyColumns && { changeKeys: keyColumns }) }, conf, label);
  const outputs: QueryOutput[] = [
    { id: mainOutput, sink: main, schema, keyColumns, changeColumn: definition.outputMode === "changes" ? changeTypeColumn : null },
  ];
  for (const side of sides) {
    const sideSchema = schemaOf(outputOf(side.plan));
    const sink = await createSink(session, side.definition, { schema: sideSchema }, conf, label);
    outputs.push({ id: side.outputId, sink, schema: sideSchema, keyColumns: null, changeColumn: null });
  }
  return outputs;
}

async function createSink(
  session: SessionContext,
  definition: StreamDefinition,
  rows: Pick<SinkContext, "schema" | "changeKeys">,
  conf: Readonly<Record<string, string>>,
  label: string | undefined,
): Promise<Sink> {
  const { provider, options } = await sinkOf(session.under(conf), definition);
  const { outputMode, partitionBy } = definition;
  const { runtime } = session;
  const print = (line: string): void => session.print(line, label);
  const warn = (message: string): void => session.warn(message, label);
  return provider.create({ runtime, options, ...rows, outputMode, streaming: true, partitionBy, conf, print, warn });
}

function settingsOf({ conf }: SessionContext): QuerySettings {
  return {
    noDataMicroBatches: conf.boolean("spark.sql.streaming.noDataMicroBatches.enabled"),
    minBatchesToRetain: conf.integer("spark.sql.streaming.minBatchesToRetain"),
    numRecentProgressUpdates: conf.integer("spark.sql.streaming.numRecentProgressUpdates"),
    pollingDelayMs: conf.durationMs("spark.sql.streaming.pollingDelay"),
    noDataProgressIntervalMs: conf.durationMs("spark.sql.streaming.noDataProgressEventInterval"),
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

/** @param label of the query, as far as it is known */
function warnOnce(session: SessionContext, label: { readonly current: string | undefined }): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    said.add(message);
    session.warn(message, label.current);
  };
}

guard("StreamingQuery", MicroBatchQuery.prototype, {
  promised: { awaitTermination: [optional(number)] },
});
