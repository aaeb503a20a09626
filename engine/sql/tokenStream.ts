import { nearestName } from "../errors/nearest.js";
import type { StreamingError } from "../errors/streamingError.js";
import type { DataType } from "../arrow/types.js";
import type { Expression, TextPosition } from "../expression/expression.js";
import type { ParsedPlan } from "../plan/unresolved.js";
import { syntaxError } from "./syntaxError.js";
import { tokenize, type Token } from "./tokenizer.js";

/** What the parts of the grammar ask of each other: the whole of it is put together in `grammar.ts`. */
export interface Grammar {
  readonly tokens: TokenStream;
  /** An expression, without an alias. */
  expression(): Expression;
  /** An operand of a predicate: no AND, OR, NOT, and no predicate. */
  operand(): Expression;
  /** `e`, `e AS name`, `e name`, `e AS (a, b)`. */
  namedExpression(): Expression;
  dataType(): DataType;
  /** An argument of a function: an expression, or `name => value`. */
  argument(): Expression;
  /** A query, from WITH to the last pipe. */
  query(): ParsedPlan;
}

/** Tokens with a place to read from. */
export class TokenStream {
  private readonly tokens: Token[];
  private at = 0;
  private parameters = 0;

  constructor(readonly text: string) {
    this.tokens = tokenize(text);
  }

  /** The hints in the comments between the last token that was read and the next one: `BROADCAST(t)`. */
  takeHints(): readonly string[] {
    const between = this.text.slice(this.end, this.peek().start);
    return [...between.matchAll(/\/\*\+([\s\S]*?)\*\//g)].map((match) => match[1]!.trim());
  }

  /** The token `ahead` of the next one. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at++;
    return token;
  }

  /** The number of the next `?`, from 0. */
  nextParameter(): number {
    return this.parameters++;
  }

  /** The end of the last token that was read. */
  get end(): number {
    return this.at === 0 ? 0 : this.tokens[this.at - 1]!.end;
  }

  /** Whether the next tokens are these words (keywords or symbols). */
  is(...words: readonly string[]): boolean {
    return words.every((word, i) => this.peek(i).word === word);
  }

  /** Whether the next token is one of these words. */
  isAny(...words: readonly string[]): boolean {
    return words.includes(this.peek().word) && this.peek().word !== "";
  }

  /** Whether the token `ahead` of the next one is one of these words. */
  isNext(ahead: number, ...words: readonly string[]): boolean {
    return words.includes(this.peek(ahead).word);
  }

  /** Reads these words if they come next. */
  accept(...words: readonly string[]): boolean {
    if (!this.is(...words)) return false;
    this.at += words.length;
    return true;
  }

  /** Reads the next token if it is one of these words; gives the word, empty when it is none. */
  acceptAny(...words: readonly string[]): string {
    return this.isAny(...words) ? this.next().word : "";
  }

  /** @throws PARSE_SYNTAX_ERROR when none of these words comes next */
  expectAny(...words: readonly string[]): Token {
    if (!this.isAny(...words)) throw this.unexpectedWord(`expected ${words.slice(0, -1).join(", ")} or ${words.at(-1)}`, words);
    return this.next();
  }

  /** @throws PARSE_SYNTAX_ERROR when another word comes next */
  expect(word: string): Token {
    if (this.peek().word !== word) throw this.unexpected(`expected ${word}`);
    return this.next();
  }

  /** Reads one character of a symbol and leaves the rest: `>` of the `>>` that closes two types. @throws PARSE_SYNTAX_ERROR */
  expectPart(symbol: string): void {
    const token = this.peek();
    if (token.kind !== "symbol" || !token.text.startsWith(symbol)) throw this.unexpected(`expected ${symbol}`);
    const rest = token.text.slice(symbol.length);
    if (rest === "") this.at++;
    else this.tokens[this.at] = { ...token, text: rest, word: rest, start: token.start + symbol.length };
  }

  /** A name: an identifier or one in back quotes. */
  identifier(what = "a name"): string {
    const token = this.peek();
    if (token.kind !== "identifier" && token.kind !== "quoted") throw this.unexpected(`expected ${what}`);
    return this.next().text;
  }

  /** One or more of what `item` reads, between commas. */
  commaSeparated<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(",")) items.push(item());
    return items;
  }

  /** What `item` reads, between commas and in brackets. */
  bracketed<T>(item: () => T): T[] {
    this.expect("(");
    const items = this.commaSeparated(item);
    this.expect(")");
    return items;
  }

  /** `a.b.c`, and where it stands. @throws PARSE_SYNTAX_ERROR */
  path(what: string): { readonly parts: readonly string[]; readonly position: TextPosition } {
    const { start } = this.peek();
    const parts = [this.identifier(what)];
    while (this.is(".")) {
      this.next();
      parts.push(this.identifier("a name"));
    }
    return { parts, position: { start, end: this.end } };
  }

  /** A whole number as written. @throws PARSE_SYNTAX_ERROR */
  wholeNumber(): number {
    const sign = this.accept("-") ? -1 : 1;
    const token = this.peek();
    if (token.kind !== "number" || !/^\d+L?$/i.test(token.text)) throw this.unexpected("expected a whole number");
    this.next();
    return sign * Number.parseInt(token.text, 10);
  }

  /** The text up to the next semicolon, as it is written. */
  restOfStatement(): string {
    const { start } = this.peek();
    while (this.peek().kind !== "end" && !this.is(";")) this.at++;
    return this.text.slice(start, Math.max(start, this.end)).trim();
  }

  /** @throws PARSE_SYNTAX_ERROR when something is left */
  expectEnd(): void {
    if (this.peek().kind === "end") return;
    if (byWords.has(this.peek().word) && this.peek(1).word !== "BY") {
      this.next();
      throw this.unexpected("expected BY");
    }
    // What is no clause was read as an alias: FORM for FROM.
    const before = this.tokens[this.at - 1];
    const meant = before?.kind === "identifier" && before.word.length > 3 ? nearestName(before.word, clauses) : undefined;
    throw this.unexpected(meant === undefined || clauses.includes(before!.word) ? "" : `perhaps ${meant} was meant by '${before!.text}'`);
  }

  /** The refusal of the next token, where one of some words should stand. */
  unexpectedWord(hint: string, words: readonly string[]): StreamingError {
    const { kind, word } = this.peek();
    const meant = kind === "identifier" ? nearestName(word, words) : undefined;
    return this.unexpected(meant === undefined ? hint : `${hint} (did you mean ${meant}?)`);
  }

  /** The refusal of the next token. */
  unexpected(hint = ""): StreamingError {
    const token = this.peek();
    const near = token.kind === "end" ? "end of input" : `'${this.text.slice(token.start, token.end)}'`;
    return syntaxError(this.text, token.start, near, hint);
  }
}

/** Words that begin a clause together with BY. */
const byWords: ReadonlySet<string> = new Set(["GROUP", "ORDER", "SORT", "CLUSTER", "DISTRIBUTE", "PARTITION"]);

/** What may come behind an alias. */
const clauses: readonly string[] =
  "FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT JOIN INNER CROSS LEFT RIGHT FULL QUALIFY WINDOW".split(" ");
