import type { Batch } from "../engine/arrow/batch.js";
import { batchFromRows } from "../engine/arrow/columns.js";
import { sqlTypeName, types, typeName, type DataType } from "../engine/arrow/types.js";
import type { Value } from "../engine/arrow/value.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { freshId, type Attribute, type Expression } from "../engine/expression/expression.js";
import { coerceAll, type AnalysisContext } from "../engine/expression/types/coerce.js";
import type { LogicalPlan } from "../engine/plan/logicalPlan.js";
import { sortOrder } from "../engine/plan/verbs.js";
import { call } from "./column.js";

/** As many rows may become columns: `spark.sql.transposeMaxValues` of Spark. */
const maxRows = 500;

/** What is read to turn a table, and how rows of it become columns. */
export interface Transposing {
  /** The column of names as text, then the others in one type; in the order of the names, one row more than there may be. */
  readonly plan: LogicalPlan;
  turned(rows: readonly (readonly Value[])[]): Batch;
}

/**
 * Rows as columns: named by the values of one column, a row for each of the others, which have one type.
 *
 * @throws TRANSPOSE_INVALID_INDEX_COLUMN, TRANSPOSE_NO_LEAST_COMMON_TYPE, TRANSPOSE_EXCEED_ROW_LIMIT
 */
export function transposing(input: LogicalPlan, output: readonly Attribute[], index: Attribute, context: AnalysisContext): Transposing {
  const { type } = index;
  if (type.kind === "array" || type.kind === "map" || type.kind === "struct") {
    throw new StreamingError("TRANSPOSE_INVALID_INDEX_COLUMN", {
      reason: `Index column must be of atomic type, but found: ${typeName(type)}`,
    });
  }
  const others = output.filter((column) => column !== index);
  const common = commonTypeOf(others, context);
  const present: LogicalPlan = { kind: "filter", condition: call("isnotnull", [index]), input };
  const ordered: LogicalPlan = { kind: "sort", order: [sortOrder(index)], global: true, input: present };
  const expressions = [named(index, "key", types.string), ...others.map((column) => named(column, column.name, common))];
  const cast: LogicalPlan = { kind: "project", expressions, input: ordered };
  return {
    plan: { kind: "limit", count: maxRows + 1, input: cast },
    turned: (rows) => {
      if (rows.length > maxRows) {
        throw new StreamingError("TRANSPOSE_EXCEED_ROW_LIMIT", { maxValues: String(maxRows), config: "spark.sql.transposeMaxValues" });
      }
      const columns = rows.map(([name]) => ({ name: name as string, type: common, nullable: true }));
      const schema = types.struct([{ name: "key", type: types.string, nullable: false }, ...columns]);
      return batchFromRows(
        schema,
        others.map(({ name }, i) => [name, ...rows.map((row) => row[i + 1]!)]),
      );
    },
  };
}

function named(e: Expression, name: string, to: DataType): Expression {
  return { kind: "alias", child: { kind: "unresolvedCast", child: e, type: to, isTry: false }, name, id: freshId() };
}

function commonTypeOf(columns: readonly Attribute[], context: AnalysisContext): DataType {
  if (columns.length === 0) return types.string;
  const common = coerceAll(columns, context);
  // Texts meet numbers by a cast elsewhere, not here.
  const mixed = columns.find(({ type }) => (type.kind === "string") !== (columns[0]!.type.kind === "string"));
  if (common !== null && mixed === undefined) return common.type;
  const other = mixed ?? columns.find((column) => coerceAll([columns[0]!, column], context) === null) ?? columns[1]!;
  throw new StreamingError("TRANSPOSE_NO_LEAST_COMMON_TYPE", {
    dt1: `"${sqlTypeName(columns[0]!.type)}"`,
    dt2: `"${sqlTypeName(other.type)}"`,
  });
}
