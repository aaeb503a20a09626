import { atPlace } from "../../../errors/textPlace.js";
import { sqlTypeName, types } from "../../../arrow/types.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, type Attribute, type Expression } from "../../../expression/expression.js";
import { foldEagerly } from "../../../expression/fold.js";
import { findEntry } from "../../../expression/functions/table.js";
import { isAggregateName, isGeneratorName } from "../../../expression/resolve.js";
import { coerceTo, type AnalysisContext } from "../../../expression/types/coerce.js";
import { isNumeric, typeOf } from "../../../expression/types/typeOf.js";
import { sqlText } from "../../sqlText.js";
import { isWindowFunctionName } from "../windowCalls.js";
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
  if (!isGeneratorName(name)) {
    const isFunction = findEntry(name) !== undefined || isAggregateName(name) || isWindowFunctionName(name);
    if (isFunction) throw new StreamingError("NOT_A_TABLE_FUNCTION", { functionName: `\`${name}\`` });
    throw new StreamingError("UNRESOLVABLE_TABLE_VALUED_FUNCTION", { name: `\`${name}\`` });
  }
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
  const names = args.length === 1 ? ["end"] : places;
  const numbers = args.map((arg, i) => rangeArgument(arg, names[i]!, context));
  const [start, end] = numbers.length === 1 ? [0n, numbers[0]!] : [numbers[0]!, numbers[1]!];
  const step = numbers[2] ?? 1n;
  if (step === 0n) throw failedRange("its step is 0");
  if ((numbers[3] ?? 1n) < 1n) throw failedRange("it needs a part or more");
  const id: Attribute = { kind: "attribute", id: freshId(), name: "id", type: types.long, nullable: false, qualifier: [] };
  return analyze({ kind: "localRelation", batch: rangeRows(start, end, step), output: [id] }, context);
}

const places = ["start", "end", "step", "numSlices"];
const ordinals = ["first", "second", "third", "4th"];

function failedRange(reason: string): StreamingError {
  return new StreamingError("FAILED_FUNCTION_CALL", { funcName: "`range`", reason });
}

/** A whole number. @throws NON_FOLDABLE_ARGUMENT, UNEXPECTED_INPUT_TYPE, CAST_INVALID_INPUT */
function rangeArgument(given: Expression, name: string, context: AnalysisContext): bigint {
  const wanted = name === "numSlices" ? types.int : types.long;
  const notConstant = new StreamingError("NON_FOLDABLE_ARGUMENT", {
    funcName: "`range`",
    paramName: `\`${name}\``,
    paramType: `"${sqlTypeName(wanted)}"`,
  });
  if (given.kind === "namedArgument") throw notConstant;
  const arg = resolveExpression(given, new Scope([], context));
  const type = typeOf(arg);
  const value = foldEagerly(isNumeric(type) || type.kind === "string" ? coerceTo(arg, wanted, context) : arg);
  if (value.kind !== "literal") throw notConstant;
  if (value.type.kind === wanted.kind && value.value !== null) return BigInt(value.value as bigint | number);
  throw new StreamingError("UNEXPECTED_INPUT_TYPE", {
    paramIndex: ordinals[places.indexOf(name)]!,
    functionName: "`range`",
    requiredType: `"${sqlTypeName(wanted)}"`,
    inputSql: `"${sqlText(arg)}"`,
    inputType: `"${sqlTypeName(type)}"`,
  });
}
