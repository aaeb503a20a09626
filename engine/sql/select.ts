import type { Expression } from "../expression/expression.js";
import type { NamedWindow, ParsedPlan, Select } from "../plan/unresolved.js";
import { readGrouping } from "./grouping.js";
import { readWindowDefinition } from "./over.js";
import { readFrom } from "./joins.js";
import { readLateralViews } from "./lateralViews.js";
import type { Grammar } from "./tokenStream.js";

/** `SELECT …` and the clauses behind it. `from`: what stood before it (`FROM t SELECT …`). */
export function readSelect(grammar: Grammar, from: ParsedPlan | null): Select {
  const { tokens } = grammar;
  tokens.expect("SELECT");
  const hints = readHints(grammar);
  const distinct = tokens.accept("DISTINCT");
  if (!distinct && tokens.is("ALL") && !isItemEnd(tokens.peek(1).word)) tokens.next();
  const items = tokens.commaSeparated(() => grammar.namedExpression());
  const source = from ?? (tokens.is("FROM") ? readFrom(grammar) : null);
  const input = source === null ? null : readLateralViews(grammar, source);
  return { kind: "select", distinct, items, from: input, hints, ...readClauses(grammar) };
}

/** A column may be called `all`. */
export function isItemEnd(word: string): boolean {
  return word === "," || word === "FROM" || word === "AS" || word === ".";
}

type Clauses = Pick<Select, "where" | "grouping" | "having" | "windows" | "qualify">;

function readClauses(grammar: Grammar): Clauses {
  const { tokens } = grammar;
  const where = tokens.accept("WHERE") ? grammar.expression() : null;
  const grouping = tokens.accept("GROUP", "BY") ? readGrouping(grammar) : null;
  const having = tokens.accept("HAVING") ? grammar.expression() : null;
  const windows = readWindows(grammar);
  const qualify = tokens.accept("QUALIFY") ? grammar.expression() : null;
  return { where, grouping, having, windows: windows.length > 0 ? windows : readWindows(grammar), qualify };
}

/** `WINDOW w AS (…), …`. */
export function readWindows(grammar: Grammar): readonly NamedWindow[] {
  const { tokens } = grammar;
  if (!tokens.accept("WINDOW")) return [];
  return tokens.commaSeparated(() => {
    const name = tokens.identifier("the name of a window");
    tokens.expect("AS");
    return { name, definition: readWindowDefinition(grammar) };
  });
}

/** `FROM t [LATERAL VIEW …] SELECT …`; without a SELECT the relation itself, which pipes go on from. */
export function fromFirst(grammar: Grammar): ParsedPlan {
  const { tokens } = grammar;
  const from = readLateralViews(grammar, readFrom(grammar));
  if (tokens.is("SELECT")) return readSelect(grammar, from);
  if (tokens.isAny("WHERE", "GROUP")) throw tokens.unexpected("expected SELECT or |>");
  const star: Expression = { kind: "unresolvedStar", target: [] };
  const nothing = { where: null, grouping: null, having: null, windows: [], qualify: null };
  return { kind: "select", distinct: false, items: [star], from, hints: [], ...nothing };
}

/** The hints in the comment behind SELECT: `BROADCAST(t)`, as texts. */
function readHints({ tokens }: Grammar): readonly string[] {
  return tokens.takeHints();
}
