import { StreamingError } from "../errors/streamingError.js";
import { databaseWords } from "./create.js";
import { readColumnDefinition, readColumnDefinitions, readDefault, readText } from "./columnDefinitions.js";
import { readPartition } from "./insert.js";
import type { AlterTable, AlterView, Statement } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import { readTableOptions } from "./tableOptions.js";
import type { Grammar } from "./tokenStream.js";

/** `ALTER {TABLE | VIEW | DATABASE} …`; the word ALTER comes next. */
export function readAlter(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  if (tokens.acceptAny(...databaseWords) !== "") return readAlterDatabase(grammar);
  const what = tokens.expectAny("TABLE", "VIEW").word;
  const name = tokens.path(what === "TABLE" ? "the name of a table" : "the name of a view");
  if (what === "VIEW") return { kind: "alterView", name, action: viewAction(grammar) };
  return { kind: "alterTable", name, action: tableAction(grammar) };
}

/** Its properties and its place are words for people: a database here is a folder. */
function readAlterDatabase(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const name = tokens.path("the name of a database");
  tokens.expectAny("SET", "UNSET");
  if (tokens.accept("LOCATION")) return { kind: "alterDatabase", name, operation: "ALTER DATABASE ... SET LOCATION" };
  tokens.expectAny("DBPROPERTIES", "PROPERTIES");
  readTableOptions(grammar);
  return { kind: "alterDatabase", name, operation: null };
}

function viewAction(grammar: Grammar): AlterView["action"] {
  const { tokens } = grammar;
  const shared = sharedAction(grammar);
  if (shared !== null) return shared;
  if (!tokens.accept("AS") && !startsQuery(tokens, 0))
    throw tokens.unexpected("expected AS and a query, RENAME TO, SET or UNSET TBLPROPERTIES");
  const { start } = tokens.peek();
  const plan = grammar.query();
  return { kind: "query", plan, text: tokens.text.slice(start, tokens.end) };
}

/** What is said of tables and views alike; null when none of it comes next. */
function sharedAction(grammar: Grammar): Extract<AlterTable["action"], AlterView["action"]> | null {
  const { tokens } = grammar;
  if (tokens.accept("RENAME", "TO")) return { kind: "rename", to: tokens.path("a name") };
  if (tokens.accept("SET", "TBLPROPERTIES")) return { kind: "setProperties", properties: readTableOptions(grammar) };
  if (!tokens.accept("UNSET", "TBLPROPERTIES")) return null;
  tokens.accept("IF", "EXISTS");
  const keys = tokens.bracketed(() =>
    tokens.peek().kind === "string" ? tokens.next().text : tokens.path("the name of a property").parts.join("."),
  );
  return { kind: "unsetProperties", keys };
}

function tableAction(grammar: Grammar): AlterTable["action"] {
  const { tokens } = grammar;
  const shared = sharedAction(grammar);
  if (shared !== null) return shared;
  if (tokens.accept("ADD")) return added(grammar);
  if (tokens.accept("DROP")) return dropped(grammar);
  if (tokens.isAny("ALTER", "CHANGE")) return changed(grammar);
  if (tokens.accept("SET", "LOCATION")) return { kind: "setLocation", location: readText(tokens) };
  for (const [words, operation] of refusals) {
    if (!tokens.is(...words)) continue;
    tokens.restOfStatement();
    return { kind: "refused", operation };
  }
  throw tokens.unexpected("expected ADD COLUMNS, ALTER COLUMN, DROP PARTITION, RENAME TO, SET TBLPROPERTIES or SET LOCATION");
}

/** What tables of files do not do. */
const refusals: readonly (readonly [words: readonly string[], operation: string])[] = [
  [["RENAME", "COLUMN"], "RENAME COLUMN"],
  [["REPLACE", "COLUMNS"], "REPLACE COLUMNS"],
  [["PARTITION"], "ALTER TABLE ... PARTITION"],
  [["RECOVER", "PARTITIONS"], "RECOVER PARTITIONS"],
  [["CLUSTER", "BY"], "CLUSTER BY"],
  [["SET", "SERDE"], "SET SERDE"],
  [["SET", "SERDEPROPERTIES"], "SET SERDEPROPERTIES"],
];

function added(grammar: Grammar): AlterTable["action"] {
  const { tokens } = grammar;
  if (tokens.is("CONSTRAINT") || tokens.is("PRIMARY", "KEY") || tokens.is("CHECK", "(")) {
    tokens.restOfStatement();
    return { kind: "refused", operation: "ADD CONSTRAINT" };
  }
  tokens.accept("IF", "NOT", "EXISTS");
  if (tokens.is("PARTITION")) {
    tokens.restOfStatement();
    return { kind: "refused", operation: "ADD PARTITION" };
  }
  tokens.expectAny("COLUMN", "COLUMNS");
  const columns = tokens.is("(") ? readColumnDefinitions(grammar) : tokens.commaSeparated(() => readColumnDefinition(grammar));
  return { kind: "addColumns", columns };
}

function dropped(grammar: Grammar): AlterTable["action"] {
  const { tokens } = grammar;
  if (tokens.isAny("COLUMN", "COLUMNS", "CONSTRAINT")) {
    const operation = tokens.next().word === "CONSTRAINT" ? "DROP CONSTRAINT" : "DROP COLUMN";
    tokens.restOfStatement();
    return { kind: "refused", operation };
  }
  const ifExists = tokens.accept("IF", "EXISTS");
  const partitions = tokens.commaSeparated(() => {
    tokens.expect("PARTITION");
    return tokens.bracketed(() => readPartition(grammar));
  });
  tokens.accept("PURGE");
  return { kind: "dropPartitions", partitions, ifExists };
}

/** `ALTER [COLUMN] c {COMMENT 'text' | SET DEFAULT e | DROP DEFAULT | TYPE t | …}`, `CHANGE [COLUMN] c c type [COMMENT 'text']`. */
function changed(grammar: Grammar): AlterTable["action"] {
  const { tokens } = grammar;
  const isChange = tokens.next().word === "CHANGE";
  tokens.accept("COLUMN");
  const { parts } = tokens.path("a column name");
  const column = parts.join(".");
  if (isChange) {
    const definition = readColumnDefinition(grammar);
    if (definition.name.toLowerCase() !== column.toLowerCase()) throw new StreamingError("RENAME_BY_CHANGE_COLUMN");
    return { kind: "alterColumn", column, change: { kind: "comment", comment: definition.comment, type: definition.type } };
  }
  if (tokens.accept("COMMENT")) return { kind: "alterColumn", column, change: { kind: "comment", comment: readText(tokens), type: null } };
  if (tokens.accept("TYPE")) return { kind: "alterColumn", column, change: { kind: "type", type: grammar.dataType() } };
  if (tokens.accept("SET", "DEFAULT")) return { kind: "alterColumn", column, change: { kind: "default", value: readDefault(grammar) } };
  if (tokens.accept("DROP", "DEFAULT")) return { kind: "alterColumn", column, change: { kind: "default", value: null } };
  if (tokens.isAny("SET", "DROP")) {
    tokens.restOfStatement();
    return { kind: "refused", operation: "ALTER COLUMN ... SET NOT NULL" };
  }
  if (!tokens.isAny("FIRST", "AFTER")) throw tokens.unexpected("expected COMMENT, TYPE, SET DEFAULT or DROP DEFAULT");
  tokens.restOfStatement();
  return { kind: "refused", operation: "ALTER COLUMN ... FIRST | AFTER" };
}
