import { ExpressionGrammar } from "./grammar.js";
import { databaseWords, readCreate } from "./create.js";
import { readInserts, readPartition } from "./insert.js";
import { readOrganized, readWith } from "./query.js";
import type { ExplainMode, Show, Statement, TableName } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import type { Grammar } from "./tokenStream.js";
import { withoutVariables } from "./variables.js";

/**
 * One statement; a semicolon may end it.
 *
 * @example parseStatement("CREATE TEMP VIEW hot AS SELECT * FROM readings WHERE celsius > 30")
 * @throws PARSE_SYNTAX_ERROR and its like
 */
export function parseStatement(text: string): Statement {
  const grammar = new ExpressionGrammar(text);
  const statement = readStatement(grammar);
  while (grammar.tokens.accept(";"));
  grammar.tokens.expectEnd();
  return statement;
}

/**
 * All statements of a text, which semicolons separate; with where each begins and ends. What `${name}` stands for is known when its statement runs.
 *
 * @throws PARSE_SYNTAX_ERROR and its like
 */
export function parseStatements(text: string): { readonly statement: Statement; readonly start: number; readonly end: number }[] {
  const grammar = new ExpressionGrammar(withoutVariables(text));
  const { tokens } = grammar;
  const found = [];
  for (;;) {
    while (tokens.accept(";"));
    if (tokens.peek().kind === "end") return found;
    const { start } = tokens.peek();
    found.push({ statement: readStatement(grammar), start, end: tokens.end });
    if (!tokens.is(";")) tokens.expectEnd();
  }
}

const statements = ["SELECT", "INSERT", "CREATE", "DROP", "DESCRIBE", "SHOW", "EXPLAIN", "SET"];

function readStatement(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const token = tokens.peek();
  switch (token.word) {
    case "CREATE":
    case "REPLACE":
      return readCreate(grammar);
    case "INSERT":
    case "WITH":
    case "FROM":
      return readQueryOrInserts(grammar);
    case "DROP":
      return readDrop(grammar);
    case "TRUNCATE":
      tokens.next();
      tokens.expect("TABLE");
      return readTruncate(grammar);
    case "USE":
      tokens.next();
      tokens.acceptAny(...databaseWords);
      return { kind: "use", name: tokens.path("the name of a database") };
    case "DESC":
    case "DESCRIBE":
      return readDescribe(grammar);
    case "SHOW":
      return readShow(grammar);
    case "EXPLAIN":
      return readExplain(grammar);
    case "SET":
    case "RESET":
      return readSetting(grammar);
    case "CACHE":
    case "UNCACHE":
    case "REFRESH":
      return readNothing(grammar);
    default:
      if (startsQuery(tokens, 0)) return { kind: "query", plan: grammar.query() };
      throw tokens.unexpectedWord(
        `expected a statement: ${statements.join(", ")}, or a query that begins with WITH, FROM or VALUES`,
        statements,
      );
  }
}

function readQueryOrInserts(grammar: Grammar): Statement {
  const over = readWith(grammar);
  const inserts = readInserts(grammar)?.map((insert) => ({ ...insert, plan: over(insert.plan) }));
  if (inserts === undefined) return { kind: "query", plan: over(readOrganized(grammar)) };
  return inserts.length === 1 ? inserts[0]! : { kind: "inserts", inserts };
}

function readTruncate(grammar: Grammar): Statement {
  const name = readTableName(grammar);
  const partition = grammar.tokens.accept("PARTITION") ? grammar.tokens.bracketed(() => readPartition(grammar)) : [];
  return { kind: "truncate", name, partition };
}

export function readTableName({ tokens }: Grammar): TableName {
  return tokens.path("the name of a table");
}

function readDrop(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  tokens.acceptAny("TEMPORARY", "TEMP");
  if (tokens.acceptAny(...databaseWords) !== "") return readDropDatabase(grammar);
  const what = tokens.expectAny("TABLE", "VIEW").word === "TABLE" ? "table" : "view";
  const ifExists = tokens.accept("IF", "EXISTS");
  const name = readTableName(grammar);
  tokens.accept("PURGE");
  return { kind: "drop", what, name, ifExists };
}

