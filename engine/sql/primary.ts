import { StreamingError, notYetSupported } from "../errors/streamingError.js";
import { types } from "../arrow/types.js";
import { literal, type Expression, type UnresolvedAttribute } from "../expression/expression.js";
import { readFunction } from "./functionCall.js";
import { intervalLiteral, startsIntervalLiteral } from "./intervalLiteral.js";
import { readLambda, startsLambda } from "./lambda.js";
import { numberLiteral } from "./numberLiteral.js";
import { call } from "./operators.js";
import { readSpecialForm } from "./specialForms.js";
import { startsQuery } from "./startsQuery.js";
import { readSubquery } from "./subquery.js";
import type { Grammar } from "./tokenStream.js";

/** Words that never begin an expression (as a bare column they need back quotes). */
const reserved = new Set(
  "SELECT FROM WHERE GROUP HAVING ORDER UNION INTERSECT EXCEPT JOIN ON USING AND OR THEN ELSE WHEN AS IN IS BETWEEN LIKE RLIKE ILIKE".split(
    " ",
  ),
);

/** A value and what is attached to it: `.field`, `[key]`, `::type`. */
export function readPrimary(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const start = tokens.peek().start;
  let e = readAtom(grammar);
  for (;;) {
    if (tokens.is("[")) {
      tokens.next();
      const key = grammar.operand();
      tokens.expect("]");
      e = { kind: "unresolvedExtract", child: e, key, position: { start, end: tokens.end } };
    } else if (tokens.is(".") && e.kind !== "unresolvedStar") {
      tokens.next();
      const name = tokens.identifier("a field name");
      const position = { start, end: tokens.end };
      e = isPath(e)
        ? { ...e, parts: [...e.parts, name], position }
        : { kind: "unresolvedExtract", child: e, key: literal(name, types.string), position };
    } else if (tokens.accept("::")) {
      e = { kind: "unresolvedCast", child: e, type: grammar.dataType(), isTry: false, position: { start, end: tokens.end } };
    } else if (tokens.is("COLLATE")) {
      throw notYetSupported("COLLATE");
    } else {
      return e;
    }
  }
}

function isPath(e: Expression): e is UnresolvedAttribute {
  return e.kind === "unresolvedAttribute";
}

function readAtom(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const token = tokens.peek();
  if (startsLambda(tokens)) return readLambda(grammar);
  switch (token.kind) {
    case "number":
      tokens.next();
      return numberLiteral(token.text, false);
    case "string":
      return readString(grammar);
    case "symbol":
      return readSymbol(grammar);
    case "quoted":
      return tokens.peek(1).word === "(" ? readFunction(grammar) : readName(grammar);
    case "identifier":
      return readWord(grammar);
    default:
      throw tokens.unexpected("expected an expression");
  }
}

/** Strings that stand side by side are one. */
function readString({ tokens }: Grammar): Expression {
  let text = "";
  while (tokens.peek().kind === "string") text += tokens.next().text;
  return literal(text, types.string);
}

function readSymbol(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const start = tokens.peek().start;
  if (tokens.accept("*")) return star(grammar, [], start);
  if (tokens.isAny(":", "?")) return readParameter(grammar);
  if (tokens.is("(") && startsQuery(tokens, 0)) return readSubquery(grammar, "scalar", [], start);
  if (!tokens.accept("(")) throw tokens.unexpected("expected an expression");
  const first = grammar.namedExpression();
  if (tokens.is(",")) {
    const rest = [first];
    while (tokens.accept(",")) rest.push(grammar.namedExpression());
    tokens.expect(")");
    return { ...call("struct", rest, { start, end: tokens.end }), shownAs: call("named_struct", rest.flatMap(namedField)) };
  }
  tokens.expect(")");
  return first;
}

