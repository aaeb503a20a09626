import type { Expression } from "../expression/expression.js";
import type { ParsedPlan, Unpivot } from "../plan/unresolved.js";
import { readAlias } from "./alias.js";
import { listOf } from "./lists.js";
import type { Grammar } from "./tokenStream.js";

/** `PIVOT (aggregates FOR column IN (value [AS name], …))`; the word PIVOT comes next. */
export function readPivot(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("PIVOT");
  tokens.expect("(");
  const aggregates = tokens.commaSeparated(() => grammar.namedExpression());
  tokens.expect("FOR");
  const columns = listOf(grammar.operand(), tokens.text);
  tokens.expect("IN");
  const values = tokens.bracketed(() => {
    const value = grammar.expression();
    return { value, name: readName(grammar) };
  });
  tokens.expect(")");
  return readAlias(grammar, { kind: "pivot", aggregates, columns, values, input });
}

/** `UNPIVOT [INCLUDE | EXCLUDE NULLS] (value FOR name IN (column [AS 'x'], …))`; the word UNPIVOT comes next. */
export function readUnpivot(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("UNPIVOT");
  const includeNulls = tokens.is("INCLUDE", "NULLS");
  if (includeNulls || tokens.is("EXCLUDE", "NULLS")) {
    tokens.next();
    tokens.next();
  }
  tokens.expect("(");
  const single = !tokens.is("(");
  const values = single ? [tokens.identifier("a column name")] : tokens.bracketed(() => tokens.identifier("a column name"));
  tokens.expect("FOR");
  const name = tokens.identifier("a column name");
  tokens.expect("IN");
  const sets = tokens.bracketed((): Unpivot["sets"][number] => {
    const columns = single ? [columnOf(grammar)] : tokens.bracketed(() => columnOf(grammar));
    return { columns, name: readName(grammar) };
  });
  tokens.expect(")");
  return readAlias(grammar, { kind: "unpivot", includeNulls, values, name, sets, input });
}

function columnOf({ tokens }: Grammar): Expression {
  const { parts, position } = tokens.path("a column");
  return { kind: "unresolvedAttribute", parts, position };
}

/** `[AS] name`. */
function readName({ tokens }: Grammar): string | null {
  if (tokens.accept("AS")) return tokens.peek().kind === "string" ? tokens.next().text : tokens.identifier("a name");
  return tokens.peek().kind === "identifier" || tokens.peek().kind === "quoted" ? tokens.identifier() : null;
}
