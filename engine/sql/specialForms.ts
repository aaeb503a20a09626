import { notYetSupported, StreamingError } from "../errors/streamingError.js";
import { types } from "../arrow/types.js";
import { literal, type Expression, type UnresolvedFunction } from "../expression/expression.js";
import { call } from "./operators.js";
import type { Grammar } from "./tokenStream.js";

type Form = (grammar: Grammar) => Expression | null;

/** What looks like a function but has a grammar of its own. Each reader returns null, having read nothing, when the words are an ordinary call. */
const forms: Readonly<Record<string, Form>> = {
  CASE: readCase,
  CAST: (grammar) => readCast(grammar, false),
  TRY_CAST: (grammar) => readCast(grammar, true),
  EXTRACT: readExtract,
  POSITION: readPosition,
  SUBSTRING: readSubstring,
  SUBSTR: readSubstring,
  TRIM: readTrim,
  OVERLAY: readOverlay,
  TIMESTAMPADD: readUnitFunction,
  TIMESTAMPDIFF: readUnitFunction,
  TIMEDIFF: readUnitFunction,
  DATEADD: readUnitFunction,
  DATE_ADD: readUnitFunction,
  DATEDIFF: readUnitFunction,
  DATE_DIFF: readUnitFunction,
};

/** The special form that comes next; null when none does. */
export function readSpecialForm(grammar: Grammar): Expression | null {
  const { tokens } = grammar;
  const { word } = tokens.peek();
  const form = Object.hasOwn(forms, word) ? forms[word] : undefined;
  if (form === undefined || (word !== "CASE" && tokens.peek(1).word !== "(")) return null;
  return form(grammar);
}

/** `CASE [e] WHEN … THEN … [ELSE …] END`, as alternating conditions and values with the ELSE last. */
function readCase(grammar: Grammar): Expression | null {
  const { tokens } = grammar;
  const after = tokens.peek(1);
  if (after.kind === "end" || (after.kind === "symbol" && !["(", "-", "+", "~", "*"].includes(after.word))) return null;
  const start = tokens.next().start;
  const subject = tokens.is("WHEN") ? null : grammar.expression();
  const args: Expression[] = [];
  if (!tokens.is("WHEN")) throw tokens.unexpected("expected WHEN");
  while (tokens.accept("WHEN")) {
    const condition = grammar.expression();
    args.push(subject === null ? condition : call("=", [subject, condition]));
    tokens.expect("THEN");
    args.push(grammar.expression());
  }
  if (tokens.accept("ELSE")) args.push(grammar.expression());
  tokens.expect("END");
  return call("case", args, { start, end: tokens.end });
}

function readCast(grammar: Grammar, isTry: boolean): Expression {
  const { tokens } = grammar;
  const start = tokens.next().start;
  tokens.expect("(");
  const child = grammar.expression();
  tokens.expect("AS");
  const type = grammar.dataType();
  tokens.expect(")");
  return { kind: "unresolvedCast", child, type, isTry, position: { start, end: tokens.end } };
}

/** `EXTRACT(field FROM source)`. */
function readExtract(grammar: Grammar): Expression | null {
  const { tokens } = grammar;
  if (tokens.peek(3).word !== "FROM") return null;
  const start = tokens.next().start;
  tokens.next();
  const field = tokens.next().text;
  tokens.next();
  return finish(grammar, "extract", [literal(field, types.string), grammar.operand()], start);
}

/** `POSITION(text IN source)`. */
function readPosition(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const start = tokens.next().start;
  tokens.next();
  const text = grammar.operand();
  if (!tokens.accept("IN")) return finishCall(grammar, "position", text, start);
  return finish(grammar, "locate", [text, grammar.operand()], start);
}

/** `SUBSTRING(s FROM i [FOR n])`. */
function readSubstring(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const name = tokens.peek().text.toLowerCase();
  const start = tokens.next().start;
  tokens.next();
  const source = grammar.operand();
  if (!tokens.accept("FROM")) return finishCall(grammar, name, source, start);
  const args = [source, grammar.operand()];
  if (tokens.accept("FOR")) args.push(grammar.operand());
  return finish(grammar, "substring", args, start);
}

const trims: Readonly<Record<string, string>> = { BOTH: "trim", LEADING: "ltrim", TRAILING: "rtrim" };

