import { assert } from "../../errors/assert.js";
import { conjunctionOf, conjunctsOf } from "../../expression/conjuncts.js";
import type { Attribute, Expression, WindowCall } from "../../expression/expression.js";
import { referencesOf } from "../../expression/traverse.js";
import { attributeOf } from "../attributeOf.js";
import type { LogicalPlan, NodeOf } from "../logicalPlan.js";
import { newChangeColumn } from "./changeColumn.js";

/** What a plan says of the first rows of partitions. */
export interface TopRowsPattern {
  readonly operatorId: string;
  readonly ranks: NodeOf<"topRows">["ranks"];
  readonly partition: readonly Expression[];
  readonly order: NodeOf<"topRows">["order"];
  readonly limit: number;
  /** The column that the rank comes out in; null where nobody asks for it. */
  readonly rank: Attribute | null;
  /** What else the rows must be. */
  readonly rest: Expression | null;
  readonly input: LogicalPlan;
}

const functions = ["row_number", "rank", "dense_rank"] as const;

/** A filter over a rank: the rows of each partition whose rank is at most some number. Null: it is none. */
export function rankFilter(node: NodeOf<"filter">, isRankAsked: (rank: Attribute) => boolean): TopRowsPattern | null {
  const { input: window, condition } = node;
  if (window.kind !== "window" || window.calls.length !== 1 || window.operatorId === undefined) return null;
  const [alias] = window.calls;
  const call = alias!.child;
  assert(call.kind === "windowCall", "a Window node holds window calls");
  const ranks = functions.find((name) => name === call.name);
  if (ranks === undefined) return null;
  const rank = attributeOf(alias!);
  const conjuncts = conjunctsOf(condition);
  const limits = conjuncts.map((term) => limitOf(term, rank));
  const place = limits.findIndex((limit) => limit !== null);
  if (place < 0) return null;
  const rest = conjunctionOf(conjuncts.filter((term, i) => i !== place || isEquality(term, limits[place]!)));
  const isAsked = isRankAsked(rank) || (rest !== null && referencesOf(rest).has(rank.id));
  return {
    ...partsOf(call),
    operatorId: window.operatorId,
    ranks,
    limit: limits[place]!,
    rank: isAsked ? rank : null,
    rest,
    input: window.input,
  };
}

function partsOf({ partition, order }: WindowCall): Pick<TopRowsPattern, "partition" | "order"> {
  return { partition, order };
}

/** A limit over a sort: the first rows of all. Null: it is none. */
export function sortedLimit(node: NodeOf<"limit">): TopRowsPattern | null {
  const { input: sort, count, operatorId } = node;
  if (sort.kind !== "sort" || !sort.global || operatorId === undefined) return null;
  return { operatorId, ranks: "row_number", partition: [], order: sort.order, limit: count, rank: null, rest: null, input: sort.input };
}

/** The operator of a pattern, over the rows of its input. */
export function topRowsOver(pattern: TopRowsPattern, input: LogicalPlan, taken: Attribute | null): NodeOf<"topRows"> {
  const { operatorId, ranks, partition, order, limit, rank } = pattern;
  return { kind: "topRows", operatorId, ranks, partition, order, limit, rank, taken, change: newChangeColumn(), passing: null, input };
}

/** The greatest rank for which a condition may be true; null when it says nothing of the kind. */
function limitOf(term: Expression, rank: Attribute): number | null {
  if (term.kind !== "call" || term.args.length !== 2) return null;
  const [left, right] = term.args;
  const turned = isRank(right!, rank);
  const value = turned ? left! : right!;
  if (!(turned || isRank(left!, rank)) || value.kind !== "literal") return null;
  const bound = typeof value.value === "bigint" ? Number(value.value) : value.value;
  if (typeof bound !== "number") return null;
  const limit = { "=": bound, [turned ? ">=" : "<="]: bound, [turned ? ">" : "<"]: Math.ceil(bound) - 1 }[term.name];
  return limit === undefined ? null : Math.floor(limit);
}

/** `rank = n` is more than `rank <= n`, unless n is 1. */
function isEquality(term: Expression, limit: number): boolean {
  return term.kind === "call" && term.name === "=" && limit !== 1;
}

function isRank(e: Expression, rank: Attribute): boolean {
  if (e.kind === "cast") return isRank(e.child, rank);
  return e.kind === "attribute" && e.id === rank.id;
}
