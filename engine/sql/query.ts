import type { CommonTable, ParsedPlan } from "../plan/unresolved.js";
import { readOrganization } from "./organization.js";
import { isPipe, readPipe } from "./pipes.js";
import { readPrimaryQuery } from "./primaryQuery.js";
import { readSetOperation } from "./setOperations.js";
import { startsQuery } from "./startsQuery.js";
import type { Grammar } from "./tokenStream.js";

/** `[WITH …] term [ORDER BY …] [LIMIT …] [OFFSET …] [|> …]*`. */
export function readQuery(grammar: Grammar): ParsedPlan {
  return readWith(grammar)(readOrganized(grammar));
}

/** `[WITH [RECURSIVE] name AS (…), …]`: what it makes of the query behind it. */
export function readWith(grammar: Grammar): (input: ParsedPlan) => ParsedPlan {
  const { tokens } = grammar;
  if (!tokens.accept("WITH")) return (input) => input;
  const recursive = tokens.accept("RECURSIVE");
  const tables = tokens.commaSeparated(() => readCommonTable(grammar));
  return (input) => ({ kind: "withQueries", recursive, tables, input });
}

/** `name [(columns)] [MAX RECURSION LEVEL n] [AS] (query)`. */
function readCommonTable(grammar: Grammar): CommonTable {
  const { tokens } = grammar;
  const name = tokens.identifier("the name of a query");
  const columns = tokens.is("(") && !startsQuery(tokens, 1) ? tokens.bracketed(() => tokens.identifier("a column name")) : null;
  let maxDepth: number | null = null;
  if (tokens.accept("MAX", "RECURSION", "LEVEL")) maxDepth = tokens.wholeNumber();
  tokens.accept("AS");
  tokens.expect("(");
  const query = grammar.query();
  tokens.expect(")");
  return { name, columns, query, maxDepth };
}

/** A query without its WITH. */
export function readOrganized(grammar: Grammar): ParsedPlan {
  const first = readOrganization(grammar, readTerm(grammar, 0));
  let plan = first;
  while (isPipe(grammar)) plan = readPipe(grammar, plan);
  return plan === first || plan.kind === "select" ? plan : shown(plan);
}

/** What a query of pipes gives is what `*` stands for: the keys of USING, which each side has, once. */
function shown(input: ParsedPlan): ParsedPlan {
  return { kind: "pipeColumns", change: { kind: "drop", names: [] }, input };
}

/** Set operations by precedence: INTERSECT binds tighter than UNION and EXCEPT. */
function readTerm(grammar: Grammar, level: number): ParsedPlan {
  const { tokens } = grammar;
  let left = readPrimaryQuery(grammar);
  for (;;) {
    const { word } = tokens.peek();
    const own = word === "INTERSECT" ? 1 : word === "UNION" || word === "EXCEPT" || word === "MINUS" ? 0 : -1;
    if (own < level) return left;
    left = readSetOperation(grammar, left, () => readTerm(grammar, own + 1));
  }
}
