import type { OutputMode } from "../engine/contract/sink.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Attribute } from "../engine/expression/expression.js";
import { analyze } from "../engine/plan/analyzer/analyze.js";
import { lateOutput, withLateTaps } from "../engine/plan/lateRows.js";
import { factsOf, type AnalyzedPlan } from "../engine/plan/logicalPlan.js";
import { decodesText, malformedModes, malformedOutput, namesMode, withMalformedMode } from "../engine/plan/malformedRecords.js";
import { isStreaming, streamsOf } from "../engine/plan/streamingPlan.js";
import { nodesOf } from "../engine/plan/transform.js";
import type { SessionContext } from "./sessionContext.js";
import { newStreamDefinition, type SideOutput, type StreamDefinition } from "./streamDefinition.js";
import type { TableHandle } from "./tables.js";

/** The outputs that a query may have beside its result. */
export const sideOutputs = ["late", "malformed"] as const;
export type SideOutputId = (typeof sideOutputs)[number];

/** The policy that sends rows there. */
const policies = { late: "onLate", malformed: "onMalformed" } as const satisfies Readonly<Record<SideOutputId, keyof StreamDefinition>>;

/** @throws SIDE_OUTPUT_UNKNOWN */
export function checkedSideOutput(output: string): SideOutputId {
  const known = sideOutputs.find((id) => id === output);
  if (known === undefined) throw new StreamingError("SIDE_OUTPUT_UNKNOWN", { output });
  return known;
}

/** @throws INVALID_OPTION_VALUE for a word that is none of them */
export function checkedPolicy<const P extends string>(method: string, policy: string, known: readonly P[]): P {
  const found = known.find((word) => word === policy);
  if (found !== undefined) return found;
  throw new StreamingError("INVALID_OPTION_VALUE", {
    option: method,
    owner: "DataStreamWriter",
    value: policy,
    expected: known.map((word) => `"${word}"`).join(", "),
  });
}

/** The rows of a side output of a query, as a plan that its writer goes on with. @throws what `lateOutput` throws */
export function sideRowsPlan(session: SessionContext, plan: AnalyzedPlan, outputId: SideOutputId): AnalyzedPlan {
  const output: readonly Attribute[] = outputId === "late" ? lateOutput(plan, "append") : malformedOutput();
  return analyze({ kind: "sideRows", outputId, output }, session.analysisContext);
}

/**
 * What a function of `sideOutput` gave, as a part of its query.
 *
 * @throws SIDE_OUTPUT_WRITER, SIDE_OUTPUT_OPERATION, SIDE_OUTPUT_SETTING
 */
export function checkedSide(outputId: SideOutputId, definition: StreamDefinition | null): SideOutput {
  if (definition === null || !isOver(definition.plan, outputId)) throw new StreamingError("SIDE_OUTPUT_WRITER", { output: outputId });
  const { plan, outputMode, trigger, checkpointLocation, onLate, onMalformed, sides, stateTtlMs, stateHooks, emitEvery } = definition;
  for (const node of nodesOf(plan)) {
    const isState = factsOf(node).operatorKind(node, streamsOf(node)) !== null && isStreaming(node);
    const other = node.kind === "read" && node.streaming ? "a stream of its own" : null;
    const refused = isState || node.kind === "withWatermark" || node.kind === "sort" ? factsOf(node).explain(node) : other;
    if (refused !== null) throw new StreamingError("SIDE_OUTPUT_OPERATION", { output: outputId, operation: refused });
  }
  const fresh = newStreamDefinition(plan);
  const own = [
    ["output mode", outputMode !== fresh.outputMode],
    ["trigger", trigger !== fresh.trigger],
    ["checkpointLocation", checkpointLocation !== null],
    ["policy of late rows", onLate !== null],
    ["policy of malformed records", onMalformed !== null],
    ["side output", sides.length > 0],
    ["stateTtl", stateTtlMs !== null],
    ["emitEvery", emitEvery !== null],
    ["migrateState", Object.keys(stateHooks).length > 0],
  ] as const;
  for (const [setting, isSet] of own) if (isSet) throw new StreamingError("SIDE_OUTPUT_SETTING", { output: outputId, setting });
  return { outputId, definition };
}

