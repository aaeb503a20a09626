import { readFrom } from "./joins.js";
import { readLateralViews } from "./lateralViews.js";
import { readOrganization } from "./organization.js";
import { readSelect } from "./select.js";
import type { AnyInsert, Insert, InsertDirectory, PartitionValue, Statement } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import { readTableOptions } from "./tableOptions.js";
import type { Grammar, TokenStream } from "./tokenStream.js";

/**
 * `[WITH …] INSERT …`; `[WITH …] FROM t INSERT … SELECT … INSERT … SELECT …`, where each writes what it selects of the one relation. Null when the statement is
 * none of these; then nothing but the WITH has been read.
 */
export function readInserts(grammar: Grammar): readonly AnyInsert[] | null {
  const { tokens } = grammar;
  if (tokens.is("INSERT")) return [{ ...readTarget(grammar), plan: grammar.query() }];
  if (!insertsFollow(tokens)) return null;
  const from = readLateralViews(grammar, readFrom(grammar));
  const inserts: AnyInsert[] = [];
  while (tokens.is("INSERT")) {
    const target = readTarget(grammar);
    if (!tokens.is("SELECT")) throw tokens.unexpected("expected SELECT");
    inserts.push({ ...target, plan: readOrganization(grammar, readSelect(grammar, from)) });
  }
  return inserts;
}

/** Whether INSERT comes behind FROM and its relations, before a SELECT of the same query. */
function insertsFollow(tokens: TokenStream): boolean {
  if (!tokens.is("FROM")) return false;
  let depth = 0;
  for (let ahead = 1; ; ahead++) {
    const { kind, word } = tokens.peek(ahead);
    if (kind === "end" || word === ";") return false;
    if (word === "(") depth++;
    else if (word === ")") depth--;
    else if (depth === 0 && word === "SELECT") return false;
    else if (depth === 0 && word === "INSERT" && ["INTO", "OVERWRITE"].includes(tokens.peek(ahead + 1).word)) return true;
  }
}

/** `INSERT INTO t … REPLACE WHERE …`, as UPDATE and its like: files are written once. Null when the statement is none. */
export function readReplacingInsert({ tokens }: Grammar): Statement | null {
  if (!tokens.is("INSERT", "INTO") || !replacesRows(tokens)) return null;
  tokens.expect("INSERT");
  tokens.expect("INTO");
  tokens.accept("TABLE");
  const name = tokens.path("the name of a table");
  tokens.restOfStatement();
  return { kind: "changeRows", name, operation: "INSERT INTO ... REPLACE" };
}

/** Whether REPLACE comes before the query. */
function replacesRows(tokens: TokenStream): boolean {
  for (let ahead = 2; ; ahead++) {
    const { kind, word } = tokens.peek(ahead);
    if (kind === "end" || ["SELECT", "VALUES", "FROM", "WITH", ";"].includes(word)) return false;
    if (word === "REPLACE" && ["WHERE", "USING", "ON"].includes(tokens.peek(ahead + 1).word)) return true;
  }
}

/** Where an INSERT writes: a table, or a folder. */
function readTarget(grammar: Grammar): Omit<Insert, "plan"> | Omit<InsertDirectory, "plan"> {
  const { tokens } = grammar;
  const isFolder = tokens.is("INSERT", "OVERWRITE", "LOCAL", "DIRECTORY") || tokens.is("INSERT", "OVERWRITE", "DIRECTORY");
  return isFolder ? readDirectory(grammar) : readTable(grammar);
}

/** `INSERT OVERWRITE [LOCAL] DIRECTORY ['path'] USING format [OPTIONS (…)]`; the path, or the option `path`, not both. */
function readDirectory(grammar: Grammar): Omit<InsertDirectory, "plan"> {
  const { tokens } = grammar;
  while (!tokens.accept("DIRECTORY")) tokens.next();
  const written = tokens.peek().kind === "string" ? tokens.next().text : null;
  tokens.expect("USING");
  const format = tokens.path("the name of a format").parts.join(".");
  const hasOptions = tokens.is("OPTIONS");
  const { path: option, ...options } = tokens.accept("OPTIONS") ? readTableOptions(grammar) : {};
  if ((written === null) === (option === undefined)) {
    throw tokens.unexpected(
      `expected ${hasOptions ? "one path, behind DIRECTORY or as the option 'path'" : "OPTIONS ('path' '…'), or a path behind DIRECTORY"}`,
    );
  }
  return { kind: "insertDirectory", path: written ?? option!, format, options };
}

/** `INSERT {INTO | OVERWRITE} [TABLE] t [PARTITION (…)] [(columns) | BY NAME] [OPTIONS (…)]`. */
function readTable(grammar: Grammar): Omit<Insert, "plan"> {
  const { tokens } = grammar;
  tokens.expect("INSERT");
  const overwrite = tokens.expectAny("INTO", "OVERWRITE").word === "OVERWRITE";
  tokens.accept("TABLE");
  const name = tokens.path("the name of a table");
  const partition = tokens.accept("PARTITION") ? tokens.bracketed(() => readPartition(grammar)) : [];
  const byName = tokens.accept("BY", "NAME");
  const columns = tokens.is("(") && !startsQuery(tokens, 0) ? tokens.bracketed(() => tokens.identifier("a column name")) : null;
  const options = tokens.accept("OPTIONS") ? readTableOptions(grammar) : {};
  return { kind: "insert", name, overwrite, partition, columns, byName, options };
}

/** `p = value`, or `p` alone, whose values are those of the rows. */
export function readPartition(grammar: Grammar): PartitionValue {
  const { tokens } = grammar;
  const column = tokens.identifier("a column name");
  return { column, value: tokens.accept("=") ? grammar.operand() : null };
}
