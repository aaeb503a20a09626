import { StreamingError } from "../../errors/streamingError.js";
import { types, type DataType, type Field } from "../../arrow/types.js";
import { freshId, type Attribute, type Expression, type UnresolvedFunction } from "../../expression/expression.js";
import { isGeneratorName } from "../../expression/resolve.js";
import { coerceAll, type AnalysisContext } from "../../expression/types/coerce.js";
import { typeOf } from "../../expression/types/typeOf.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { sqlText } from "../sqlText.js";
import { someExpression } from "../../expression/traverse.js";
import { prettyText, resolveExpression } from "./resolveExpression.js";
import { Scope } from "./scope.js";

/** A select list after its generator was taken out: the generator's columns stand in its place. */
interface Extracted {
  readonly items: readonly Expression[];
  readonly input: LogicalPlan;
}

/** Puts `explode(…)` and its like into a Generate node below the select list. At most one, and not inside another expression. */
export function extractGenerator(items: readonly Expression[], input: LogicalPlan, context: AnalysisContext): Extracted {
  const scope = new Scope(outputOf(input), context);
  const generators = items.filter((item) => generatorOf(item) !== null);
  for (const item of items) {
    const inner = item.kind === "alias" || item.kind === "multiAlias" ? item.child : item;
    const call = generatorOf(item);
    const nested = call === null ? someExpression(inner, isGenerator) : call.args.some((arg) => someExpression(arg, isGenerator));
    if (nested) throw new StreamingError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression: `"${prettyText(inner, scope)}"` });
  }
  if (generators.length === 0) return { items, input };
  if (generators.length > 1) {
    const texts = generators.map((e) => `"${prettyText(generatorOf(e)!, scope)}"`).join(", ");
    throw new StreamingError("UNSUPPORTED_GENERATOR.MULTI_GENERATOR", { num: String(generators.length), generators: texts });
  }
  const item = generators[0]!;
  const call = generatorOf(item)!;
  const { generated, node } = generateNode(call, item, input, scope);
  return { items: items.flatMap((e): readonly Expression[] => (e === item ? generated : [e])), input: node };
}

/** The generator that an item is, under its names; null when it is something else. */
function generatorOf(item: Expression): UnresolvedFunction | null {
  const e = item.kind === "alias" || item.kind === "multiAlias" ? item.child : item;
  return isGenerator(e) ? e : null;
}

function isGenerator(e: Expression): e is UnresolvedFunction {
  return e.kind === "unresolvedFunction" && isGeneratorName(e.name.toLowerCase());
}

function generateNode(
  call: UnresolvedFunction,
  item: Expression,
  input: LogicalPlan,
  scope: Scope,
): { generated: readonly Attribute[]; node: LogicalPlan } {
  const outer = call.name.toLowerCase().endsWith("_outer");
  const name = call.name.toLowerCase().replace(/_outer$/, "");
  const given = call.args.map((arg) => resolveExpression(arg, scope));
  const { args, fields } = generatedFields(name, given, scope.context);
  const names = item.kind === "multiAlias" ? item.names : item.kind === "alias" ? [item.name] : fields.map((f) => f.name);
  if (names.length !== fields.length) {
    throw new StreamingError("NUM_TABLE_VALUE_ALIASES_MISMATCH", {
      aliasesNum: String(names.length),
      outColsNum: String(fields.length),
      funcName: `\`${name}\``,
    });
  }
  const generated = fields.map((field, i): Attribute => ({
    kind: "attribute",
    id: freshId(),
    name: names[i]!,
    type: field.type,
    nullable: field.nullable || outer,
    qualifier: [],
  }));
  const type = types.array(types.struct(fields), false);
  const generator: Expression = { kind: "call", name, args, type, nullable: false, evalMode: scope.context.ansi ? "ansi" : "legacy" };
  return { generated, node: { kind: "generate", generator, outer, generated, input } };
}

interface GeneratedFields {
  readonly args: readonly Expression[];
  readonly fields: readonly Field[];
}

/** The columns that a generator gives. @throws WRONG_GENERATOR_INPUT */
function generatedFields(name: string, args: readonly Expression[], context: AnalysisContext): GeneratedFields {
  const position: Field = { name: "pos", type: types.int, nullable: false };
  switch (name) {
    case "explode":
      return { args, fields: elements(name, args) };
    case "posexplode":
      return { args, fields: [position, ...elements(name, args)] };
    case "inline": {
      const type = args.length === 1 ? typeOf(args[0]!) : types.null;
      if (type.kind !== "array" || type.element.kind !== "struct") throw wrongInput(name, "an array of structs", args);
      const { containsNull, element } = type;
      return { args, fields: element.fields.map((f) => ({ ...f, nullable: f.nullable || containsNull })) };
    }
    case "json_tuple":
      if (args.length < 2) throw wrongInput(name, "JSON text and the names of fields", args);
      return { args, fields: args.slice(1).map((_, i) => ({ name: `c${i}`, type: types.string, nullable: true })) };
    case "stack":
      return stacked(args, context);
    default:
      throw wrongInput(name, "no argument that is known", args);
  }
}

function elements(name: string, args: readonly Expression[]): readonly Field[] {
  const type: DataType = args.length === 1 ? typeOf(args[0]!) : types.null;
  if (type.kind === "array") return [{ name: "col", type: type.element, nullable: type.containsNull }];
  if (type.kind !== "map") throw wrongInput(name, "an array or a map", args);
  return [
    { name: "key", type: type.key, nullable: false },
    { name: "value", type: type.value, nullable: type.valueContainsNull },
  ];
}

/** `stack(n, …)`: n rows of the values, row by row; a column's values are brought to one type. */
function stacked(args: readonly Expression[], context: AnalysisContext): GeneratedFields {
  const count = args[0];
  if (count?.kind !== "literal" || typeof count.value !== "number" || count.value < 1)
    throw wrongInput("stack", "a positive number of rows first", args);
  const values = args.slice(1);
  const width = Math.ceil(values.length / count.value);
  const columns = Array.from({ length: width }, (_, i) => values.filter((__, j) => j % width === i));
  const alike = columns.map((column) => {
    const coerced = coerceAll(column, context);
    if (coerced === null) throw wrongInput("stack", "values of one type in each column", args);
    return coerced;
  });
  const coercedArgs = values.map((_, j) => alike[j % width]!.args[Math.floor(j / width)]!);
  return { args: [count, ...coercedArgs], fields: alike.map(({ type }, i) => ({ name: `col${i}`, type, nullable: true })) };
}

function wrongInput(name: string, expected: string, args: readonly Expression[]): StreamingError {
  const inputType = args.map((arg) => sqlText(arg)).join(", ");
  return new StreamingError("WRONG_GENERATOR_INPUT", {
    sqlExpr: `"${name}(${inputType})"`,
    functionName: `\`${name}\``,
    expected,
    inputType: `(${inputType})`,
  });
}
