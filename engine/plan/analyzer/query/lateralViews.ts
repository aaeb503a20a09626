import type { AnalyzedPlan } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import type { LateralView } from "../../unresolved.js";
import type { Expression } from "../../../expression/expression.js";
import { analyze } from "../analyze.js";
import type { Environment } from "./environment.js";

/** LATERAL VIEW: the rows of the input, each with those that a generator makes of it, whose columns have a table name of their own. */
export function resolveLateralView({ generator, outer, table, columns, input }: LateralView, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const rows = environment.analyze(input, environment);
  const before = outputOf(rows);
  const asked: Expression =
    generator.kind === "unresolvedFunction" && outer && !generator.name.toLowerCase().endsWith("_outer")
      ? { ...generator, name: `${generator.name}_outer` }
      : generator;
  const item: Expression = columns.length === 0 ? asked : { kind: "multiAlias", child: asked, names: columns };
  const generated = analyze({ kind: "project", expressions: [...before, item], input: rows }, context);
  if (table === null || generated.kind !== "project") return generated;
  const own = new Set(before.map(({ id }) => id));
  const expressions = outputOf(generated).map((a) => (own.has(a.id) ? a : { ...a, qualifier: [table] }));
  return analyze({ ...generated, expressions }, context);
}
