import { types } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { literal, type Expression, type SortOrder, type UnresolvedFunction } from "../expression.js";
import { describe } from "../types/describe.js";

/**
 * Aggregate functions that need all values of a group: they are written as a function of the list (or set) of them, so that states, streams and windows see
 * `collect_list`. The names of columns show what was written.
 */
export interface ListAggregate {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  rewrite(e: UnresolvedFunction): Expression;
}

type Part = Pick<UnresolvedFunction, "args" | "distinct">;

/** The list of the values that a call sees, with its FILTER and its window. */
function collected(e: UnresolvedFunction, { args, distinct }: Part): UnresolvedFunction {
  return {
    kind: "unresolvedFunction",
    name: distinct ? "collect_set" : "collect_list",
    args,
    distinct: false,
    filter: e.filter,
    ...(e.position && { position: e.position }),
    ...(e.over !== undefined && { over: e.over }),
  };
}

/** A function of such a list, shown as the call that it stands for. */
function finished(e: UnresolvedFunction, name: string, args: readonly Expression[], shown: Partial<UnresolvedFunction> = {}): Expression {
  return {
    kind: "unresolvedFunction",
    name,
    args,
    distinct: false,
    filter: null,
    ...(e.position && { position: e.position }),
    shownAs: { ...e, ...shown },
  };
}

function refusal(kind: "DISTINCT_UNSUPPORTED" | "WITHIN_GROUP_MISSING", e: UnresolvedFunction): StreamingError {
  return new StreamingError(`INVALID_WITHIN_GROUP_EXPRESSION.${kind}`, { funcName: `\`${e.name}\`` });
}

function requireCount(e: UnresolvedFunction, minimum: number, maximum: number): void {
  if (e.args.length >= minimum && e.args.length <= maximum) return;
  throw new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
    functionName: `\`${e.name}\``,
    expectedNum:
      minimum === maximum ? String(minimum) : `[${Array.from({ length: maximum - minimum + 1 }, (_, i) => minimum + i).join(", ")}]`,
    actualNum: String(e.args.length),
    docroot: "https://spark.apache.org/docs/latest",
  });
}

/** Values in an order of their own have no running window. @throws INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC */
function requireWholeWindow(e: UnresolvedFunction): void {
  if (e.over === undefined || typeof e.over === "string" || (e.over.order.length === 0 && e.over.frame === null)) return;
  throw new StreamingError("INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC", { aggFunc: `"${e.name}"` });
}

/** The one order of WITHIN GROUP. */
function oneOrder(e: UnresolvedFunction, isRequired: boolean): SortOrder | null {
  if (e.withinGroup === undefined) {
    if (isRequired) throw refusal("WITHIN_GROUP_MISSING", e);
    return null;
  }
  if (e.distinct) throw refusal("DISTINCT_UNSUPPORTED", e);
  if (e.withinGroup.length === 1) return e.withinGroup[0]!;
  throw new StreamingError("INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS", {
    funcName: `\`${e.name}\``,
    expectedNum: "1",
    actualNum: String(e.withinGroup.length),
  });
}

const one = literal(1, types.int);

function percentile(e: UnresolvedFunction): Expression {
  requireCount(e, 2, 3);
  const [value, percentage, frequency] = e.args as [Expression, Expression, Expression | undefined];
  const args =
    frequency === undefined
      ? [value]
      : [call("named_struct", [literal("value", types.string), value, literal("count", types.string), frequency])];
  const list = collected(e, { args, distinct: e.distinct });
  return finished(e, "percentile of values", [list, percentage, literal("interpolated", types.string)], {
    args: [value, percentage, frequency ?? one],
  });
}

function median(e: UnresolvedFunction): Expression {
  requireCount(e, 1, 1);
  requireWholeWindow(e);
  return finished(e, "percentile of values", [collected(e, e), literal(0.5, types.double), literal("interpolated", types.string)]);
}

