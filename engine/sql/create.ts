import { notYetSupported, StreamingError } from "../errors/streamingError.js";
import type { ParsedPlan } from "../plan/unresolved.js";
import { readColumnDefinition, readColumnDefinitions, readText } from "./columnDefinitions.js";
import type { CreateTable, CreateTableLike, CreateView, Statement, TableName } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import { readTableOptions } from "./tableOptions.js";
import type { Grammar } from "./tokenStream.js";

/** `CREATE [OR REPLACE] …`, and `REPLACE TABLE …`. */
export function readCreate(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const replaces = tokens.next().word === "REPLACE";
  const replace = replaces || tokens.accept("OR", "REPLACE");
  tokens.accept("GLOBAL");
  const temporary = tokens.acceptAny("TEMPORARY", "TEMP") !== "";
  if (tokens.accept("VIEW")) return readView(grammar, replace, temporary);
  const external = tokens.accept("EXTERNAL");
  if (tokens.accept("TABLE")) return readTable(grammar, replace, external);
  if (tokens.acceptAny(...databaseWords) !== "") return readDatabase(grammar);
  throw tokens.unexpected("expected TABLE, VIEW or DATABASE");
}

/** Spark's words for one thing. */
export const databaseWords = ["DATABASE", "SCHEMA", "NAMESPACE"] as const;

function readDatabase(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const ifNotExists = tokens.accept("IF", "NOT", "EXISTS");
  const name = tokens.path("the name of a database");
  for (;;) {
    if (tokens.accept("COMMENT")) readText(tokens);
    else if (tokens.accept("WITH", "DBPROPERTIES") || tokens.accept("WITH", "PROPERTIES")) readTableOptions(grammar);
    else if (tokens.is("LOCATION")) throw notYetSupported("CREATE DATABASE … LOCATION");
    else break;
  }
  return { kind: "createDatabase", name, ifNotExists };
}

function readView(grammar: Grammar, replace: boolean, temporary: boolean): CreateView {
  const { tokens } = grammar;
  const ifNotExists = tokens.accept("IF", "NOT", "EXISTS");
  const name = tokens.path("the name of a view");
  const base = { kind: "createView", name, temporary, replace, ifNotExists } as const;
  if (temporary && name.parts.length > 1 && name.parts[0]!.toLowerCase() !== "global_temp") {
    const [qualifier, objectName] = [name.parts.slice(0, -1).join("."), name.parts.at(-1)!];
    throw new StreamingError("INVALID_TEMP_OBJ_QUALIFIER", {
      objectType: "VIEW",
      objectName: `\`${objectName}\``,
      qualifier: `\`${qualifier}\``,
    });
  }
  if (temporary && ifNotExists) throw new StreamingError("CREATE_TEMP_VIEW_WITH_IF_NOT_EXISTS");
  if (replace && ifNotExists) throw new StreamingError("CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE", { viewName: name.parts.join(".") });
  const typed = tokens.is("(") && !["COMMENT", ")", ","].includes(tokens.peek(2).word);
  if (temporary && (tokens.is("USING") || typed)) {
    const schema = tokens.is("(") ? readColumnDefinitions(grammar) : null;
    tokens.expect("USING");
    const format = tokens.path("a format").parts.join(".");
    const options = tokens.accept("OPTIONS") ? readTableOptions(grammar) : {};
    return { ...base, columns: null, source: { kind: "provider", format, schema, options } };
  }
  const columns = tokens.is("(") ? tokens.bracketed(() => viewColumn(grammar)) : null;
  skipProperties(grammar);
  tokens.expect("AS");
  const { start } = tokens.peek();
  const plan = grammar.query();
  return { ...base, columns, source: { kind: "query", plan, text: tokens.text.slice(start, tokens.end) } };
}

function viewColumn({ tokens }: Grammar): string {
  const name = tokens.identifier("a column name");
  if (tokens.accept("COMMENT")) tokens.next();
  return name;
}

