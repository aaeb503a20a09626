import type { Expression, SortOrder } from "../expression/expression.js";
import type { OrderBy, ParsedPlan } from "../plan/unresolved.js";
import { readSortOrder } from "./sortOrder.js";
import type { Grammar } from "./tokenStream.js";

/** ORDER BY, SORT BY, CLUSTER BY, DISTRIBUTE BY, LIMIT and OFFSET behind a query. */
export function readOrganization(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  let plan = input;
  if (tokens.accept("ORDER", "BY")) plan = orderBy(grammar, plan, true);
  if (tokens.accept("CLUSTER", "BY")) {
    const order = tokens.commaSeparated(() => ascending(grammar.expression()));
    plan = { kind: "orderBy", order, all: null, global: false, input: plan };
  }
  // Which rows share a task changes no answer here: the list is read, and checked by the analyzer as an order of no consequence.
  if (tokens.accept("DISTRIBUTE", "BY")) tokens.commaSeparated(() => grammar.expression());
  if (tokens.accept("SORT", "BY")) plan = orderBy(grammar, plan, false);
  let limit: Expression | null = null;
  let offset: Expression | null = null;
  if (tokens.accept("LIMIT") && !tokens.accept("ALL")) limit = grammar.expression();
  if (tokens.accept("OFFSET")) {
    offset = grammar.expression();
    tokens.acceptAny("ROW", "ROWS");
  }
  if (limit === null && tokens.accept("LIMIT") && !tokens.accept("ALL")) limit = grammar.expression();
  return limit === null && offset === null ? plan : { kind: "limitBy", limit, offset, input: plan };
}

function orderBy(grammar: Grammar, input: ParsedPlan, global: boolean): OrderBy {
  const { tokens } = grammar;
  const isAll = tokens.is("ALL") && ["ASC", "DESC", "NULLS", "LIMIT", "OFFSET", ")", "", ";", "|>"].includes(tokens.peek(1).word);
  if (!isAll) return { kind: "orderBy", order: tokens.commaSeparated(() => readSortOrder(grammar)), all: null, global, input };
  tokens.next();
  const descending = tokens.accept("DESC");
  if (!descending) tokens.accept("ASC");
  let nullsFirst = !descending;
  if (tokens.accept("NULLS")) nullsFirst = tokens.expectAny("FIRST", "LAST").word === "FIRST";
  return { kind: "orderBy", order: null, all: { descending, nullsFirst }, global, input };
}

function ascending(child: Expression): SortOrder {
  return { kind: "sortOrder", child, descending: false, nullsFirst: true };
}
