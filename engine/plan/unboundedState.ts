import type { OutputMode } from "../contract/sink.js";
import type { Attribute } from "../expression/expression.js";
import { attributeOf } from "./attributeOf.js";
import { boundsState, hasWatermarkInKeys } from "./joinBounds.js";
import type { AnalyzedPlan, LogicalPlan, NodeOf } from "./logicalPlan.js";
import { outputOf } from "./outputOf.js";
import { isStreaming, streamsOf } from "./streamingPlan.js";
import { nodesOf, nodesUp } from "./transform.js";

/** An operator whose state nothing bounds. */
export interface UnboundedState {
  readonly operatorId: string;
  /** What it keeps for ever, why, and what to write instead. */
  readonly text: string;
}

/** The operators of a stream whose state can only grow, most upstream first: no watermark says when they may forget. */
export function unboundedState(plan: AnalyzedPlan, outputMode: OutputMode): readonly UnboundedState[] {
  return nodesUp(plan).flatMap((node): UnboundedState[] => {
    const problem = problemOf(node, outputMode);
    if (problem === null || !("operatorId" in node) || node.operatorId === undefined) return [];
    return [{ operatorId: node.operatorId, text: `${node.operatorId} keeps ${problem}; or bound it by writeStream.stateTtl("…").` }];
  });
}

function problemOf(node: LogicalPlan, outputMode: OutputMode): string | null {
  if (!isStreaming(node)) return null;
  switch (node.kind) {
    case "aggregate":
      return groupsProblem(node, outputMode);
    case "deduplicate":
      return keysProblem(node);
    case "join":
      return streamsOf(node).every(Boolean) ? rowsProblem(node) : null;
    default:
      return null;
  }
}

function groupsProblem({ grouping, input }: NodeOf<"aggregate">, outputMode: OutputMode): string | null {
  // Complete mode asks for every group there ever was.
  if (grouping.length === 0 || outputMode === "complete") return null;
  const keys = grouping.map(attributeOf);
  if (keys.some(hasEventTime)) return null;
  const window = [...nodesOf(input)].find((node) => node.kind === "timeWindow" || node.kind === "sessionWindow");
  const time = window?.time.kind === "attribute" ? window.time.name : timeOf(outputOf(input));
  const grouped = window === undefined ? "and group by a window of it" : "so that its windows end";
  return `every group for ever: no event time with a watermark is among its keys. ${declare(time)}, ${grouped}`;
}

function keysProblem({ keys = [], withinWatermark, input }: NodeOf<"deduplicate">): string | null {
  if (withinWatermark || keys.some(hasEventTime)) return null;
  const columns = outputOf(input);
  const known = columns.find(hasEventTime);
  if (known === undefined)
    return `every key for ever: no watermark says when one may be forgotten. ${declare(timeOf(columns))} and use dropDuplicatesWithinWatermark`;
  return `every key for ever: the event time ${known.name} is not among them. Add it to the keys, or use dropDuplicatesWithinWatermark`;
}

function rowsProblem({ condition, left, right }: NodeOf<"join">): string | null {
  const [lefts, rights] = [outputOf(left), outputOf(right)];
  if (hasWatermarkInKeys(condition, lefts, rights)) return null;
  const sides = [
    { name: "left", other: "right", columns: lefts, others: rights },
    { name: "right", other: "left", columns: rights, others: lefts },
  ].filter(({ columns, others }) => !columns.some(hasEventTime) || !boundsState(condition, columns, others));
  const [side] = sides;
  if (side === undefined) return null;
  const kept = sides.length === 2 ? "every row of both sides" : `every row of its ${side.name} side`;
  const missing = [side.columns, side.others].find((columns) => !columns.some(hasEventTime));
  if (missing !== undefined)
    return `${kept} for ever: its ${missing === side.columns ? side.name : side.other} side has no watermark. ${declare(timeOf(missing))}, and let the condition bound the times of both sides by each other`;
  return `${kept} for ever: the condition does not bound its ${side.name} side by the event time of its ${side.other} side. Add such a bound (AND r.at BETWEEN l.at AND l.at + INTERVAL 1 HOUR)`;
}

/** What to write of the column that has the time; null where none looks like it. */
function declare(time: string | null): string {
  return time === null
    ? "Give a column of type TIMESTAMP a watermark (withWatermark)"
    : `Give the column ${time} a watermark (withWatermark("${time}", "…"))`;
}

function timeOf(columns: readonly Attribute[]): string | null {
  return columns.find(({ type }) => type.kind === "timestamp")?.name ?? null;
}

function hasEventTime({ eventTime }: Attribute): boolean {
  return eventTime !== undefined;
}
