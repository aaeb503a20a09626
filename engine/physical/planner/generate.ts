import { types } from "../../arrow/types.js";
import { unreachable } from "../../errors/assert.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { freshId, literal, type Call, type Expression } from "../../expression/expression.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { indexOf, withColumns } from "./columns.js";
import type { Planning } from "./context.js";
import { planProject } from "./project.js";

/** explode and its family. `json_tuple` makes one row of each, and is a projection over the JSON decoder. */
export function* planGenerate(node: NodeOf<"generate">): Planning {
  const call = node.generator as Call;
  const name = call.name as "explode" | "posexplode" | "inline" | "stack" | "json_tuple";
  const output = outputOf(node);
  const kept = output.slice(0, output.length - node.generated.length);
  const below = yield node.input;
  if (name === "json_tuple") return planProject(null, [...kept, ...jsonTuple(call)], below, output);
  const bound = withColumns(below, name === "stack" ? call.args.slice(1) : call.args);
  const { input } = bound;
  const generator = { columns: bound.indexes, repeated: kept.map((column) => indexOf(input.output, column)), outer: node.outer };
  switch (name) {
    case "explode":
    case "posexplode":
    case "inline":
      return { kind: "generate", generator: { kind: name, ...generator }, input, output };
    case "stack":
      return { kind: "generate", generator: { kind: name, rows: rowsOf(call), ...generator }, input, output };
    default:
      return unreachable(name);
  }
}

function rowsOf({ args: [rows] }: Call): number {
  return rows?.kind === "literal" ? Number(rows.value) : 1;
}

/** The fields of a JSON text as texts: those of one decoded struct. */
function jsonTuple(call: Call): readonly Expression[] {
  const names = call.args.slice(1).map((arg) => {
    if (arg.kind !== "literal") throw notYetSupported("json_tuple with names that are computed");
    return arg.value as string | null;
  });
  const fields = [...new Set(names)].flatMap((name) => (name === null ? [] : [{ name, type: types.string, nullable: true }]));
  const decoded: Call = { ...call, name: "from_json", args: [call.args[0]!], type: types.struct(fields), nullable: true, options: {} };
  return names.map((name): Expression => {
    const child: Expression =
      name === null
        ? literal(null, types.string)
        : { ...call, name: "getField", args: [decoded, literal(name, types.string)], type: types.string, nullable: true };
    return { kind: "alias", child, name: name ?? "", id: freshId() };
  });
}
