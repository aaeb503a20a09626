import { StreamingError } from "../../errors/streamingError.js";
import { freshId, type Attribute, type Expression, type UnresolvedFunction } from "../../expression/expression.js";
import { isAggregateName, isGeneratorName } from "../../expression/resolve.js";
import { someExpression } from "../../expression/traverse.js";
import { types } from "../../arrow/types.js";
import type { LogicalPlan } from "../logicalPlan.js";
import { generatedFields } from "./generatedFields.js";
import { prettyText, resolveExpression } from "./resolveExpression.js";
import type { Scope } from "./scope.js";

/** A select list after its generators were taken out: their columns stand in their places. */
interface Extracted {
  readonly items: readonly Expression[];
  readonly input: LogicalPlan;
}

/**
 * Puts each `explode(…)` and its like into a Generate node below the select list, none inside another expression. All of them see the columns of `scope`,
 * those of the input: several give every combination of their rows.
 *
 * @throws UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS, and what is wrong with the arguments
 */
export function extractGenerators(items: readonly Expression[], input: LogicalPlan, scope: Scope): Extracted {
  for (const item of items) {
    const inner = item.kind === "alias" || item.kind === "multiAlias" ? item.child : item;
    const call = generatorOf(item);
    const nested = call === null ? someExpression(inner, isGenerator) : call.args.some((arg) => someExpression(arg, isGenerator));
    if (nested) throw new StreamingError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression: `"${prettyText(inner, scope)}"` });
  }
  let over = input;
  const columns = items.flatMap((item): readonly Expression[] => {
    const call = generatorOf(item);
    if (call === null) return [item];
    const { generated, node } = generateNode(call, item, over, scope);
    over = node;
    return generated;
  });
  return { items: columns, input: over };
}

/** Whether the list has a generator over an aggregate: the aggregation comes first then. */
export function generatesFromAggregates(items: readonly Expression[]): boolean {
  return items.some((item) => generatorOf(item)?.args.some((arg) => someExpression(arg, isAggregate)));
}

/** The list without its generators: their arguments in the places of them. `restore` puts them back over the columns that the list became; null without one. */
export function withoutGenerators(items: readonly Expression[]): {
  readonly items: readonly Expression[];
  readonly restore: ((columns: readonly Attribute[]) => readonly Expression[]) | null;
} {
  if (items.every((item) => generatorOf(item) === null)) return { items, restore: null };
  const flat = items.flatMap((item) => generatorOf(item)?.args.map(asInput) ?? [item]);
  const restore = (columns: readonly Attribute[]): readonly Expression[] => {
    let at = 0;
    return items.map((item): Expression => {
      const generator = generatorOf(item);
      if (generator === null) return columns[at++]!;
      const call: Expression = { ...generator, args: columns.slice(at, at + generator.args.length) };
      at += generator.args.length;
      return item.kind === "alias" || item.kind === "multiAlias" ? { ...item, child: call } : call;
    });
  };
  return { items: flat, restore };
}

function asInput(arg: Expression, i: number): Expression {
  return { kind: "alias", child: arg, name: `_gen_input_${i}`, id: freshId() };
}

/** The generator that an item is, under its names; null when it is something else. */
function generatorOf(item: Expression): UnresolvedFunction | null {
  const e = item.kind === "alias" || item.kind === "multiAlias" ? item.child : item;
  return isGenerator(e) ? e : null;
}

function isGenerator(e: Expression): e is UnresolvedFunction {
  return e.kind === "unresolvedFunction" && isGeneratorName(e.name.toLowerCase());
}

function isAggregate(e: Expression): boolean {
  return e.kind === "unresolvedFunction" && isAggregateName(e.name);
}

function generateNode(
  call: UnresolvedFunction,
  item: Expression,
  input: LogicalPlan,
  scope: Scope,
): { generated: readonly Attribute[]; node: LogicalPlan } {
  const outer = call.name.toLowerCase().endsWith("_outer");
  const name = call.name.toLowerCase().replace(/_outer$/, "");
  const given = call.args.map((arg) => resolveExpression(arg.kind === "alias" ? arg.child : arg, scope));
  const { args, fields } = generatedFields(name, given);
  const names = item.kind === "multiAlias" ? item.names : item.kind === "alias" ? [item.name] : fields.map((f) => f.name);
  if (names.length !== fields.length) {
    throw new StreamingError("UDTF_ALIAS_NUMBER_MISMATCH", { aliasesSize: String(fields.length), aliasesNames: names.join(",") });
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
  return { generated, node: { kind: "generate", generator, outer, generated, repeated: null, input } };
}
