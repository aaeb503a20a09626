import { types } from "../../arrow/types.js";
import { conjunctionOf } from "../../expression/conjuncts.js";
import { freshId, type Alias, type Attribute, type Call, type Expression } from "../../expression/expression.js";
import { attributeOf } from "../../plan/attributeOf.js";
import type { LogicalPlan, NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { eachOf } from "../../plan/descend.js";
import type { Planning } from "./context.js";

/** UNION by an operator; INTERSECT and EXCEPT as joins by all columns. */
export function* planSetOperation(node: NodeOf<"setOperation">): Planning {
  const output = outputOf(node);
  if (node.operation === "union") return { kind: "union", inputs: yield* eachOf(node.inputs), output };
  const joinType = node.operation === "intersect" ? "leftSemi" : "leftAnti";
  // ALL counts copies: the nth of the left one meets the nth of the right one.
  const [left, ...others] = node.all ? node.inputs.map(numbered) : node.inputs;
  const joined = others.reduce((rows, right) => joinAll(joinType, rows, right), left!);
  const columns = outputOf(joined);
  const expressions = output.map(({ id, name }, i): Alias => ({ kind: "alias", child: columns[i]!, name, id }));
  const named: LogicalPlan = { kind: "project", expressions, input: joined };
  return yield node.all ? named : { kind: "deduplicate", columns: null, withinWatermark: false, keys: output, input: named };
}

function joinAll(joinType: "leftSemi" | "leftAnti", left: LogicalPlan, right: LogicalPlan): LogicalPlan {
  const rights = outputOf(right);
  const terms = outputOf(left).map((column, i): Call => {
    return { kind: "call", name: "<=>", args: [column, rights[i]!], type: types.boolean, nullable: false, evalMode: "ansi" };
  });
  return { kind: "join", joinType, condition: conjunctionOf(terms), using: null, left, right };
}

/** Rows with the number of each among its copies, behind its columns. */
function numbered(input: LogicalPlan): LogicalPlan {
  const partition: readonly Attribute[] = outputOf(input);
  const child: Expression = {
    kind: "windowCall",
    name: "row_number",
    args: [],
    filter: null,
    ignoreNulls: false,
    partition,
    order: [],
    frame: { unit: "rows", start: { kind: "unboundedPreceding" }, end: { kind: "currentRow" } },
    type: types.int,
    nullable: false,
    evalMode: "ansi",
  };
  const alias: Alias = { kind: "alias", child, name: "copy", id: freshId() };
  const windowed: LogicalPlan = { kind: "window", calls: [alias], input };
  return { kind: "project", expressions: [...partition, attributeOf(alias)], input: windowed };
}
