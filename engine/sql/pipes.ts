import type { ParsedPlan } from "../plan/unresolved.js";
import { readGrouping } from "./grouping.js";
import { isJoin, readJoin } from "./joins.js";
import { readLateralViews } from "./lateralViews.js";
import { readOrganization } from "./organization.js";
import { readPivot, readUnpivot } from "./pivots.js";
import { readPrimaryQuery } from "./primaryQuery.js";
import { readSample } from "./sample.js";
import { readSetOperation } from "./setOperations.js";
import { readWindows } from "./select.js";
import type { Grammar } from "./tokenStream.js";

export function isPipe({ tokens }: Grammar): boolean {
  return tokens.is("|>");
}

const nothing = { from: null, where: null, grouping: null, having: null, windows: [], qualify: null, hints: [] } as const;

/** `|> OPERATOR …` over `input`. */
export function readPipe(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("|>");
  if (isJoin(grammar)) return readJoin(grammar, input);
  switch (tokens.peek().word) {
    case "SELECT": {
      tokens.next();
      const distinct = tokens.accept("DISTINCT");
      const items = tokens.commaSeparated(() => grammar.namedExpression());
      return { kind: "select", ...nothing, distinct, items, from: input, windows: readWindows(grammar) };
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
    case "WHERE": {
      tokens.next();
      const star = { kind: "unresolvedStar", target: [] } as const;
      return { kind: "select", ...nothing, distinct: false, items: [star], from: input, where: grammar.expression() };
    }
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
      return readOrganization(grammar, input);
    default:
      throw tokens.unexpected("expected an operator such as SELECT, WHERE, AGGREGATE, JOIN or ORDER BY");
  }
}

function readAssignment(grammar: Grammar) {
  const name = grammar.tokens.path("a column").parts;
  grammar.tokens.expect("=");
  return { name, value: grammar.expression() };
}
