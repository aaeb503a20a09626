import type { StreamingError } from "../errors/streamingError.js";
import type { DataType } from "../arrow/types.js";
import type { Expression } from "../expression/expression.js";
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
}

/** Tokens with a place to read from. */
export class TokenStream {
  private readonly tokens: Token[];
  private at = 0;

  constructor(readonly text: string) {
    this.tokens = tokenize(text);
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

  /** @throws PARSE_SYNTAX_ERROR when something is left */
  expectEnd(): void {
    if (this.peek().kind !== "end") throw this.unexpected();
  }

  /** The refusal of the next token. */
  unexpected(hint = ""): StreamingError {
    const token = this.peek();
    const near = token.kind === "end" ? "end of input" : `'${this.text.slice(token.start, token.end)}'`;
    return syntaxError(this.text, token.start, near, hint);
  }
}
