import type { ParsedPlan } from "../plan/unresolved.js";
import { readInlineTable } from "./inlineTable.js";
import { fromFirst, readSelect } from "./select.js";
import type { Grammar } from "./tokenStream.js";

/** A query without set operations and order: a SELECT, a FROM, VALUES, a TABLE, or any query in brackets. */
export function readPrimaryQuery(grammar: Grammar): ParsedPlan {
  const { tokens } = grammar;
  const token = tokens.peek();
  switch (token.word) {
    case "SELECT":
      return readSelect(grammar, null);
    case "FROM":
      return fromFirst(grammar);
    case "VALUES":
      return readInlineTable(grammar);
    case "TABLE": {
      tokens.next();
      const { parts, position } = tokens.path("the name of a table");
      return { kind: "unresolvedRelation", parts, streaming: false, options: {}, position };
    }
    case "(": {
      tokens.next();
      const inner = grammar.query();
      tokens.expect(")");
      return inner;
    }
    default:
      throw tokens.unexpected("expected a query: SELECT, FROM, VALUES, TABLE or WITH");
  }
}