function ofOrder(kind: "interpolated" | "nearest"): (e: UnresolvedFunction) => Expression {
  return (e) => {
    const order = oneOrder(e, true)!;
    requireCount(e, 1, 1);
    requireWholeWindow(e);
    const list = collected(e, { args: [order.child], distinct: false });
    return finished(e, "percentile of values", [list, e.args[0]!, literal(order.descending ? `${kind} descending` : kind, types.string)]);
  };
}

function approximate(e: UnresolvedFunction): Expression {
  requireCount(e, 2, 3);
  const accuracy = e.args[2] ?? literal(10_000, types.int);
  return finished(
    e,
    "percentile of values",
    [collected(e, { args: [e.args[0]!], distinct: e.distinct }), e.args[1]!, literal("held", types.string), accuracy],
    {
      args: [e.args[0]!, e.args[1]!, accuracy],
    },
  );
}

function mode(e: UnresolvedFunction): Expression {
  if (e.withinGroup === undefined) requireCount(e, 1, 2);
  else requireCount(e, 0, 0);
  if (e.distinct) throw refusal("DISTINCT_UNSUPPORTED", e);
  const order = oneOrder(e, false);
  if (order !== null) requireWholeWindow(e);
  const [value, deterministic] = order === null ? e.args : [order.child, undefined];
  const list = collected(e, { args: [value], distinct: false });
  if (order !== null) {
    // Of equally frequent values the first of the order counts; Spark shows the order the other way round.
    const shown = [{ ...order, descending: !order.descending, nullsFirst: !order.nullsFirst }];
    return finished(e, "most frequent of values", [list, literal(order.descending ? "largest" : "smallest", types.string)], {
      withinGroup: shown,
    });
  }
  if (deterministic === undefined) return finished(e, "most frequent of values", [list, literal("any", types.string)]);
  const isSmallest = requireFlag(e, deterministic);
  const byOrder = isSmallest && {
    args: [],
    withinGroup: [{ kind: "sortOrder", child: value, descending: true, nullsFirst: false } as const],
  };
  return finished(
    e,
    "most frequent of values",
    [list, literal(isSmallest ? "smallest" : "any", types.string)],
    byOrder || { args: [value] },
  );
}

function requireFlag(e: UnresolvedFunction, flag: Expression): boolean {
  if (flag.kind === "literal" && typeof flag.value === "boolean") return flag.value;
  if (flag.kind === "literal" && flag.value === null) {
    throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_NULL", { sqlExpr: `"${e.name}"`, exprName: "deterministic" });
  }
  throw new StreamingError("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", {
    sqlExpr: `"${e.name}"`,
    paramIndex: "second",
    requiredType: '"BOOLEAN"',
    inputSql: "the flag",
    inputType: "another type",
  });
}

function listagg(e: UnresolvedFunction): Expression {
  requireCount(e, 1, 2);
  const [value, delimiter = literal(null, types.null)] = e.args as [Expression, Expression | undefined];
  const order = e.withinGroup ?? [];
  if (order.length > 0) requireWholeWindow(e);
  if (e.distinct && order.some((item) => describe(item.child).toLowerCase() !== describe(value).toLowerCase())) {
    throw new StreamingError("INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", { funcName: "`listagg`" });
  }
  const keys = e.distinct ? [] : order.map((item) => item.child);
  const packed: UnresolvedFunction = { kind: "unresolvedFunction", name: "struct", args: [value, ...keys], distinct: false, filter: null };
  const list = collected(e, { args: [keys.length === 0 ? value : packed], distinct: e.distinct });
  const directions = order.map(({ descending, nullsFirst }) => `${descending ? "d" : "a"}${nullsFirst ? "f" : "l"}`).join("");
  return finished(e, "joined values", [list, delimiter, literal(directions, types.string), literal(keys.length > 0, types.boolean)], {
    args: [value, delimiter],
  });
}

const histogram = (e: UnresolvedFunction): Expression => {
  requireCount(e, 2, 2);
  return finished(e, "histogram of values", [collected(e, { args: [e.args[0]!], distinct: e.distinct }), e.args[1]!]);
};

function call(name: string, args: readonly Expression[]): UnresolvedFunction {
  return { kind: "unresolvedFunction", name, args, distinct: false, filter: null };
}

