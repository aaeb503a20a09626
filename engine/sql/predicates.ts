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

/** `LIKE pattern [ESCAPE 'c']`, `LIKE {ANY | SOME | ALL} (pattern, …)`. */
function likePredicate(grammar: Grammar, operand: Expression, name: string): Expression {
  const { tokens } = grammar;
  const start = tokens.peek().start;
  if (tokens.isAny("ANY", "SOME", "ALL")) {
    const joint = tokens.next().word === "ALL" ? "and" : "or";
    tokens.expect("(");
    const matches = tokens.commaSeparated(() => call(name, [operand, grammar.expression()]));
    tokens.expect(")");
    return matches.reduce((left, right) => call(joint, [left, right]));
  }
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