/** COMMENT and TBLPROPERTIES of a view: words for people. */
function skipProperties(grammar: Grammar): void {
  const { tokens } = grammar;
  for (;;) {
    if (tokens.accept("COMMENT")) tokens.next();
    else if (tokens.accept("TBLPROPERTIES")) readTableOptions(grammar);
    else if (tokens.accept("WITH", "SCHEMA")) {
      tokens.accept("TYPE");
      tokens.expectAny("BINDING", "COMPENSATION", "EVOLUTION");
    } else return;
  }
}

function readTable(grammar: Grammar, replace: boolean, external: boolean): CreateTable | CreateTableLike {
  const { tokens } = grammar;
  const ifNotExists = tokens.accept("IF", "NOT", "EXISTS");
  const name = tokens.path("the name of a table");
  if (tokens.accept("LIKE")) return readLike(grammar, name, ifNotExists);
  const columns = tokens.is("(") && !startsQuery(tokens, 0) ? readColumnDefinitions(grammar) : null;
  const format = tokens.accept("USING") ? tokens.path("a format").parts.join(".") : null;
  const clauses = { options: {}, properties: {}, partitionedBy: [], location: null, comment: null } as Clauses;
  while (readClause(grammar, clauses));
  const query = readAsQuery(grammar);
  if (external && clauses.location === null) throw new StreamingError("CREATE_EXTERNAL_TABLE_WITHOUT_LOCATION");
  if (columns !== null && query !== null) throw new StreamingError("CREATE_TABLE_AS_SELECT_WITH_COLUMNS");
  return { kind: "createTable", name, replace, ifNotExists, columns, format, ...clauses, query };
}

type Clauses = { -readonly [K in "options" | "properties" | "partitionedBy" | "location" | "comment"]: CreateTable[K] };

/** The next clause of CREATE TABLE, in any order; false when none comes. */
function readClause(grammar: Grammar, clauses: Clauses): boolean {
  const { tokens } = grammar;
  if (tokens.accept("OPTIONS")) clauses.options = { ...clauses.options, ...readTableOptions(grammar) };
  else if (tokens.accept("TBLPROPERTIES")) clauses.properties = { ...clauses.properties, ...readTableOptions(grammar) };
  else if (tokens.accept("PARTITIONED", "BY")) clauses.partitionedBy = tokens.bracketed(() => readPartitioning(grammar));
  else if (tokens.accept("LOCATION")) clauses.location = readText(tokens);
  else if (tokens.accept("COMMENT")) clauses.comment = readText(tokens);
  else return false;
  return true;
}

function readAsQuery(grammar: Grammar): ParsedPlan | null {
  const { tokens } = grammar;
  return tokens.accept("AS") || startsQuery(tokens, 0) ? grammar.query() : null;
}

/** A column, or a column with its type; a function of columns is refused. @throws UNSUPPORTED_PARTITION_TRANSFORM */
function readPartitioning(grammar: Grammar): CreateTable["partitionedBy"][number] {
  const { tokens } = grammar;
  const { start } = tokens.peek();
  if (tokens.isNext(1, ",", ")")) return { name: tokens.identifier("a column name"), definition: null };
  if (!tokens.isNext(1, "(")) {
    const definition = readColumnDefinition(grammar);
    return { name: definition.name, definition };
  }
  grammar.expression();
  throw new StreamingError("UNSUPPORTED_PARTITION_TRANSFORM", { transform: `\`${tokens.text.slice(start, tokens.end)}\`` });
}

/** `CREATE TABLE t LIKE s [USING format] [TBLPROPERTIES (…)] [LOCATION '…']`. */
function readLike(grammar: Grammar, name: TableName, ifNotExists: boolean): CreateTableLike {
  const { tokens } = grammar;
  const source = tokens.path("the name of a table");
  let [format, location]: (string | null)[] = [null, null];
  let properties: Readonly<Record<string, string>> = {};
  for (;;) {
    if (tokens.accept("USING")) format = tokens.path("a format").parts.join(".");
    else if (tokens.accept("LOCATION")) location = readText(tokens);
    else if (tokens.accept("TBLPROPERTIES")) properties = readTableOptions(grammar);
    else return { kind: "createTableLike", name, source, ifNotExists, format: format ?? null, location: location ?? null, properties };
  }
}
