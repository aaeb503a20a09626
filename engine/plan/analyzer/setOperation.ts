import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, sameType, types } from "../../arrow/types.js";
import { freshId, literal, type Attribute } from "../../expression/expression.js";
import { coerceTo, type AnalysisContext } from "../../expression/types/coerce.js";
import { commonType } from "../../expression/types/commonType.js";
import type { LogicalPlan, NamedExpression, NodeOf } from "../logicalPlan.js";
import { outputOf } from "../outputOf.js";
import { requireEquality } from "./comparable.js";
import { distinctInputs } from "./reidentify.js";

/** UNION, INTERSECT, EXCEPT: columns matched by position or by name, types widened. The output has the first input's names and watermark. */
export function resolveSetOperation(plan: NodeOf<"setOperation">, context: AnalysisContext): LogicalPlan {
  const distinct = distinctInputs(plan.inputs);
  const [first, ...rest] = plan.byName ? matchNames(distinct, plan.allowMissingColumns, context) : distinct;
  const inputs = [first!, ...rest];
  const columns = inputs.map(outputOf);
  checkCounts(plan, columns);
  const output = columns[0]!.map((column, i) => outputColumn(plan, columns, column, i, context));
  if (plan.operation !== "union" || !plan.all) requireEquality(output);
  const widened = inputs.map((input) => castColumns(input, output, context));
  return { ...plan, byName: false, inputs: widened, output };
}

function checkCounts(plan: NodeOf<"setOperation">, columns: readonly (readonly Attribute[])[]): void {
  const expected = columns[0]!.length;
  const index = columns.findIndex((c) => c.length !== expected);
  if (index < 0) return;
  throw new StreamingError("NUM_COLUMNS_MISMATCH", {
    operator: plan.operation.toUpperCase(),
    firstNumColumns: String(expected),
    invalidOrdinalNum: ordinal(index),
    invalidNumColumns: String(columns[index]!.length),
  });
}

function outputColumn(
  plan: NodeOf<"setOperation">,
  columns: readonly (readonly Attribute[])[],
  first: Attribute,
  index: number,
  context: AnalysisContext,
): Attribute {
  let { type, nullable } = first;
  for (const [table, attributes] of columns.entries()) {
    const other = attributes[index]!;
    nullable ||= other.nullable && plan.operation === "union";
    const wider = commonType(type, other.type, context.ansi);
    if (wider === null) {
      throw new StreamingError("INCOMPATIBLE_COLUMN_TYPE", {
        operator: plan.operation.toUpperCase(),
        tableOrdinalNumber: ordinal(table),
        columnOrdinalNumber: ordinal(index),
        dataType1: `"${sqlTypeName(other.type)}"`,
        dataType2: `"${sqlTypeName(first.type)}"`,
        hint: "",
      });
    }
    type = wider;
  }
  return { ...first, id: freshId(), type, nullable, qualifier: [] };
}

function castColumns(input: LogicalPlan, output: readonly Attribute[], context: AnalysisContext): LogicalPlan {
  const columns = outputOf(input);
  if (columns.every((column, i) => sameType(column.type, output[i]!.type))) return input;
  const expressions = columns.map((column, i): NamedExpression => {
    const child = coerceTo(column, output[i]!.type, context);
    return child === column ? column : { kind: "alias", child, name: column.name, id: freshId() };
  });
  return { kind: "project", expressions, input };
}

/** The inputs with their columns in the order of the first one's names; columns that only later ones have come last. */
function matchNames(inputs: readonly LogicalPlan[], allowMissing: boolean, context: AnalysisContext): readonly LogicalPlan[] {
  let order = outputOf(inputs[0]!);
  for (const input of inputs.slice(1)) {
    const extra = outputOf(input).filter((column) => named(order, column.name) === undefined);
    if (allowMissing) order = [...order, ...extra];
  }
  for (const input of inputs) checkRepeated(outputOf(input));
  return inputs.map((input) => {
    const columns = outputOf(input);
    const expressions = order.map((wanted): NamedExpression => {
      const column = named(columns, wanted.name);
      if (column !== undefined) return column;
      if (!allowMissing) {
        throw new StreamingError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", {
          colName: wanted.name,
          fieldNames: columns.map((c) => c.name).join(", "),
        });
      }
      return { kind: "alias", child: coerceTo(literal(null, types.null), wanted.type, context), name: wanted.name, id: freshId() };
    });
    const extra = columns.filter((column) => named(order, column.name) === undefined);
    const same = extra.length === 0 && expressions.every((e, i) => e === columns[i]);
    return same ? input : { kind: "project", expressions: [...expressions, ...extra], input };
  });
}

function named(columns: readonly Attribute[], name: string): Attribute | undefined {
  return columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
}

function checkRepeated(columns: readonly Attribute[]): void {
  const repeated = columns.find((column) => named(columns, column.name) !== column);
  if (repeated) throw new StreamingError("COLUMN_ALREADY_EXISTS", { columnName: `\`${repeated.name.toLowerCase()}\`` });
}

const ordinals = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

function ordinal(index: number): string {
  return ordinals[index] ?? `${index + 1}th`;
}
