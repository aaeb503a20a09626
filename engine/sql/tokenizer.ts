import { StreamingError } from "../errors/streamingError.js";
import { placeOf } from "../errors/textPlace.js";
import { syntaxError } from "./syntaxError.js";
import { unescapeString } from "./stringLiteral.js";

/**
 * Text → tokens, for expressions, DDL and (later) statements alike. Keywords are plain identifiers here: whether a word is one depends on where it stands,
 * and the parsers ask for it by name.
 */
export interface Token {
  readonly kind: "identifier" | "quoted" | "string" | "number" | "symbol" | "end";
  /** As written; of a quoted identifier and a string the value, unescaped. */
  readonly text: string;
  /** Upper case, for identifiers that may be keywords; the symbol itself; empty for everything that can be no keyword. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

const symbols = [
  ["<=>", ">>>"],
  ["<=", ">=", "<>", "!=", "==", "<<", ">>", "||", "->", "=>", "::", "!<", "!>", "|>"],
  "()[]{},.;:?+-*/%&|^~=<>!@".split(""),
] as const;

const space = /\s+/y;
const lineComment = /--(?:\\\n|[^\n])*/y;
// A number directly followed by a letter that is no suffix is an identifier, as Spark's lexer has it (`1st`).
const number = /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?:BD|[LSYFD])?(?![\p{L}\d_])/iuy;
const identifier = /[\p{L}\d_]+/uy;

/** @throws PARSE_SYNTAX_ERROR and its like */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const skipped = skipBlank(text, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const token = readToken(text, at, tokens.at(-1));
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: "end", text: "end of input", word: "", start: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, at: number, previous: Token | undefined): Token {
  const c = text[at]!;
  if (c === "'" || c === '"') return readString(text, at, at, false);
  if ((c === "r" || c === "R") && (text[at + 1] === "'" || text[at + 1] === '"')) return readString(text, at, at + 1, true);
  if (c === "`") return readQuoted(text, at);
  // After a name or a closing bracket, `.5` is a field access rather than a number.
  const afterValue = previous !== undefined && previous.end === at && previous.kind !== "symbol";
  const digits = c === "." && afterValue ? null : match(number, text, at);
  if (digits !== null) return { kind: "number", text: digits, word: "", start: at, end: at + digits.length };
  const word = match(identifier, text, at);
  if (word !== null) return { kind: "identifier", text: word, word: word.toUpperCase(), start: at, end: at + word.length };
  for (const group of symbols) {
    for (const symbol of group) {
      if (text.startsWith(symbol, at)) return { kind: "symbol", text: symbol, word: symbol, start: at, end: at + symbol.length };
    }
  }
  throw syntaxError(text, at, `'${String.fromCodePoint(text.codePointAt(at)!)}'`);
}

/** The place after the blanks and comments that begin at `at`. */
function skipBlank(text: string, at: number): number {
  const blank = match(space, text, at) ?? match(lineComment, text, at);
  if (blank !== null) return at + blank.length;
  if (!text.startsWith("/*", at)) return at;
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text.startsWith("/*", i)) {
      depth++;
      i++;
    } else if (text.startsWith("*/", i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  const { line, column, picture } = placeOf(text, at);
  throw new StreamingError("UNCLOSED_BRACKETED_COMMENT", { line: String(line), position: String(column), context: picture });
}

function readString(text: string, start: number, open: number, raw: boolean): Token {
  const quote = text[open]!;
  for (let i = open + 1; i < text.length; i++) {
    if (!raw && text[i] === "\\") i++;
    else if (text[i] === quote && !raw && text[i + 1] === quote) i++;
    else if (text[i] === quote) {
      const body = text.slice(open + 1, i);
      return { kind: "string", text: raw ? body : unescapeString(body, quote), word: "", start, end: i + 1 };
    }
  }
  throw syntaxError(text, start, quote, "the string is not closed");
}

function readQuoted(text: string, start: number): Token {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] !== "`") continue;
    if (text[i + 1] === "`") i++;
    else return { kind: "quoted", text: text.slice(start + 1, i).replaceAll("``", "`"), word: "", start, end: i + 1 };
  }
  throw syntaxError(text, start, "'`'", "the quoted name is not closed");
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
