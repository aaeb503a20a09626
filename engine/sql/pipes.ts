import type { ParsedPlan } from "../plan/unresolved.js";
import { readGrouping } from "./grouping.js";
import { isJoin, readJoin } from "./joins.js";
import { readLateralViews } from "./lateralViews.js";
import { readOrganization } from "./organization.js";
import { readPivot, readUnpivot } from "./pivots.js";
import { readPrimaryQuery } from "./primaryQuery.js";
import { readSample } from "./sample.js";
import { readSetOperation } from "./setOperations.js";
import { isItemEnd, readWindows } from "./select.js";
import { isPipeBar } from "./pipeBar.js";
import type { Grammar } from "./tokenStream.js";

export function isPipe({ tokens }: Grammar): boolean {
  return tokens.is("|>") || isPipeBar(tokens);
}

const nothing = { from: null, where: null, grouping: null, having: null, windows: [], qualify: null, hints: [] } as const;

/** `|> OPERATOR …` over `input`. */
export function readPipe(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  tokens.expectAny("|>", "|");
  if (isJoin(grammar)) return readJoin(grammar, input);
  switch (tokens.peek().word) {
    case "SELECT": {
      tokens.next();
      const distinct = tokens.accept("DISTINCT");
      if (!distinct && tokens.is("ALL") && !isItemEnd(tokens.peek(1).word)) tokens.next();
      const items = tokens.commaSeparated(() => grammar.namedExpression());
      const grouping = tokens.accept("GROUP", "BY") ? readGrouping(grammar) : null;
      return { kind: "select", ...nothing, distinct, items, grouping, from: input, windows: readWindows(grammar) };
    }
    case "EXTEND": {
      tokens.next();
      const items = tokens.commaSeparated(() => grammar.namedExpression());
      return { kind: "pipeColumns", change: { kind: "extend", items }, input };
    }
    case "SET":
      tokens.next();
      return { kind: "pipeColumns", change: { kind: "set", assignments: tokens.commaSeparated(() => readAssignment(grammar)) }, input };
    case "DROP":
      tokens.next();
      return { kind: "pipeColumns", change: { kind: "drop", names: tokens.commaSeparated(() => tokens.path("a column").parts) }, input };
    case "AS":
      tokens.next();
      return { kind: "subqueryAlias", alias: tokens.identifier("an alias"), input: input as never };
    case "WHERE":
      tokens.next();
      return { kind: "pipeColumns", change: { kind: "where", condition: grammar.expression() }, input };
    case "AGGREGATE": {
      tokens.next();
      const aggregates = tokens.is("GROUP", "BY") ? [] : tokens.commaSeparated(() => grammar.namedExpression());
      const grouping = tokens.accept("GROUP", "BY") ? readGrouping(grammar) : null;
      return { kind: "pipeAggregate", aggregates, grouping, input };
    }
    case "PIVOT":
      return readPivot(grammar, input);
    case "UNPIVOT":
      return readUnpivot(grammar, input);
    case "TABLESAMPLE":
      return readSample(grammar, input);
    case "LATERAL":
      return readLateralViews(grammar, input);
    case "UNION":
    case "INTERSECT":
    case "EXCEPT":
    case "MINUS":
      return readSetOperation(grammar, input, () => readPrimaryQuery(grammar));
    case "ORDER":
    case "SORT":
    case "CLUSTER":
    case "DISTRIBUTE":
    case "LIMIT":
    case "OFFSET":
      return overColumns(readOrganization(grammar, input), input);
    default:
      throw tokens.unexpected("expected an operator such as SELECT, WHERE, AGGREGATE, JOIN or ORDER BY");
  }
}

/** An order behind a pipe sees the columns of its input alone. */
function overColumns(plan: ParsedPlan, input: ParsedPlan): ParsedPlan {
  if (plan.kind === "limitBy" && plan.input !== input) return { ...plan, input: overColumns(plan.input, input) };
  if (plan.kind !== "orderBy" || plan.order === null) return plan;
  return { kind: "pipeColumns", change: { kind: "order", order: plan.order, global: plan.global }, input };
}

function readAssignment(grammar: Grammar) {
  const name = grammar.tokens.path("a column").parts;
  grammar.tokens.expect("=");
  return { name, value: grammar.expression() };
}
