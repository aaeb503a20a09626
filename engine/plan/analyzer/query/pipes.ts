import { unreachable } from "../../../errors/assert.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, type Expression } from "../../../expression/expression.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import type { PipeAggregate, PipeColumns } from "../../unresolved.js";
import { analyze } from "../analyze.js";
import type { Environment } from "./environment.js";
import { resolveSelect } from "./selects.js";

/** `|> AGGREGATE a GROUP BY b` is `SELECT b, a … GROUP BY b`. */
export function resolvePipeAggregate({ aggregates, grouping, input }: PipeAggregate, environment: Environment): AnalyzedPlan {
  const keys = grouping?.kind === "list" ? grouping.items.flatMap((item) => (item.kind === "expression" ? [item.expression] : [])) : [];
  return resolveSelect(
    {
      kind: "select",
      distinct: false,
      items: [...keys, ...aggregates],
      from: input,
      where: null,
      grouping: grouping ?? { kind: "list", items: [], with: null },
      having: null,
      windows: [],
      qualify: null,
      hints: [],
    },
    environment,
  );
}

/** EXTEND adds columns, SET replaces them in place, DROP leaves them out. */
export function resolvePipeColumns({ change, input }: PipeColumns, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const rows = environment.analyze(input, environment);
  const output = outputOf(rows);
  const project = (expressions: readonly Expression[]): AnalyzedPlan => analyze({ kind: "project", expressions, input: rows }, context);
  switch (change.kind) {
    case "extend":
      return project([...output, ...change.items]);
    case "drop": {
      const gone = change.names.map((parts) => columnOf(parts, output));
      return project(output.filter((a) => !gone.includes(a)));
    }
    case "set": {
      let current: readonly Expression[] = output;
      for (const { name, value } of change.assignments) {
        const at = output.indexOf(columnOf(name, output));
        current = current.map((e, i) => (i === at ? { kind: "alias", child: value, name: output[i]!.name, id: freshId() } : e));
      }
      return project(current);
    }
    default:
      return unreachable(change);
  }
}

function columnOf(parts: readonly string[], output: ReturnType<typeof outputOf>) {
  const found = output.filter(({ name }) => name.toLowerCase() === parts.at(-1)!.toLowerCase());
  if (found.length > 0) return found[0]!;
  throw new StreamingError("UNRESOLVED_COLUMN.WITH_SUGGESTION", {
    objectName: parts.map((part) => `\`${part}\``).join("."),
    proposal: output.map(({ name }) => `\`${name}\``).join(", "),
  });
}
