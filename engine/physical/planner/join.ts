import { notYetSupported } from "../../errors/streamingError.js";
import { conjunctionOf } from "../../expression/conjuncts.js";
import type { Attribute } from "../../expression/expression.js";
import { splitJoinCondition } from "../../plan/joinKeys.js";
import type { JoinType } from "../../plan/joinType.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { isStreaming } from "../../plan/streamingPlan.js";
import type { PhysicalNode } from "../plan.js";
import type { EquiKey } from "../stateless/staticJoinSpec.js";
import { select, withColumns } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";
import { planStreamJoin } from "./streamJoin.js";

/** Two streams; a stream with a table, or two tables: then the side that is read in passing is probed against the other, which is read first. */
export function* planJoin(node: NodeOf<"join">, context: PlanContext): Planning {
  const leftStreams = isStreaming(node.left);
  const rightStreams = isStreaming(node.right);
  if (leftStreams && rightStreams) return yield* planStreamJoin(node, context);
  const streamIsLeft = leftStreams || (!rightStreams && node.joinType !== "right");
  checkJoinType(node.joinType, streamIsLeft, leftStreams || rightStreams);
  const condition = splitJoinCondition(node.condition, outputOf(node.left), outputOf(node.right));
  const lefts = withColumns(
    yield node.left,
    condition.keys.map((key) => key.left),
  );
  const rights = withColumns(
    yield node.right,
    condition.keys.map((key) => key.right),
  );
  const [stream, table] = streamIsLeft ? [lefts, rights] : [rights, lefts];
  const keys = condition.keys.map(({ nullSafe }, k): EquiKey => ({
    streamColumn: stream.indexes[k]!,
    tableColumn: table.indexes[k]!,
    nullSafe,
  }));
  const [left, right] = [lefts.input, rights.input];
  const { joinType } = node;
  const narrow = joinType === "leftSemi" || joinType === "leftAnti" || joinType === "mark";
  const joined = narrow
    ? [...left.output, ...(node.mark === undefined ? [] : [node.mark])]
    : [...nullableIf(left, !streamIsLeft, node.joinType), ...nullableIf(right, streamIsLeft, node.joinType)];
  const spec = { joinType, streamIsLeft, keys, condition: conjunctionOf(condition.rest), output: joined };
  return select({ kind: "staticJoin", spec, stream: stream.input, table: table.input, output: joined }, outputOf(node));
}

/** Over a stream an outer join keeps the rows of the stream; the other way round the table would have to remember all that came. */
function checkJoinType(joinType: JoinType, streamIsLeft: boolean, streams: boolean): void {
  const left: readonly JoinType[] = [
    "inner",
    "cross",
    "left",
    "leftSemi",
    "leftAnti",
    "mark",
    "single",
    ...(streams ? [] : (["full"] as const)),
  ];
  const kept: readonly JoinType[] = streamIsLeft ? left : ["inner", "cross", "right"];
  if (!kept.includes(joinType))
    throw notYetSupported(`a ${joinType} join that keeps the rows of its ${streamIsLeft ? "right" : "left"} side`);
}

function nullableIf(side: PhysicalNode, isTable: boolean, joinType: JoinType): readonly Attribute[] {
  const padded = joinType === "full" || (isTable && (joinType === "left" || joinType === "right" || joinType === "single"));
  return padded ? side.output.map((attribute) => ({ ...attribute, nullable: true })) : side.output;
}