/** The mean of one side of the pairs that are whole. */
/** A variable of a regression, which is a number. */
function numberOf(e: UnresolvedFunction, side: number): Expression {
  return call("number of a pair", [e.args[side]!, literal(e.name, types.string)]);
}

function pairMean(side: 0 | 1): (e: UnresolvedFunction) => Expression {
  return (e) => {
    requireCount(e, 2, 2);
    const [given, other] = [numberOf(e, side), numberOf(e, 1 - side)];
    const mean = {
      ...collected(e, { args: [call("case", [call("isnotnull", [other]), call("double", [given])])], distinct: false }),
      name: "avg",
      distinct: e.distinct,
    };
    return finished(e, "double", [mean]);
  };
}

const pairCount = (e: UnresolvedFunction): Expression => {
  requireCount(e, 2, 2);
  const args = [numberOf(e, 0), numberOf(e, 1)];
  return finished(e, "bigint", [{ ...collected(e, { args, distinct: false }), name: "count", distinct: e.distinct }]);
};

const entries: readonly ListAggregate[] = [
  {
    name: "percentile",
    aliases: [],
    doc: "The exact percentile of a column, between two values interpolated; of an array of percentages an array. The third argument says how often a value counts.",
    minArgs: 2,
    maxArgs: 3,
    rewrite: percentile,
  },
  { name: "median", aliases: [], doc: "The middle of the values of a column, interpolated.", minArgs: 1, maxArgs: 1, rewrite: median },
  {
    name: "percentile_cont",
    aliases: [],
    doc: "The percentile of the values in an order, interpolated: percentile_cont(0.5) WITHIN GROUP (ORDER BY v).",
    minArgs: 1,
    maxArgs: 1,
    rewrite: ofOrder("interpolated"),
  },
  {
    name: "percentile_disc",
    aliases: [],
    doc: "The first of the values in an order that at least that part of them reaches: percentile_disc(0.5) WITHIN GROUP (ORDER BY v).",
    minArgs: 1,
    maxArgs: 1,
    rewrite: ofOrder("nearest"),
  },
  {
    name: "percentile_approx",
    aliases: ["approx_percentile"],
    doc: "A percentile that is one of the values; exact here, whatever accuracy is asked for.",
    minArgs: 2,
    maxArgs: 3,
    rewrite: approximate,
  },
  {
    name: "mode",
    aliases: [],
    doc: "The most frequent value; of equally frequent ones the one that came first, or the first by WITHIN GROUP (ORDER BY …).",
    minArgs: 0,
    maxArgs: 2,
    rewrite: mode,
  },
  {
    name: "listagg",
    aliases: ["string_agg"],
    doc: "The texts of a group as one, with a delimiter between them, in the order of WITHIN GROUP (ORDER BY …).",
    minArgs: 1,
    maxArgs: 2,
    rewrite: listagg,
  },
  {
    name: "histogram_numeric",
    aliases: [],
    doc: "A histogram of a column with so many bars at most: an array of {x, y}.",
    minArgs: 2,
    maxArgs: 2,
    rewrite: histogram,
  },
  { name: "regr_count", aliases: [], doc: "How many pairs (y, x) have no null.", minArgs: 2, maxArgs: 2, rewrite: pairCount },
  {
    name: "regr_avgx",
    aliases: [],
    doc: "The mean of x over the pairs (y, x) without null.",
    minArgs: 2,
    maxArgs: 2,
    rewrite: pairMean(1),
  },
  {
    name: "regr_avgy",
    aliases: [],
    doc: "The mean of y over the pairs (y, x) without null.",
    minArgs: 2,
    maxArgs: 2,
    rewrite: pairMean(0),
  },
];

/** Every such function by each of its names, in lower case. */
export const listAggregates: Readonly<Record<string, ListAggregate>> = Object.fromEntries(
  entries.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])),
);

/** A call as it goes into a plan: of these functions what it stands for, everything else as it is. */
export function withListAggregates(e: UnresolvedFunction): Expression {
  const name = e.name.toLowerCase();
  return Object.hasOwn(listAggregates, name) ? listAggregates[name]!.rewrite({ ...e, name }) : e;
}
