import type { Insert } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import { readTableOptions } from "./tableOptions.js";
import type { Grammar } from "./tokenStream.js";

/** `INSERT {INTO | OVERWRITE} [TABLE] t [PARTITION (…)] [(columns) | BY NAME] [OPTIONS (…)] query`. */
export function readInsert(grammar: Grammar): Insert {
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
