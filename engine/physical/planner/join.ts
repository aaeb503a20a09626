import { notYetSupported } from "../../errors/streamingError.js";
import type { Attribute, Expression } from "../../expression/expression.js";
import type { Join, JoinType } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { isStreaming } from "../../plan/streamingPlan.js";
import { referencesOf } from "../../plan/transform.js";
import type { PhysicalNode } from "../plan.js";
import type { EquiKey } from "../stateless/staticJoinSpec.js";
import { select, withColumn } from "./columns.js";
import type { PlanContext } from "./context.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";

/** A stream with a table, or two tables: the side that is read in passing is probed against the other, which is read first. */
export function planJoin(node: Join, context: PlanContext): PhysicalNode {
  const leftStreams = isStreaming(node.left);
  const rightStreams = isStreaming(node.right);
  if (leftStreams && rightStreams) throw notYetSupported("joining two streams");
  const streamIsLeft = leftStreams || (!rightStreams && node.joinType !== "right");
  checkJoinType(node.joinType, streamIsLeft);
  const sides = { stream: context.plan(streamIsLeft ? node.left : node.right), table: context.plan(streamIsLeft ? node.right : node.left) };
  const keys: EquiKey[] = [];
  const residual: Expression[] = [];
  for (const part of conjunctsOf(node.condition)) {
    const pair = equality(part, sides.stream.output, sides.table.output);
    if (pair === null) {
      residual.push(part);
      continue;
    }
    const stream = withColumn(sides.stream, pair.stream);
    const table = withColumn(sides.table, pair.table);
    sides.stream = stream.input;
    sides.table = table.input;
    keys.push({ streamColumn: stream.index, tableColumn: table.index, nullSafe: pair.nullSafe });
  }
  const [left, right] = streamIsLeft ? [sides.stream, sides.table] : [sides.table, sides.stream];
  const narrow = node.joinType === "leftSemi" || node.joinType === "leftAnti";
  const joined = narrow
    ? left.output
    : [...nullableIf(left, !streamIsLeft, node.joinType), ...nullableIf(right, streamIsLeft, node.joinType)];
  const spec = { joinType: node.joinType, streamIsLeft, keys, condition: conjunctionOf(residual), output: joined };
  return select({ kind: "staticJoin", spec, ...sides, output: joined }, outputOf(node));
}

/** An outer join keeps the rows of the side that is read in passing; the other way round the table would have to remember all that came. */
function checkJoinType(joinType: JoinType, streamIsLeft: boolean): void {
  const kept: readonly JoinType[] = streamIsLeft ? ["inner", "cross", "left", "leftSemi", "leftAnti"] : ["inner", "cross", "right"];
  if (!kept.includes(joinType))
    throw notYetSupported(`a ${joinType} join that keeps the rows of its ${streamIsLeft ? "right" : "left"} side`);
}

function nullableIf(side: PhysicalNode, isTable: boolean, joinType: JoinType): readonly Attribute[] {
  const padded = isTable && (joinType === "left" || joinType === "right");
  return padded ? side.output.map((attribute) => ({ ...attribute, nullable: true })) : side.output;
}

interface Equality {
  readonly stream: Expression;
  readonly table: Expression;
  readonly nullSafe: boolean;
}

/** `a = b` with `a` of one side and `b` of the other. */
function equality(e: Expression, stream: readonly Attribute[], table: readonly Attribute[]): Equality | null {
  if (e.kind !== "call" || (e.name !== "=" && e.name !== "<=>")) return null;
  const [a, b] = e.args as [Expression, Expression];
  const nullSafe = e.name === "<=>";
  if (isOf(a, stream) && isOf(b, table)) return { stream: a, table: b, nullSafe };
  if (isOf(b, stream) && isOf(a, table)) return { stream: b, table: a, nullSafe };
  return null;
}

/** Whether an expression reads this side, and nothing else. */
function isOf(e: Expression, output: readonly Attribute[]): boolean {
  const references = referencesOf(e);
  const own = new Set(output.map(({ id }) => id));
  return references.size > 0 && [...references].every((id) => own.has(id));
}