/** A part of `(a, b)` as a field of a struct: its name and its value. */
function namedField(e: Expression, index: number): readonly Expression[] {
  const name = e.kind === "alias" ? e.name : e.kind === "unresolvedAttribute" ? e.parts.at(-1)! : `col${index + 1}`;
  return [literal(name, types.string), e.kind === "alias" ? e.child : e];
}

function readWord(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const { word } = tokens.peek();
  const after = tokens.peek(1);
  switch (word) {
    case "TRUE":
    case "FALSE":
      tokens.next();
      return literal(word === "TRUE", types.boolean);
    case "NULL":
      tokens.next();
      return literal(null, types.null);
    case "INTERVAL":
      if (startsIntervalLiteral(tokens)) return intervalLiteral(tokens);
      break;
    case "EXISTS":
      if (after.word !== "(" || !startsQuery(tokens, 1)) break;
      return readSubquery(grammar, "exists", [], tokens.next().start);
    default:
  }
  if (after.kind === "string" && word !== "CASE") return typedLiteral(grammar);
  const special = readSpecialForm(grammar);
  if (special !== null) return special;
  if (after.word === "(") return readFunction(grammar);
  if (reserved.has(word)) throw tokens.unexpected("expected an expression");
  return readName(grammar);
}

/** `*` behind its target, and what it leaves out. */
function star({ tokens }: Pick<Grammar, "tokens">, target: readonly string[], start: number): Expression {
  const except =
    tokens.is("EXCEPT", "(") && !startsQuery(tokens, 1) && tokens.accept("EXCEPT")
      ? tokens.bracketed(() => tokens.path("a column").parts)
      : null;
  return { kind: "unresolvedStar", target, ...(except !== null && { except }), position: { start, end: tokens.end } };
}

/** `:name` or `?`. */
function readParameter({ tokens }: Grammar): Expression {
  const { start, word } = tokens.next();
  const name = word === "?" ? tokens.nextParameter() : tokens.identifier("the name of a parameter");
  return { kind: "unresolvedParameter", name, position: { start, end: tokens.end } };
}

const supportedTypes = '"DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP", "INTERVAL", "X"';

/** `DATE '2024-02-29'`, `TIMESTAMP '…'`, `X'1F'`. Dates and timestamps are read by the analyzer, which knows the session time zone. */
function typedLiteral({ tokens }: Grammar): Expression {
  const { word, start } = tokens.peek();
  const type = { DATE: types.date, TIMESTAMP: types.timestamp, TIMESTAMP_LTZ: types.timestamp, TIMESTAMP_NTZ: types.timestampNtz }[word];
  if (type !== undefined) {
    tokens.next();
    const child = literal(tokens.next().text, types.string);
    return { kind: "unresolvedCast", child, type, isTry: false, typedLiteral: true, position: { start, end: tokens.end } };
  }
  if (word !== "X") throw new StreamingError("UNSUPPORTED_TYPED_LITERAL", { unsupportedType: `"${word}"`, supportedTypes });
  tokens.next();
  const digits = tokens.next().text;
  if (!/^[0-9a-fA-F]*$/.test(digits)) throw new StreamingError("INVALID_TYPED_LITERAL", { valueType: '"X"', value: `'${digits}'` });
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return literal(
    Uint8Array.from({ length: even.length / 2 }, (_, i) => Number.parseInt(even.slice(2 * i, 2 * i + 2), 16)),
    types.binary,
  );
}

/** `a.b.c`, `t.*`. */
function readName({ tokens }: Grammar): Expression {
  const start = tokens.peek().start;
  const parts = [tokens.identifier()];
  while (tokens.is(".") && (tokens.peek(1).kind === "identifier" || tokens.peek(1).kind === "quoted" || tokens.peek(1).word === "*")) {
    tokens.next();
    if (tokens.accept("*")) return star({ tokens }, parts, start);
    parts.push(tokens.identifier());
  }
  return { kind: "unresolvedAttribute", parts, position: { start, end: tokens.end } };
}
