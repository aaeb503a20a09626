import { freshId, type Expression } from "../../expression/expression.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { typeName } from "../../arrow/types.js";
import { typeOf } from "../../expression/types/typeOf.js";
import type { NodeOf } from "../../plan/logicalPlan.js";
import { outputOf } from "../../plan/outputOf.js";
import { hasOrderBytes } from "../../state/orderBytes.js";
import { ttlOf } from "./changeTtl.js";
import { select } from "./columns.js";
import type { PlanContext, Planning } from "./context.js";
import { attributeOf, planProject } from "./project.js";

/** The first rows of partitions, over a projection that has what they are parted and ordered by as columns, and the sign last. */
export function* planTopRows(node: NodeOf<"topRows">, context: PlanContext): Planning {
  const { operatorId, ranks, limit, rank, taken, change } = node;
  const input = yield node.input;
  const columns: Expression[] = input.output.filter(({ id }) => id !== taken?.id);
  const placeOf = (e: Expression): number => {
    const place = e.kind === "attribute" ? columns.findIndex((column) => column.kind === "attribute" && column.id === e.id) : -1;
    if (place >= 0) return place;
    return columns.push(e.kind === "attribute" ? e : { kind: "alias", child: e, name: `key${columns.length}`, id: freshId() }) - 1;
  };
  const partition = node.partition.map(placeOf);
  const order = node.order.map(({ child, descending, nullsFirst }) => {
    if (!hasOrderBytes(typeOf(child)))
      throw notYetSupported(`The order of values of type ${typeName(typeOf(child))} in output mode changes`);
    return { column: placeOf(child), descending, nullsFirst };
  });
  const passing = node.passing === null ? null : placeOf(node.passing);
  const rows = columns.map(attributeOf);
  const projected = planProject(null, taken === null ? columns : [...columns, taken], input, taken === null ? rows : [...rows, taken]);
  const sign = taken === null ? null : columns.length;
  const eventTime = partition.find((place) => rows[place]!.eventTime !== undefined) ?? null;
  const spec = {
    operatorId,
    partitions: context.partitions,
    partition,
    eventTime,
    ttlMs: taken === null && partition.length > 0 ? ttlOf(context, eventTime) : null,
    order,
    ranks,
    limit,
    emitsRank: rank !== null,
    change: sign,
    passing,
  };
  const output = [...rows, ...(rank === null ? [] : [rank]), change];
  return select({ kind: "topRows", spec, input: projected, output }, outputOf(node));
}
