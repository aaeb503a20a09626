import { sqlTypeName, types, type DataType } from "../../../arrow/types.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, literal, type Alias, type Attribute, type Expression } from "../../../expression/expression.js";
import { fold } from "../../../expression/fold.js";
import { resolveFunction } from "../../../expression/resolve.js";
import { expressionNodes, referencesOf, rewriteExpression } from "../../../expression/traverse.js";
import { coerceAll, coerceTo, resolveCast } from "../../../expression/types/coerce.js";
import { commonType } from "../../../expression/types/commonType.js";
import { isNumeric, typeOf } from "../../../expression/types/typeOf.js";
import type { AnalyzedPlan, LogicalPlan, NamedExpression } from "../../logicalPlan.js";
import { outputOf } from "../../outputOf.js";
import { sqlText } from "../../sqlText.js";
import type { Pivot, Unpivot } from "../../unresolved.js";
import { aggregateOver } from "../aggregate.js";
import { analyze, finish } from "../analyze.js";
import { resolveNamed, resolveOutputs } from "../names.js";
import { prettyText, resolveExpression } from "../resolveExpression.js";
import { Scope } from "../scope.js";
import type { Environment } from "./environment.js";

/** PIVOT: groups of the columns that are not named; of each aggregate a column for every value. */
export function resolvePivot({ aggregates, columns, values, grouping: given, input }: Pivot, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const rows = environment.analyze(input, environment);
  const scope = new Scope(outputOf(rows), context);
  const keys = columns.map((column) => resolveExpression(column, scope));
  const wanted = resolveOutputs(aggregates, scope);
  for (const item of wanted) checkAggregate(item);
  const read = new Set([...keys, ...wanted].flatMap((e) => [...referencesOf(e)]));
  const grouping: readonly NamedExpression[] =
    given === undefined ? outputOf(rows).filter(({ id }) => !read.has(id)) : resolveOutputs(given, scope);
  const call = (name: string, args: readonly Expression[]): Expression =>
    resolveFunction({ name, args, distinct: false, filter: null }, context);
  const pivoted = values.flatMap(({ value, name }): Alias[] => {
    const parts = pivotParts(value, keys.length, scope);
    const condition = keys.map((key, i) => call("<=>", matching(key, parts[i]!, environment))).reduce((a, b) => call("and", [a, b]));
    const present = call(">", [
      {
        kind: "aggregateCall",
        name: "count",
        args: [literal(1, types.int)],
        distinct: false,
        filter: condition,
        type: types.long,
        nullable: false,
        evalMode: "ansi",
      },
      literal(0n, types.long),
    ]);
    const label = name ?? labelOf(parts, environment);
    return wanted.map((item): Alias => {
      const aggregate = rewriteExpression(valueOf(item), (e) =>
        e.kind === "aggregateCall" ? { ...e, filter: e.filter === null ? condition : call("and", [condition, e.filter]) } : e,
      );
      const child = call("case", [present, aggregate]);
      return { kind: "alias", child, name: wanted.length === 1 ? label : `${label}_${item.name}`, id: freshId() };
    });
  });
  const plan = aggregateOver(grouping, [...grouping, ...pivoted], rows);
  return finish(wanted.every((item) => isPivotedFirst(typeOf(valueOf(item)))) ? markedOfTwo(plan) : plan, context);
}

/** The types of values for which Spark groups by the pivot column too, and then picks (PivotFirst). */
function isPivotedFirst(type: DataType): boolean {
  return type.kind === "boolean" || isNumeric(type);
}

function markedOfTwo(plan: LogicalPlan): LogicalPlan {
  if (plan.kind === "project") return { ...plan, input: markedOfTwo(plan.input) };
  return plan.kind === "aggregate" ? { ...plan, ofTwo: true } : plan;
}

function valueOf(item: NamedExpression): Expression {
  return item.kind === "alias" ? item.child : item;
}

function checkAggregate(item: NamedExpression): void {
  const holds = [...expressionNodes(item)].some(({ kind }) => kind === "aggregateCall");
  if (!holds) throw new StreamingError("PIVOT_AGGREGATE_EXPECTED", { sqlExpr: sqlText(valueOf(item)) });
}

