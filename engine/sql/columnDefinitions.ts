import { StreamingError } from "../errors/streamingError.js";
import type { ColumnDefinition } from "../plan/unresolved.js";
import { readDataType } from "./dataTypes.js";
import type { Grammar, TokenStream } from "./tokenStream.js";

/** `(name type [NOT NULL] [DEFAULT e] [COMMENT 'text'] …, …)`: columns, and constraints of the table between them. */
export function readColumnDefinitions(grammar: Grammar): readonly ColumnDefinition[] {
  const { tokens } = grammar;
  const columns: ColumnDefinition[] = [];
  let constrained = false;
  tokens.bracketed(() => {
    if (skipTableConstraint(tokens)) constrained = true;
    else columns.push(readColumnDefinition(grammar));
  });
  return constrained ? columns.map((column) => ({ ...column, refused: column.refused ?? "CONSTRAINT" })) : columns;
}

/** One column and all that is said of it, in any order. @throws CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE */
export function readColumnDefinition(grammar: Grammar): ColumnDefinition {
  const { tokens } = grammar;
  const name = tokens.identifier("a column name");
  tokens.accept(":");
  const type = readDataType(tokens);
  let column: ColumnDefinition = { name, type, nullable: true, comment: null, default: null, refused: null };
  const said = new Set<string>();
  for (;;) {
    const descriptor = tokens.is("NOT", "NULL") ? "NOT NULL" : tokens.isAny("DEFAULT", "COMMENT", "GENERATED") ? tokens.peek().word : "";
    if (said.has(descriptor) && descriptor !== "") {
      throw new StreamingError("CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE", { columnName: name, optionName: descriptor });
    }
    said.add(descriptor);
    const next = readDescriptor(grammar, column);
    if (next === null) return column;
    column = next;
  }
}

function readDescriptor(grammar: Grammar, column: ColumnDefinition): ColumnDefinition | null {
  const { tokens } = grammar;
  if (tokens.accept("NOT", "NULL")) return { ...column, nullable: false };
  if (tokens.accept("COMMENT")) return { ...column, comment: readText(tokens) };
  if (tokens.accept("DEFAULT")) return { ...column, default: readDefault(grammar) };
  if (tokens.accept("GENERATED")) return { ...column, refused: readGenerated(tokens) };
  if (!tokens.isAny("PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "CONSTRAINT")) return null;
  skipItem(tokens);
  return { ...column, refused: "CONSTRAINT" };
}

/** The expression behind DEFAULT, and its text. */
export function readDefault(grammar: Grammar): NonNullable<ColumnDefinition["default"]> {
  const { tokens } = grammar;
  const { start } = tokens.peek();
  const expression = grammar.expression();
  return { expression, text: tokens.text.slice(start, tokens.end) };
}

function readGenerated(tokens: TokenStream): string {
  tokens.expectAny("ALWAYS", "BY");
  tokens.accept("DEFAULT");
  tokens.expect("AS");
  const isIdentity = tokens.is("IDENTITY");
  skipItem(tokens);
  return isIdentity ? "identity columns" : "generated columns";
}

/** What tables of files do not have: they are refused, but not misread. */
function skipTableConstraint(tokens: TokenStream): boolean {
  const isOne =
    tokens.is("PRIMARY", "KEY") ||
    tokens.is("FOREIGN", "KEY") ||
    ((tokens.is("UNIQUE") || tokens.is("CHECK")) && tokens.isNext(1, "(")) ||
    (tokens.is("CONSTRAINT") && tokens.isNext(2, "PRIMARY", "FOREIGN", "UNIQUE", "CHECK"));
  if (isOne) skipItem(tokens);
  return isOne;
}

/** Leaves out what comes up to the next comma, or the bracket that ends the list. */
function skipItem(tokens: TokenStream): void {
  let depth = 0;
  for (;;) {
    const { kind, word } = tokens.peek();
    if (kind === "end" || (depth === 0 && (word === "," || word === ")"))) return;
    if (word === "(") depth++;
    if (word === ")") depth--;
    tokens.next();
  }
}

/** A text between quotes. */
export function readText(tokens: TokenStream): string {
  if (tokens.peek().kind !== "string") throw tokens.unexpected("expected a string");
  return tokens.next().text;
}
