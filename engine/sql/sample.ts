import type { ParsedPlan, TableSample } from "../plan/unresolved.js";
import type { Grammar } from "./tokenStream.js";

/** `TABLESAMPLE ({n PERCENT | n ROWS | BUCKET x OUT OF y}) [REPEATABLE (seed)]`; the word TABLESAMPLE comes next. */
export function readSample(grammar: Grammar, input: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("TABLESAMPLE");
  tokens.expect("(");
  const method = readMethod(grammar);
  tokens.expect(")");
  let seed: number | null = null;
  if (tokens.accept("REPEATABLE", "(")) {
    seed = tokens.wholeNumber();
    tokens.expect(")");
  }
  return { kind: "tableSample", method, seed, input };
}

function readMethod(grammar: Grammar): TableSample["method"] {
  const { tokens } = grammar;
  if (tokens.accept("BUCKET")) {
    const numerator = tokens.wholeNumber();
    tokens.expect("OUT");
    tokens.expect("OF");
    return { kind: "bucket", numerator, denominator: tokens.wholeNumber() };
  }
  if (tokens.peek().kind === "number" && tokens.peek(1).word === "PERCENT") {
    const percent = Number(tokens.next().text);
    tokens.next();
    return { kind: "percent", percent };
  }
  const rows = grammar.expression();
  if (!tokens.isAny("ROWS", "ROW")) throw tokens.unexpected("expected PERCENT, ROWS or BUCKET");
  tokens.next();
  return { kind: "rows", rows };
}
