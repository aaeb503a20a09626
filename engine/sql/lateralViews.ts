import type { ParsedPlan } from "../plan/unresolved.js";
import type { Grammar } from "./tokenStream.js";

/** `LATERAL VIEW [OUTER] generator table [AS a, b]`, any number of them. */
export function readLateralViews(grammar: Grammar, from: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  let input = from;
  while (tokens.accept("LATERAL", "VIEW")) {
    const outer = tokens.accept("OUTER");
    const generator = grammar.expression();
    const table = tokens.is("AS") || !["identifier", "quoted"].includes(tokens.peek().kind) ? null : tokens.identifier("a table alias");
    const columns = tokens.accept("AS") || startsColumn(grammar) ? tokens.commaSeparated(() => tokens.identifier("a column name")) : [];
    input = { kind: "lateralView", generator, outer, table, columns, input };
  }
  return input;
}

/** Column names without AS: only where no clause can begin. */
function startsColumn({ tokens }: Grammar): boolean {
  const after = tokens.peek(1);
  return tokens.peek().kind === "quoted" || (tokens.peek().kind === "identifier" && after.word === ",");
}