function pivotParts(given: Expression, count: number, scope: Scope): readonly Expression[] {
  const value = fold(resolveConstant(given, scope));
  const parts = count > 1 && value.kind === "call" && value.name === "named_struct" ? value.args.filter((_, i) => i % 2 === 1) : null;
  if (parts !== null) return parts.map((part) => fold(part));
  if (value.kind !== "literal") throw new StreamingError("NON_LITERAL_PIVOT_VALUES", { expression: `"${prettyText(given, scope)}"` });
  const { type, value: whole } = value;
  if (count === 1) return [value];
  if (type.kind !== "struct" || type.fields.length !== count) {
    throw new StreamingError("PIVOT_VALUE_DATA_TYPE_MISMATCH", {
      value: sqlText(value),
      valueType: sqlTypeName(type),
      pivotType: "STRUCT",
    });
  }
  return type.fields.map((field, i) => literal((whole as readonly (typeof whole)[])[i]!, field.type));
}

function resolveConstant(given: Expression, scope: Scope): Expression {
  const e = resolveExpression(given, scope);
  if (referencesOf(e).size > 0) throw new StreamingError("NON_LITERAL_PIVOT_VALUES", { expression: `"${prettyText(given, scope)}"` });
  return e;
}

function matching(key: Expression, value: Expression, { context }: Environment): readonly Expression[] {
  const type = typeOf(key);
  if (commonType(type, typeOf(value), context.ansi) === null) {
    throw new StreamingError("PIVOT_VALUE_DATA_TYPE_MISMATCH", {
      value: sqlText(value),
      valueType: sqlTypeName(typeOf(value)),
      pivotType: sqlTypeName(type),
    });
  }
  return [key, coerceTo(value, type, context)];
}

function labelOf(parts: readonly Expression[], { context }: Environment): string {
  const texts = parts.map((part) => {
    const text = fold(resolveCast(part, types.string, false, context));
    return text.kind === "literal" && typeof text.value === "string" ? text.value : "null";
  });
  return texts.length === 1 ? texts[0]! : `{${texts.join(", ")}}`;
}

/** UNPIVOT: a row for each set of columns, with its name and its values. */
export function resolveUnpivot({ includeNulls, values, name, sets, input }: Unpivot, environment: Environment): AnalyzedPlan {
  const { context } = environment;
  const rows = environment.analyze(input, environment);
  const scope = new Scope(outputOf(rows), context);
  const columns = sets.map((set) => set.columns.map((column) => resolveNamed(column, scope)));
  const width = values.length;
  for (const set of columns) {
    if (set.length !== width) {
      throw new StreamingError("UNPIVOT_VALUE_SIZE_MISMATCH", { names: String(width), values: String(set.length) });
    }
  }
  const alike = values.map((_, i) => {
    const coerced = coerceAll(
      columns.map((set) => set[i]!),
      context,
    );
    if (coerced === null)
      throw new StreamingError("UNPIVOT_VALUE_DATA_TYPE_MISMATCH", {
        types: columns.map((set) => `"${sqlTypeName(typeOf(set[i]!))}"`).join(", "),
      });
    return coerced;
  });
  const taken = new Set(columns.flatMap((set) => set.flatMap((e) => [...referencesOf(e)])));
  const kept = outputOf(rows).filter(({ id }) => !taken.has(id));
  const own: Attribute[] = [
    { kind: "attribute", id: freshId(), name, type: types.string, nullable: false, qualifier: [] },
    ...values.map((value, i): Attribute => ({
      kind: "attribute",
      id: freshId(),
      name: value,
      type: alike[i]!.type,
      nullable: true,
      qualifier: [],
    })),
  ];
  const projections = columns.map((set, s) => {
    const label = sets[s]!.name ?? set.map((column) => column.name).join("_");
    return [...kept, literal(label, types.string), ...alike.map(({ args }) => args[s]!)];
  });
  const plan = finish({ kind: "expand", projections, output: [...kept, ...own], input: rows }, context);
  if (includeNulls) return plan;
  const present = own.slice(1).map((column): Expression => ({
    kind: "call",
    name: "isnotnull",
    args: [column],
    type: types.boolean,
    nullable: false,
    evalMode: "ansi",
  }));
  const condition = present.reduce((a, b) => resolveFunction({ name: "or", args: [a, b], distinct: false, filter: null }, context));
  return analyze({ kind: "filter", condition, input: plan }, context);
}
