import type { Attribute } from "../expression/expression.js";
import { unreachable } from "../errors/assert.js";
import { typeName } from "../arrow/types.js";
import type { LogicalPlan } from "./logicalPlan.js";
import { isStreaming } from "./streamingPlan.js";
import { sqlText } from "./sqlText.js";
import { childrenOf } from "./transform.js";

/** A plan as a readable tree, the last step first: what `explain()` prints. */
export function explainPlan(plan: LogicalPlan): string {
  return treeLines(plan).join("\n");
}

function treeLines(plan: LogicalPlan): string[] {
  const children = childrenOf(plan);
  const below = children.flatMap((child, i) => {
    const last = i === children.length - 1;
    return treeLines(child).map((line, j) => (j === 0 ? `+- ${line}` : `${last ? "   " : "|  "}${line}`));
  });
  return [describe(plan), ...below];
}

function describe(plan: LogicalPlan): string {
  switch (plan.kind) {
    case "read":
      return `${plan.streaming ? "ReadStream" : "Read"} ${plan.description} ${columns(plan.output)}`;
    case "localRelation":
      return `LocalRelation ${columns(plan.output)} ${plan.batch.length} rows`;
    case "project":
      return `Project [${plan.expressions.map((e) => sqlText(e)).join(", ")}]`;
    case "filter":
      return `Filter ${sqlText(plan.condition)}`;
    case "aggregate":
      return `Aggregate [${texts(plan.grouping)}] [${texts(plan.aggregates)}]${idOf(plan)}`;
    case "join":
      return `Join ${plan.joinType}${plan.condition === null ? "" : ` ${sqlText(plan.condition)}`}${idOf(plan)}`;
    case "setOperation":
      return `${capital(plan.operation)}${plan.all ? " all" : ""}`;
    case "withWatermark":
      return `WithWatermark ${sqlText(plan.column)}, ${plan.delay}`;
    case "timeWindow":
      return `TimeWindow ${sqlText(plan.time)}, duration ${plan.durationUs} µs, slide ${plan.slideUs} µs, start ${plan.startUs} µs`;
    case "sessionWindow":
      return `SessionWindow ${sqlText(plan.time)}, gap ${sqlText(plan.gap)}`;
    case "generate":
      return `Generate ${sqlText(plan.generator)}${plan.outer ? " outer" : ""} ${columns(plan.generated)}`;
    case "deduplicate":
      return `Deduplicate [${texts(plan.keys ?? [])}]${plan.withinWatermark ? " within watermark" : ""}${idOf(plan)}`;
    case "sort":
      return `Sort [${texts(plan.order)}]${plan.global ? "" : " within partitions"}`;
    case "limit":
    case "offset":
      return `${capital(plan.kind)} ${plan.count}${plan.kind === "limit" && isStreaming(plan) ? idOf(plan) : ""}`;
    case "sample":
      return `Sample ${plan.fraction}, seed ${plan.seed}`;
    case "repartition":
      return `Repartition ${plan.partitions}`;
    case "subqueryAlias":
      return `SubqueryAlias ${plan.alias}`;
    default:
      return unreachable(plan);
  }
}

function idOf({ operatorId }: { readonly operatorId?: string }): string {
  return operatorId === undefined ? "" : ` (${operatorId})`;
}

function texts(expressions: readonly Parameters<typeof sqlText>[0][]): string {
  return expressions.map((e) => sqlText(e)).join(", ");
}

function columns(output: readonly Attribute[]): string {
  return `[${output.map((a) => `${a.name}: ${typeName(a.type)}`).join(", ")}]`;
}

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
