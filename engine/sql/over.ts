import type { FrameBound, WindowDefinition, WindowFrame } from "../expression/expression.js";
import { readSortOrder } from "./sortOrder.js";
import type { Grammar } from "./tokenStream.js";

/** `OVER (…)` or `OVER name`. */
export function readOver(grammar: Grammar): WindowDefinition | string {
  const { tokens } = grammar;
  tokens.expect("OVER");
  return tokens.is("(") ? readWindowDefinition(grammar) : tokens.identifier("the name of a window");
}

/** `([PARTITION BY …] [ORDER BY …] [frame])`, or the name of another window, in brackets or not: as in Spark a name takes nothing beside it. */
export function readWindowDefinition(grammar: Grammar): WindowDefinition {
  const { tokens } = grammar;
  const empty: WindowDefinition = { base: null, partition: [], order: [], frame: null };
  if (!tokens.accept("(")) return { ...empty, base: tokens.identifier("a window in brackets, or the name of one") };
  if (!tokens.isAny("PARTITION", "DISTRIBUTE", "CLUSTER", "ORDER", "SORT", "ROWS", "RANGE", ")")) {
    const base = tokens.identifier("PARTITION BY, ORDER BY, a frame, or the name of a window");
    tokens.expect(")");
    return { ...empty, base };
  }
  const clustered = tokens.accept("CLUSTER", "BY");
  const partitioned = clustered || tokens.accept("PARTITION", "BY") || tokens.accept("DISTRIBUTE", "BY");
  const partition = partitioned ? tokens.commaSeparated(() => grammar.expression()) : [];
  const ordered = tokens.accept("ORDER", "BY") || tokens.accept("SORT", "BY");
  const order = ordered ? tokens.commaSeparated(() => readSortOrder(grammar)) : [];
  const frame = tokens.isAny("ROWS", "RANGE") ? readFrame(grammar) : null;
  tokens.expect(")");
  return { base: null, partition, order, frame };
}

/** `{ROWS | RANGE} bound`, `{ROWS | RANGE} BETWEEN bound AND bound`. */
function readFrame(grammar: Grammar): WindowFrame {
  const { tokens } = grammar;
  const unit = tokens.next().word === "ROWS" ? "rows" : "range";
  if (!tokens.accept("BETWEEN")) return { unit, start: readBound(grammar), end: { kind: "currentRow" } };
  const start = readBound(grammar);
  tokens.expect("AND");
  return { unit, start, end: readBound(grammar) };
}

function readBound(grammar: Grammar): FrameBound {
  const { tokens } = grammar;
  if (tokens.accept("CURRENT", "ROW")) return { kind: "currentRow" };
  if (tokens.is("UNBOUNDED")) {
    tokens.next();
    return { kind: tokens.expectAny("PRECEDING", "FOLLOWING").word === "PRECEDING" ? "unboundedPreceding" : "unboundedFollowing" };
  }
  const offset = grammar.operand();
  return { kind: tokens.expectAny("PRECEDING", "FOLLOWING").word === "PRECEDING" ? "preceding" : "following", offset };
}
