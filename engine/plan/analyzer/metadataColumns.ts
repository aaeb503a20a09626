import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute } from "../../expression/expression.js";
import type { LogicalPlan, NodeKind } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { childrenOf, foldUp, withChildren } from "../transform.js";

// Metadata columns (`_metadata`) are in no output: who asks for one by its name makes every node down to the table carry it.

/** Nodes through which metadata columns can be carried. Other nodes make new rows, which lie in no file. */
const transparent: ReadonlySet<NodeKind> = new Set([
  "deduplicate",
  "filter",
  "generate",
  "join",
  "limit",
  "offset",
  "repartition",
  "sample",
  "sort",
  "subqueryAlias",
  "timeWindow",
  "withWatermark",
]);

/**
 * Resolves what may name metadata columns. Most plans name none, so the inputs carry them only where resolution fails for want of one.
 *
 * @param resolve resolves over the inputs it is given; `isWider` where they give more than they did
 */
export function withMetadataColumns<T>(
  inputs: readonly LogicalPlan[],
  resolve: (inputs: readonly LogicalPlan[], isWider: boolean) => T,
): T {
  try {
    return resolve(inputs, false);
  } catch (error) {
    if (!(error instanceof StreamingError) || !asksForHidden(error)) throw error;
    const wider = inputs.map(carrying);
    if (wider.every((input, i) => input === inputs[i])) throw error;
    return resolve(wider, true);
  }
}

/** A node without the metadata columns that its expressions needed. */
export function withoutMetadataColumns(plan: LogicalPlan): LogicalPlan {
  const output = outputOf(plan);
  const shown = output.filter((column) => !isMetadata(column));
  return shown.length === output.length ? plan : { kind: "project", expressions: shown, input: plan };
}

/** Whether a column was not found that could be hidden. Nobody else's names begin so. */
function asksForHidden({ condition, parameters }: StreamingError): boolean {
  const asked = /^UNRESOLVED_COLUMN|^EVENT_TIME_MUST_BE|^CANNOT_RESOLVE_STAR_EXPAND/.test(condition);
  return asked && Object.values(parameters).some((text) => /(^|\W)_metadata(\W|$)/i.test(text));
}

function isMetadata({ hidden }: Attribute): boolean {
  return hidden === "metadata";
}

/** The plan with the metadata columns of its tables in its output; itself where it has none, or has them already. */
function carrying(plan: LogicalPlan): LogicalPlan {
  return foldUp<LogicalPlan>(plan, new Map(), carryingNode);
}

function carryingNode(node: LogicalPlan, inputs: readonly LogicalPlan[]): LogicalPlan {
  if (node.kind === "read")
    return node.metadata.length === 0 ? node : { ...node, output: [...node.output, ...node.metadata], metadata: [] };
  const carried = inputs.flatMap((input) => outputOf(input).filter(isMetadata));
  if (node.kind === "project") {
    const own = new Set(outputOf(node).map(({ id }) => id));
    const missing = carried.filter(({ id }) => !own.has(id));
    return missing.length === 0 ? node : { ...node, expressions: [...node.expressions, ...missing], input: inputs[0]! };
  }
  const before = childrenOf(node);
  if (inputs.every((input, i) => input === before[i])) return node;
  // What a query within a query left out is out of reach under its name.
  if (!transparent.has(node.kind) || (node.kind === "subqueryAlias" && node.input.kind === "project")) return node;
  const over = withChildren(node, inputs);
  if (over.kind !== "generate" || over.repeated === null) return over;
  return { ...over, repeated: [...over.repeated, ...carried.map(({ id }) => id)] };
}
