import type { Expression } from "../expression/expression.js";
import type { JoinType } from "../plan/joinType.js";
import type { ParsedPlan } from "../plan/unresolved.js";
import { readPivot, readUnpivot } from "./pivots.js";
import { readRelation } from "./relation.js";
import type { Grammar } from "./tokenStream.js";

/** `FROM a, b JOIN c ON …`: what stands between commas is crossed. */
export function readFrom(grammar: Grammar): ParsedPlan {
  const { tokens } = grammar;
  tokens.expect("FROM");
  let plan = readJoined(grammar);
  while (tokens.accept(",")) {
    const lateral = tokens.accept("LATERAL");
    const right = readJoined(grammar);
    plan = lateral ? lateralJoin("inner", null, plan, right) : join("cross", null, null, plan, right);
  }
  if (tokens.is("PIVOT")) return readPivot(grammar, plan);
  if (tokens.is("UNPIVOT")) return readUnpivot(grammar, plan);
  return plan;
}

/** A relation and the joins behind it. */
export function readJoined(grammar: Grammar): ParsedPlan {
  const { tokens } = grammar;
  tokens.accept("LATERAL");
  let plan = readRelation(grammar, readJoined);
  for (;;) {
    if (isJoin(grammar)) plan = readJoin(grammar, plan);
    else if (tokens.is("PIVOT")) plan = readPivot(grammar, plan);
    else if (tokens.is("UNPIVOT")) plan = readUnpivot(grammar, plan);
    else return plan;
  }
}

const joinWords = ["JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI", "NATURAL"];

export function isJoin({ tokens }: Grammar): boolean {
  return tokens.isAny(...joinWords);
}

/** `[NATURAL] [type] JOIN [LATERAL] right [ON … | USING (…)]` behind `left`. */
export function readJoin(grammar: Grammar, left: ParsedPlan): ParsedPlan {
  const { tokens } = grammar;
  const natural = tokens.accept("NATURAL");
  const joinType = readJoinType(grammar);
  tokens.expect("JOIN");
  const lateral = tokens.accept("LATERAL");
  const right = readRelation(grammar, readJoined);
  if (tokens.accept("USING")) {
    const using = tokens.bracketed(() => tokens.identifier("a column name"));
    if (lateral) throw tokens.unexpected("a LATERAL join takes ON");
    return join(joinType, null, using, left, right);
  }
  const condition = tokens.accept("ON") ? grammar.expression() : null;
  if (lateral) return lateralJoin(joinType, condition, left, right);
  return natural ? { kind: "naturalJoin", joinType, left, right } : join(joinType, condition, null, left, right);
}

function readJoinType({ tokens }: Grammar): JoinType {
  if (tokens.accept("INNER")) return "inner";
  if (tokens.accept("CROSS")) return "cross";
  if (tokens.accept("FULL")) return outer("full");
  if (tokens.accept("RIGHT")) return outer("right");
  const left = tokens.accept("LEFT");
  if (tokens.accept("SEMI")) return "leftSemi";
  if (tokens.accept("ANTI")) return "leftAnti";
  return left ? outer("left") : "inner";

  function outer(type: JoinType): JoinType {
    tokens.accept("OUTER");
    return type;
  }
}

function join(joinType: JoinType, condition: Expression | null, using: readonly string[] | null, left: ParsedPlan, right: ParsedPlan) {
  return { kind: "join", joinType, condition, using, left: left as never, right: right as never } as const;
}

function lateralJoin(joinType: JoinType, condition: Expression | null, left: ParsedPlan, right: ParsedPlan): ParsedPlan {
  return { kind: "lateralJoin", joinType, condition, left, right };
}