function isOver(plan: AnalyzedPlan, outputId: string): boolean {
  return [...nodesOf(plan)].some((node) => node.kind === "sideRows" && node.outputId === outputId);
}

/**
 * Whether what is said of late and malformed rows, and where they go, fits together and the query.
 *
 * @throws SIDE_OUTPUT_WITHOUT_SINK, SIDE_OUTPUT_UNUSED, SIDE_OUTPUT_WITHOUT_ROWS
 */
export function checkSides(session: SessionContext, definition: StreamDefinition): void {
  const { plan, outputMode, onLate, onMalformed, sides } = definition;
  for (const output of sideOutputs) {
    const isSent = definition[policies[output]] === "sideOutput";
    const policy = output === "late" ? "Late" : "Malformed";
    const hasSink = sides.some(({ outputId }) => outputId === output);
    if (isSent && !hasSink) throw new StreamingError("SIDE_OUTPUT_WITHOUT_SINK", { output, policy });
    if (hasSink && !isSent) throw new StreamingError("SIDE_OUTPUT_UNUSED", { output, policy });
  }
  if (onLate === "sideOutput" || onLate === "fail") lateOutput(plan, outputMode);
  if (onMalformed === null || decodesText(plan)) return;
  const reads = [...nodesOf(plan)].some((node) => node.kind === "read" && node.streaming && decodesRecords(session.tables.get(node.table)));
  if (reads) return;
  const reason = "it reads no stream of JSON or CSV and has no from_json, but those that name a mode themselves";
  throw new StreamingError("SIDE_OUTPUT_WITHOUT_ROWS", { output: "malformed", reason });
}

/** Whether malformed records of a table are dealt with as the query says. */
function decodesRecords({ format, options }: TableHandle): boolean {
  return (format === "json" || format === "csv") && !namesMode(options);
}

/** The options that a stream of the query is read with. */
export function optionsOfSource(
  table: TableHandle,
  { onMalformed }: Pick<StreamDefinition, "onMalformed">,
): Readonly<Record<string, string>> {
  if (onMalformed === null || !decodesRecords(table)) return table.options;
  return { ...table.options, mode: malformedModes[onMalformed === "sideOutput" ? "drop" : onMalformed] };
}

/** The plan with what is said of malformed texts in it. */
export function withMalformedPolicy(plan: AnalyzedPlan, { onMalformed }: Pick<StreamDefinition, "onMalformed">): AnalyzedPlan {
  return onMalformed === null ? plan : withMalformedMode(plan, onMalformed);
}

/** The plan with taps where late rows are told of, or end the query. */
export function withLatePolicy(plan: AnalyzedPlan, outputMode: OutputMode, { onLate, sides }: StreamDefinition): AnalyzedPlan {
  const isTold = sides.some(({ outputId }) => outputId === "late");
  return isTold || onLate === "fail" ? withLateTaps(plan, outputMode, isTold) : plan;
}

/**
 * `onLate("drop")`: late rows are told of too, to nobody, so that the progress counts them and has the first of a batch. Where they have no columns in common that could be told
 * (nothing is late, or operators give a name to different types), there is no sample.
 */
export function withLateSample(session: SessionContext, definition: StreamDefinition): StreamDefinition {
  if (definition.onLate !== "drop") return definition;
  let plan: AnalyzedPlan;
  try {
    plan = sideRowsPlan(session, definition.plan, "late");
    lateOutput(definition.plan, definition.outputMode);
  } catch (error) {
    if (error instanceof StreamingError) return definition;
    throw error;
  }
  return {
    ...definition,
    sides: [...definition.sides, { outputId: "late", definition: { ...newStreamDefinition(plan), format: "noop" } }],
  };
}
