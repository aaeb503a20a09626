import { types } from "../../../arrow/types.js";
import { StreamingError } from "../../../errors/streamingError.js";
import { freshId, literal, type Attribute, type Call, type Expression } from "../../../expression/expression.js";
import { coerceTo } from "../../../expression/types/coerce.js";
import { typeOf } from "../../../expression/types/typeOf.js";
import { mapChildren, someExpression } from "../../../expression/traverse.js";
import { expressionKey } from "../../../expression/expressionKey.js";
import type { LogicalPlan, NamedExpression } from "../../logicalPlan.js";
import { attributeOf } from "../../attributeOf.js";
import { outputOf } from "../../outputOf.js";
import { sqlText } from "../../sqlText.js";
import { finish } from "../analyze.js";
import type { QueryContext } from "../scope.js";
import type { Groups } from "./groups.js";

/** What is aggregated, ready for it. */
export interface ExpandedGroups {
  readonly grouping: readonly NamedExpression[];
  readonly items: readonly NamedExpression[];
  readonly others: readonly Expression[];
  readonly input: LogicalPlan;
}

/**
 * With grouping sets, rows that were multiplied, once for each set: the keys that are not in it are null, and a number says which set it is (Spark's
 * `spark_grouping_id`: a bit for each key, 1 where it is left out).
 */
export function expandGroups(
  { keys, sets }: Groups,
  items: readonly NamedExpression[],
  others: readonly Expression[],
  rows: LogicalPlan,
  context: QueryContext,
): ExpandedGroups {
  if (sets === null) {
    for (const e of [...items, ...others])
      if (someExpression(e, isGroupingCall)) throw new StreamingError("UNSUPPORTED_GROUPING_EXPRESSION");
    return { grouping: keys, items, others, input: rows };
  }
  if (keys.length === 0 && sets.length === 1 && context.emptyGroupingSets !== true) {
    // One set of nothing is no grouping: there is a row without rows, too.
    const whole: Replacing = { byKey: new Map(), columns: [], id: literal(0n, types.long) };
    return {
      grouping: [],
      items: items.map((item) => replaceItem(item, whole)),
      others: others.map((e) => replace(e, whole)),
      input: rows,
    };
  }
  const values = keys.map((key) => (key.kind === "alias" ? key.child : key));
  const columns = keys.map((key, i): Attribute => ({
    // An event time stays one.
    ...attributeOf(key),
    kind: "attribute",
    id: freshId(),
    name: key.name,
    type: typeOf(values[i]!),
    nullable: true,
    qualifier: [],
  }));
  const id = integer("spark_grouping_id");
  // The same set twice gives its groups twice.
  const repeats = new Set(sets.map((set) => set.toSorted((a, b) => a - b).join())).size < sets.length;
  const place = repeats ? [integer("spark_grouping_place")] : [];
  const before = outputOf(rows);
  const projections = sets.map((set, s) => [
    ...before,
    ...values.map((value, k) => (set.includes(k) ? value : coerceTo(literal(null, types.null), typeOf(value), context))),
    literal(
      keys.reduce((bits, _, k) => bits * 2n + (set.includes(k) ? 0n : 1n), 0n),
      types.long,
    ),
    ...place.map(() => literal(BigInt(s), types.long)),
  ]);
  const input = finish({ kind: "expand", projections, output: [...before, ...columns, id, ...place], input: rows }, context);
  const replacing: Replacing = { byKey: new Map(values.map((value, k) => [expressionKey(value), columns[k]!])), columns, id };
  return {
    grouping: [...columns, id, ...place],
    items: items.map((item) => replaceItem(item, replacing)),
    others: others.map((e) => replace(e, replacing)),
    input,
  };
}

function integer(name: string): Attribute {
  return { kind: "attribute", id: freshId(), name, type: types.long, nullable: false, qualifier: [] };
}

function isGroupingCall(e: Expression): boolean {
  return e.kind === "call" && (e.name === "grouping" || e.name === "grouping_id");
}

interface Replacing {
  readonly byKey: ReadonlyMap<string, Attribute>;
  readonly columns: readonly Attribute[];
  readonly id: Expression;
}

/** An item keeps its name and id. */
function replaceItem(item: NamedExpression, replacing: Replacing): NamedExpression {
  if (item.kind === "alias") return { ...item, child: replace(item.child, replacing) };
  const replaced = replace(item, replacing);
  return replaced === item ? item : { kind: "alias", child: replaced, name: item.name, id: freshId() };
}

/** Outside of aggregate functions a key means its column, which is null in sets without it; grouping() and grouping_id() are bits of the set's number. */
function replace(e: Expression, replacing: Replacing): Expression {
  const column = replacing.byKey.get(expressionKey(e));
  if (column !== undefined) return column;
  if (e.kind === "aggregateCall") return e;
  if (e.kind === "call" && e.name === "grouping") return groupingBit(e, replacing);
  if (e.kind === "call" && e.name === "grouping_id") return groupingId(e, replacing);
  return mapChildren(e, (child) => replace(child, replacing));
}

function groupingId({ args }: Call, { byKey, columns, id }: Replacing): Expression {
  const asked = args.map((arg) => byKey.get(expressionKey(arg)));
  if (args.length === 0 || (asked.length === columns.length && asked.every((column, i) => column === columns[i]))) return id;
  throw new StreamingError("GROUPING_ID_COLUMN_MISMATCH", {
    groupingIdColumn: args.map((arg) => sqlText(arg)).join(", "),
    groupByColumns: columns.map(({ name }) => name).join(", "),
  });
}

function groupingBit({ args }: Call, { byKey, columns, id }: Replacing): Expression {
  const column = args.length === 1 ? byKey.get(expressionKey(args[0]!)) : undefined;
  if (column === undefined) {
    throw new StreamingError("GROUPING_COLUMN_MISMATCH", {
      grouping: args.map((arg) => sqlText(arg)).join(", "),
      groupingColumns: columns.map(({ name }) => name).join(", "),
    });
  }
  const shift = literal(columns.length - 1 - columns.indexOf(column), types.int);
  const shifted: Call = { kind: "call", name: "shiftright", args: [id, shift], type: types.long, nullable: false, evalMode: "ansi" };
  const bit: Call = {
    kind: "call",
    name: "&",
    args: [shifted, literal(1n, types.long)],
    type: types.long,
    nullable: false,
    evalMode: "ansi",
  };
  return { kind: "cast", child: bit, type: types.byte, evalMode: "legacy" };
}
