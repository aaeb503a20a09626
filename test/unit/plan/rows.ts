import type { Value } from "../../../engine/arrow/value.js";
import { field, types } from "../../../engine/arrow/types.js";
import { freshId, type Attribute, type Expression } from "../../../engine/expression/expression.js";
import { interpret } from "../../../engine/expression/interpreter.js";
import type { LogicalPlan, NodeOf } from "../../../engine/plan/logicalPlan.js";
import { outputOf } from "../../../engine/plan/outputOf.js";

/** A row by attribute id. */
type Row = ReadonlyMap<number, Value>;

/** The rows of each table, by the `table` of its Read and the name of the column. */
export type Rows = readonly (readonly Readonly<Record<string, Value>>[])[];

/** A table with the columns of the tests; `streaming` or not. */
export function tableOf(
  table: number,
  description: string,
  streaming: boolean,
  columns: Readonly<Record<string, Attribute["type"]>>,
): LogicalPlan {
  const fields = Object.entries(columns).map(([name, type]) => field(name, type));
  const output = fields.map((f): Attribute => ({
    kind: "attribute",
    id: freshId(),
    name: f.name,
    type: f.type,
    nullable: true,
    qualifier: [],
  }));
  return { kind: "read", streaming, table, description, output, metadata: [] };
}

/** The usual columns. */
export const readings = { ts: types.timestamp, k: types.string, v: types.long, x: types.double };

/** Runs a plan over plain rows: slow, and obviously right. Knows the nodes that the optimizer moves things across. */
export function evaluate(plan: LogicalPlan, tables: Rows): Value[][] {
  return run(plan, tables).map((row) => outputOf(plan).map((a) => row.get(a.id)!));
}

function run(plan: LogicalPlan, tables: Rows): readonly Row[] {
  switch (plan.kind) {
    case "read":
      return tables[plan.table]!.map((row) => new Map(plan.output.map((a) => [a.id, row[a.name] ?? null])));
    case "project":
      return run(plan.input, tables).map((row) => new Map(plan.expressions.map((e) => [(e as Attribute).id, valueOf(e, row)])));
    case "filter":
      return run(plan.input, tables).filter((row) => valueOf(plan.condition, row) === true);
    case "setOperation":
      return plan.inputs.flatMap((input) => {
        const columns = outputOf(input);
        return run(input, tables).map((row) => new Map(plan.output!.map((a, i) => [a.id, row.get(columns[i]!.id)!])));
      });
    case "join":
      return join(plan, run(plan.left, tables), run(plan.right, tables));
    case "aggregate":
      return countGroups(plan.grouping, plan.aggregates, run(plan.input, tables));
    case "withWatermark":
    case "subqueryAlias":
    case "sort":
    case "repartition":
      return run(plan.input, tables);
    default:
      throw new Error(`the model does not know ${plan.kind}`);
  }
}

function valueOf(e: Expression, row: Row): Value {
  return interpret(e, (id) => row.get(id) ?? null, { batchTimeMs: 0, batchId: 0, row: 0 });
}

function join(plan: NodeOf<"join">, lefts: readonly Row[], rights: readonly Row[]): readonly Row[] {
  const meets = (left: Row, right: Row): boolean =>
    plan.condition === null || valueOf(plan.condition, new Map([...left, ...right])) === true;
  const pairs = lefts.flatMap((left) => rights.filter((right) => meets(left, right)).map((right) => new Map([...left, ...right])));
  const lonelyLefts = lefts.filter((left) => !rights.some((right) => meets(left, right)));
  const lonelyRights = rights.filter((right) => !lefts.some((left) => meets(left, right)));
  switch (plan.joinType) {
    case "left":
      return [...pairs, ...lonelyLefts];
    case "right":
      return [...pairs, ...lonelyRights];
    case "full":
      return [...pairs, ...lonelyLefts, ...lonelyRights];
    case "leftAnti":
      return lonelyLefts;
    case "leftSemi":
      return lefts.filter((left) => !lonelyLefts.includes(left));
    default:
      return pairs;
  }
}

/** GROUP BY with `count(*)` as the only aggregate. */
function countGroups(grouping: readonly Expression[], aggregates: readonly Expression[], rows: readonly Row[]): readonly Row[] {
  const groups = new Map<string, { row: Row; count: bigint }>();
  for (const row of rows) {
    const keys = new Map(grouping.map((e) => [(e as Attribute).id, valueOf(e, row)]));
    const id = JSON.stringify([...keys.values()], (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
    const group = groups.get(id) ?? { row: keys, count: 0n };
    group.count++;
    groups.set(id, group);
  }
  return [...groups.values()].map(
    ({ row, count }) =>
      new Map(aggregates.map((e) => [(e as Attribute).id, e.kind === "alias" ? count : (row.get((e as Attribute).id) ?? null)])),
  );
}