function readDropDatabase({ tokens }: Grammar): Statement {
  const ifExists = tokens.accept("IF", "EXISTS");
  const name = tokens.path("the name of a database");
  const cascade = tokens.acceptAny("CASCADE", "RESTRICT") === "CASCADE";
  return { kind: "dropDatabase", name, ifExists, cascade };
}

function readDescribe(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  if (tokens.accept("FUNCTION")) {
    const extended = tokens.accept("EXTENDED");
    return { kind: "describeFunction", name: tokens.path("the name of a function").parts.join("."), extended };
  }
  if (tokens.accept("QUERY") || startsQuery(tokens, 0)) return { kind: "describeQuery", plan: grammar.query() };
  tokens.accept("TABLE");
  const extended = tokens.acceptAny("EXTENDED", "FORMATTED") !== "";
  return { kind: "describeTable", name: readTableName(grammar), extended };
}

function readShow(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  if (tokens.accept("COLUMNS")) {
    tokens.expectAny("IN", "FROM");
    const table = readTableName(grammar);
    if (tokens.acceptAny("IN", "FROM") === "") return { kind: "showColumns", name: table };
    const { parts, position } = tokens.path("the name of a database");
    return { kind: "showColumns", name: { parts: [...parts, table.parts.at(-1)!], position } };
  }
  const scope = tokens.acceptAny("USER", "SYSTEM", "ALL").toLowerCase() as Show["scope"] | "";
  if (scope !== "" && !tokens.is("FUNCTIONS")) throw tokens.unexpected("expected FUNCTIONS");
  const { word } = tokens.expectAny("TABLES", "VIEWS", "FUNCTIONS", "DATABASES", "SCHEMAS");
  const what = word === "SCHEMAS" ? "databases" : (word.toLowerCase() as Show["what"]);
  const database = tokens.acceptAny("IN", "FROM") === "" ? null : tokens.path("the name of a database");
  return { kind: "show", what, scope: scope === "" ? "all" : scope, database, pattern: readPattern(grammar, what) };
}

/** `[LIKE] 'pattern'`; a function by its name, too. */
function readPattern({ tokens }: Grammar, what: Show["what"]): string | null {
  const isSaid = tokens.accept("LIKE");
  if (tokens.peek().kind === "string") return tokens.next().text;
  if (what === "functions" && (isSaid || tokens.peek().kind === "identifier")) return tokens.path("the name of a function").parts.at(-1)!;
  if (isSaid) throw tokens.unexpected("expected a pattern between quotes");
  return null;
}

function readExplain(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  const word = tokens.acceptAny("EXTENDED", "CODEGEN", "COST", "FORMATTED");
  const mode = (word === "" ? "simple" : word.toLowerCase()) as ExplainMode;
  return { kind: "explain", mode, statement: readStatement(grammar) };
}

/** `SET key = value` takes the rest of the statement as it is written, as in Spark. */
function readSetting({ tokens }: Grammar): Statement {
  const isSet = tokens.next().word === "SET";
  if (!isSet) return { kind: "reset", key: tokens.restOfStatement() || null };
  if (tokens.is("TIME", "ZONE")) {
    tokens.next();
    tokens.next();
    const zone = tokens.peek().kind === "string" ? tokens.next().text : tokens.restOfStatement();
    return { kind: "set", key: "spark.sql.session.timeZone", value: zone };
  }
  const rest = tokens.restOfStatement();
  const equals = rest.indexOf("=");
  if (equals < 0) return { kind: "set", key: rest === "" || rest === "-v" ? null : unquoted(rest), value: null };
  return { kind: "set", key: unquoted(rest.slice(0, equals).trim()), value: unquoted(rest.slice(equals + 1).trim()) };
}

function unquoted(text: string): string {
  return /^(`[^`]*`|"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1) : text;
}

/** `CACHE [LAZY] TABLE t [AS query]`, `UNCACHE TABLE [IF EXISTS] t`, `REFRESH [TABLE] t`. */
function readNothing(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const words = tokens.next().word;
  tokens.accept("LAZY");
  tokens.accept("TABLE");
  tokens.accept("IF", "EXISTS");
  const name = readTableName(grammar);
  const plan = words === "CACHE" && (tokens.accept("AS") || startsQuery(tokens, 0)) ? grammar.query() : null;
  return { kind: "nothing", words, name, plan };
}
