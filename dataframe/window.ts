import { types } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { literal, type FrameBound, type WindowDefinition } from "../engine/expression/expression.js";
import { sortOrder } from "../engine/plan/verbs.js";
import { columnExpression, type AnyColumn } from "./column.js";

/** A column, or the name of one. */
type ColumnOrName = string | AnyColumn;

const whole: WindowDefinition = { base: null, partition: [], order: [], frame: null };

/**
 * Which rows a function over a window looks at: those that share some columns, in an order, and of these the ones around the current row.
 *
 * @example df.select(rowNumber().over(Window.partitionBy("sensorId").orderBy("at")).as("n"))
 */
export class WindowSpec {
  constructor(readonly definition: WindowDefinition) {}

  /** The rows that share these columns. @example Window.orderBy("at").partitionBy("sensorId") */
  partitionBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec({ ...this.definition, partition: columns.map((column) => columnExpression(column)) });
  }

  /** Their order. @example Window.partitionBy("sensorId").orderBy(desc("celsius")) */
  orderBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec({ ...this.definition, order: columns.map((column) => sortOrder(columnExpression(column))) });
  }

  /** The rows from `start` to `end` around the current one: -1 is the row before it. @example Window.orderBy("at").rowsBetween(-2, Window.currentRow) */
  rowsBetween(start: number, end: number): WindowSpec {
    return new WindowSpec({
      ...this.definition,
      frame: { unit: "rows", start: bound("rowsBetween", start), end: bound("rowsBetween", end) },
    });
  }

  /** The rows whose order lies between `start` and `end` of the current one's. @example Window.orderBy("id").rangeBetween(-10, 10) */
  rangeBetween(start: number, end: number): WindowSpec {
    return new WindowSpec({
      ...this.definition,
      frame: { unit: "range", start: bound("rangeBetween", start), end: bound("rangeBetween", end) },
    });
  }
}

/** A bound of a frame. @throws INVALID_OPTION_VALUE for what is no whole number */
function bound(owner: string, offset: number): FrameBound {
  if (offset === Number.NEGATIVE_INFINITY) return { kind: "unboundedPreceding" };
  if (offset === Number.POSITIVE_INFINITY) return { kind: "unboundedFollowing" };
  if (offset === 0) return { kind: "currentRow" };
  if (!Number.isInteger(offset) || Math.abs(offset) > 2_147_483_647) {
    throw new StreamingError("INVALID_OPTION_VALUE", {
      owner,
      option: "bound",
      value: String(offset),
      expected: "a whole number of 32 bits, Window.unboundedPreceding or Window.unboundedFollowing",
    });
  }
  return { kind: offset < 0 ? "preceding" : "following", offset: literal(Math.abs(offset), types.int) };
}

/** Where windows begin. @example Window.partitionBy("sensorId").orderBy("at").rowsBetween(Window.unboundedPreceding, Window.currentRow) */
export const Window = {
  /** Before every row. */
  unboundedPreceding: Number.NEGATIVE_INFINITY,
  /** Behind every row. */
  unboundedFollowing: Number.POSITIVE_INFINITY,
  /** The row itself. */
  currentRow: 0,
  /** The rows that share these columns. @example rank().over(Window.partitionBy("sensorId").orderBy("celsius")) */
  partitionBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec(whole).partitionBy(...columns);
  },
  /** All rows in an order. @example lag("celsius").over(Window.orderBy("at")) */
  orderBy(...columns: readonly ColumnOrName[]): WindowSpec {
    return new WindowSpec(whole).orderBy(...columns);
  },
  /** All rows, of which those around the current one count. @example sum("celsius").over(Window.rowsBetween(-1, 1)) */
  rowsBetween(start: number, end: number): WindowSpec {
    return new WindowSpec(whole).rowsBetween(start, end);
  },
  /** All rows, of which those near in order count. @example count().over(Window.orderBy("id").rangeBetween(-1, 1)) */
  rangeBetween(start: number, end: number): WindowSpec {
    return new WindowSpec(whole).rangeBetween(start, end);
  },
} as const;
