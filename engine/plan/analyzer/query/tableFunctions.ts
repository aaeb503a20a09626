import { atPlace } from "../../../errors/textPlace.js";
import { types } from "../../../arrow/types.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, type Attribute, type Expression } from "../../../expression/expression.js";
import { fold } from "../../../expression/fold.js";
import { isGeneratorName } from "../../../expression/resolve.js";
import { coerceTo } from "../../../expression/types/coerce.js";
import { rangeRows } from "../../../values/rangeRows.js";
import type { AnalyzedPlan } from "../../logicalPlan.js";
import type { TableFunction } from "../../unresolved.js";
import { analyze } from "../analyze.js";
import { resolveExpression } from "../resolveExpression.js";
import { Scope } from "../scope.js";
import type { Environment } from "./environment.js";
import { oneRow } from "./oneRow.js";

/** A function in FROM: range, or a generator over nothing. @throws UNRESOLVABLE_TABLE_VALUED_FUNCTION */
export function resolveTableFunction(call: TableFunction, environment: Environment): AnalyzedPlan {
  return atPlace(call.position, () => tableOf(call, environment));
}

function tableOf({ name, args, position }: TableFunction, environment: Environment): AnalyzedPlan {
  if (name === "range") return range(args, environment);
  if (!isGeneratorName(name)) throw new StreamingError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", { name: `\`${name}\`` });
  const call: Expression = { kind: "unresolvedFunction", name, args, distinct: false, filter: null, position };
  return analyze({ kind: "project", expressions: [call], input: oneRow(environment.context) }, environment.context);
}

/** range(end), range(start, end [, step [, partitions]]). */
function range(args: readonly Expression[], { context }: Environment): AnalyzedPlan {
  if (args.length === 0 || args.length > 4) {
    throw new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
      functionName: "`range`",
      expectedNum: "[1, 2, 3, 4]",
      actualNum: String(args.length),
      docroot: "https://spark.apache.org/docs/latest",
    });
  }
  const scope = new Scope([], context);
  const numbers = args.map((arg) => {
    const e = fold(coerceTo(resolveExpression(arg, scope), types.long, context));
    if (e.kind !== "literal" || e.value === null) throw new StreamingError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", { name: "`range`" });
    return BigInt(e.value as bigint | number);
  });
  const [start, end] = numbers.length === 1 ? [0n, numbers[0]!] : [numbers[0]!, numbers[1]!];
  const step = numbers[2] ?? 1n;
  const id: Attribute = { kind: "attribute", id: freshId(), name: "id", type: types.long, nullable: false, qualifier: [] };
  return analyze({ kind: "localRelation", batch: rangeRows(start, end, step), output: [id] }, context);
}
