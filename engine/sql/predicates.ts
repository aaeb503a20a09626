import { StreamingError } from "../errors/streamingError.js";
import { types } from "../arrow/types.js";
import { literal, type Expression } from "../expression/expression.js";
import { listOf } from "./lists.js";
import { call } from "./operators.js";
import { startsQuery } from "./startsQuery.js";
import { readSubquery } from "./subquery.js";
import type { Grammar } from "./tokenStream.js";

/** What may follow an operand: BETWEEN, IN, LIKE and its kin, IS …. Returns `operand` itself when nothing does. */
export function readPredicate(grammar: Grammar, operand: Expression): Expression {
  const { tokens } = grammar;
  if (tokens.is("IS")) return isPredicate(grammar, operand);
  if (tokens.is("NOT") && isQuantified(grammar, 1)) {
    tokens.next();
    return quantifiedLike(grammar, operand, true);
  }
  if (isQuantified(grammar, 0)) return quantifiedLike(grammar, operand, false);
  const negated = tokens.is("NOT") && ["BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"].includes(tokens.peek(1).word);
  if (negated) tokens.next();
  const predicate = plainPredicate(grammar, operand);
  if (predicate === null) return operand;
  return negated ? call("not", [predicate]) : predicate;
}

function plainPredicate(grammar: Grammar, operand: Expression): Expression | null {
  const { tokens } = grammar;
  const start = tokens.peek().start;
  switch (tokens.peek().word) {
    case "BETWEEN": {
      tokens.next();
      const low = grammar.operand();
      tokens.expect("AND");
      const high = grammar.operand();
      return call("between", [operand, low, high], { start, end: tokens.end });
    }
    case "IN":
      return inPredicate(grammar, operand);
    case "LIKE":
    case "ILIKE":
      return likePredicate(grammar, operand, tokens.next().word.toLowerCase());
    case "RLIKE":
    case "REGEXP":
      tokens.next();
      return call("rlike", [operand, grammar.operand()], { start, end: tokens.end });
    default:
      return null;
  }
}

function inPredicate(grammar: Grammar, operand: Expression): Expression {
  const { tokens } = grammar;
  const start = tokens.next().start;
  if (startsQuery(tokens, 0)) return readSubquery(grammar, "in", listOf(operand, tokens.text), start);
  tokens.expect("(");
  if (tokens.is(")")) throw new StreamingError("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE");
  const values = tokens.commaSeparated(() => grammar.expression());
  tokens.expect(")");
  return call("in", [operand, ...values], { start, end: tokens.end });
}

function isQuantified({ tokens }: Grammar, ahead: number): boolean {
  return ["LIKE", "ILIKE"].includes(tokens.peek(ahead).word) && ["ANY", "SOME", "ALL"].includes(tokens.peek(ahead + 1).word);
}

/** `[NOT] LIKE {ANY | SOME | ALL} (pattern, …)`: NOT is about each pattern. @throws INVALID_SQL_SYNTAX.EMPTY_QUANTIFIED_PATTERN */
function quantifiedLike(grammar: Grammar, operand: Expression, negated: boolean): Expression {
  const { tokens } = grammar;
  const name = tokens.next().word.toLowerCase();
  const joint = tokens.next().word === "ALL" ? "and" : "or";
  tokens.expect("(");
  if (tokens.is(")")) throw new StreamingError("INVALID_SQL_SYNTAX.EMPTY_QUANTIFIED_PATTERN");
  const patterns = tokens.commaSeparated(() => grammar.expression());
  tokens.expect(")");
  const matches = patterns.map((pattern) => {
    const match = call(name, [operand, pattern]);
    return negated ? call("not", [match]) : match;
  });
  const whole = matches.reduce((left, right) => call(joint, [left, right]));
  // Patterns that are all constants are one function in Spark.
  if (!patterns.every((pattern) => pattern.kind === "literal" && typeof pattern.value === "string")) return whole;
  const shown = `${negated ? "not" : ""}like${joint === "and" ? "all" : "any"}`;
  const shownAs = call(shown, [name === "ilike" ? call("lower", [operand]) : operand]);
  return { ...whole, shownAs };
}

/** `LIKE pattern [ESCAPE 'c']`. */
function likePredicate(grammar: Grammar, operand: Expression, name: string): Expression {
  const { tokens } = grammar;
  const start = tokens.peek().start;
  const args = [operand, grammar.operand()];
  if (tokens.accept("ESCAPE")) {
    const token = tokens.peek();
    if (token.kind !== "string" || token.text.length !== 1) throw tokens.unexpected("expected a string of one character");
    args.push(literal(tokens.next().text, types.string));
  }
  return call(name, args, { start, end: tokens.end });
}

/** `IS [NOT] {NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM e}`. */
function isPredicate(grammar: Grammar, operand: Expression): Expression {
  const { tokens } = grammar;
  const start = tokens.next().start;
  const negated = tokens.accept("NOT");
  const { word } = tokens.next();
  const position = { start, end: tokens.end };
  const either = (test: Expression): Expression => (negated ? call("not", [test], position) : test);
  switch (word) {
    case "NULL":
    case "UNKNOWN":
      return call(negated ? "isnotnull" : "isnull", [operand], position);
    case "TRUE":
      return either(call("<=>", [operand, literal(true, types.boolean)], position));
    case "FALSE":
      return either(call("<=>", [operand, literal(false, types.boolean)], position));
    case "DISTINCT": {
      tokens.expect("FROM");
      const equal = call("<=>", [operand, grammar.operand()], position);
      return negated ? equal : call("not", [equal], position);
    }
    default:
      throw tokens.unexpected("expected NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM");
  }
}