/** `TRIM([BOTH | LEADING | TRAILING] [chars] FROM s)`. */
function readTrim(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const start = tokens.next().start;
  tokens.next();
  const sided = tokens.isAny("BOTH", "LEADING", "TRAILING") && tokens.peek(1).word !== ")" && tokens.peek(1).word !== ",";
  const name = sided ? (trims[tokens.next().word] ?? "trim") : "trim";
  if (sided && tokens.accept("FROM")) return finish(grammar, name, [grammar.operand()], start);
  const first = grammar.operand();
  if (tokens.accept("FROM")) {
    const source = grammar.operand();
    // The function takes the characters first for ltrim and rtrim, and `btrim` is the two-sided trim with characters.
    if (name !== "trim") return finish(grammar, name, [first, source], start);
    return { ...finish(grammar, "btrim", [source, first], start), shownAs: call("trim", [first, source]) };
  }
  return finishCall(grammar, name, first, start);
}

/** `OVERLAY(s PLACING r FROM i [FOR n])`. */
function readOverlay(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const start = tokens.next().start;
  tokens.next();
  const source = grammar.operand();
  if (!tokens.accept("PLACING")) return finishCall(grammar, "overlay", source, start);
  const args = [source, grammar.operand()];
  tokens.expect("FROM");
  args.push(grammar.operand());
  if (tokens.accept("FOR")) args.push(grammar.operand());
  return finish(grammar, "overlay", args, start);
}

const dateUnits = new Set(
  "YEAR QUARTER MONTH WEEK DAY DAYOFYEAR HOUR MINUTE SECOND MILLISECOND MICROSECOND YEARS QUARTERS MONTHS WEEKS DAYS HOURS MINUTES SECONDS".split(
    " ",
  ),
);

/** The functions that the other words stand for. */
const unitFunctions: Readonly<Record<string, string>> = {
  DATE_ADD: "timestampadd",
  DATEADD: "timestampadd",
  DATEDIFF: "timestampdiff",
  DATE_DIFF: "timestampdiff",
  TIMEDIFF: "timestampdiff",
};

/** `TIMESTAMPADD(unit, n, ts)` and its like: the unit becomes a string. With other than three arguments it is an ordinary call, as `DATE_ADD(day, n)` of a column `day`. */
function readUnitFunction(grammar: Grammar): Expression | null {
  const { tokens } = grammar;
  const unit = tokens.peek(2);
  const written = tokens.peek();
  if (tokens.peek(3).word !== ",") return null;
  if (unit.kind === "string") return readQuotedUnit(grammar);
  if (unit.kind !== "identifier" || !dateUnits.has(unit.word)) return null;
  const name = unitFunctions[written.word];
  tokens.next();
  tokens.next();
  tokens.next();
  tokens.next();
  const rest = tokens.commaSeparated(() => grammar.expression());
  if (rest.length === 2)
    return finish(grammar, name ?? written.text.toLowerCase(), [literal(unit.text, types.string), ...rest], written.start);
  // It is a column that is called like a unit.
  const column: Expression = { kind: "unresolvedAttribute", parts: [unit.text], position: { start: unit.start, end: unit.end } };
  return finish(grammar, written.text.toLowerCase(), [column, ...rest], written.start);
}

/** What begins with a text: a call of a date, or a unit that should stand without quotes. @throws INVALID_PARAMETER_VALUE.DATETIME_UNIT */
function readQuotedUnit(grammar: Grammar): Expression {
  const { tokens } = grammar;
  const written = tokens.next();
  tokens.next();
  const name = written.text.toLowerCase();
  const unitText = tokens.peek().text;
  const args = tokens.commaSeparated(() => grammar.expression());
  if (args.length === 3) {
    const parameters = {
      functionName: `\`${name}\``,
      parameter: "`unit`",
      invalidValue: `'${unitText}'`,
    };
    throw new StreamingError("INVALID_PARAMETER_VALUE.DATETIME_UNIT", parameters);
  }
  return finish(grammar, name, args, written.start);
}

/** The rest of an ordinary call whose first argument was read. */
function finishCall(grammar: Grammar, name: string, first: Expression, start: number): Expression {
  const args = [first];
  while (grammar.tokens.accept(",")) args.push(grammar.expression());
  return finish(grammar, name, args, start);
}

function finish({ tokens }: Grammar, name: string, args: readonly Expression[], start: number): UnresolvedFunction {
  tokens.expect(")");
  if (tokens.is("OVER")) throw notYetSupported("A window function (OVER)");
  return call(name, args, { start, end: tokens.end });
}
