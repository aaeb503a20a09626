import type { Insert, InsertDirectory } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import { readTableOptions } from "./tableOptions.js";
import type { Grammar } from "./tokenStream.js";

/** `INSERT` into a table, or `INSERT OVERWRITE [LOCAL] DIRECTORY`. */
export function readAnyInsert(grammar: Grammar): Insert | InsertDirectory {
  const { tokens } = grammar;
  const isFolder = tokens.is("INSERT", "OVERWRITE", "LOCAL", "DIRECTORY") || tokens.is("INSERT", "OVERWRITE", "DIRECTORY");
  return isFolder ? readInsertDirectory(grammar) : readInsert(grammar);
}

/** `INSERT OVERWRITE [LOCAL] DIRECTORY ['path'] USING format [OPTIONS (…)] query`; the path, or the option `path`, not both. */
function readInsertDirectory(grammar: Grammar): InsertDirectory {
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
  return { kind: "insertDirectory", path: written ?? option!, format, options, plan: grammar.query() };
}

/** `INSERT {INTO | OVERWRITE} [TABLE] t [PARTITION (…)] [(columns) | BY NAME] [OPTIONS (…)] query`. */
function readInsert(grammar: Grammar): Insert {
  const { tokens } = grammar;
  tokens.expect("INSERT");
  const overwrite = tokens.expectAny("INTO", "OVERWRITE").word === "OVERWRITE";
  tokens.accept("TABLE");
  const name = tokens.path("the name of a table");
  const partition = tokens.accept("PARTITION") ? tokens.bracketed(() => readPartition(grammar)) : [];
  const byName = tokens.accept("BY", "NAME");
  const columns = tokens.is("(") && !startsQuery(tokens, 0) ? tokens.bracketed(() => tokens.identifier("a column name")) : null;
  const options = tokens.accept("OPTIONS") ? readTableOptions(grammar) : {};
  return { kind: "insert", name, overwrite, partition, columns, byName, options, plan: grammar.query() };
}

function readPartition({ tokens }: Grammar): Insert["partition"][number] {
  const column = tokens.identifier("a column name");
  return { column, value: tokens.accept("=") ? tokens.next().text : null };
}
