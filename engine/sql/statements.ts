import { readAlter } from "./alter.js";
import { ExpressionGrammar } from "./grammar.js";
import { databaseWords, readCreate } from "./create.js";
import { readInserts, readPartition, readReplacingInsert } from "./insert.js";
import { readMaintenance } from "./maintenance.js";
import { readShow } from "./show.js";
import { readOrganized, readWith } from "./query.js";
import type { ExplainMode, Statement, TableName } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import { notYetSupported, StreamingError } from "../errors/streamingError.js";
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

/** A statement of a text, and its own text, in which it stands on the same line and column as in the whole. */
export interface PlacedStatement {
  readonly statement: Statement;
  readonly text: string;
}

/**
 * All statements of a text, which semicolons separate. What `${name}` stands for is known when its statement runs.
 *
 * @throws PARSE_SYNTAX_ERROR and its like
 */
export function parseStatements(text: string): readonly PlacedStatement[] {
  const grammar = new ExpressionGrammar(withoutVariables(text));
  const { tokens } = grammar;
  const found: PlacedStatement[] = [];
  let [lines, lineStart, counted] = [0, 0, 0];
  for (;;) {
    while (tokens.accept(";"));
    if (tokens.peek().kind === "end") return found;
    const { start } = tokens.peek();
    for (let at = text.indexOf("\n", counted); at >= 0 && at < start; at = text.indexOf("\n", at + 1)) {
      lines++;
      lineStart = at + 1;
    }
    counted = start;
    const statement = readStatement(grammar);
    found.push({ statement, text: "\n".repeat(lines) + " ".repeat(start - lineStart) + text.slice(start, tokens.end) });
    if (!tokens.is(";")) tokens.expectEnd();
  }
}

const statements = ["SELECT", "INSERT", "CREATE", "DROP", "DESCRIBE", "SHOW", "EXPLAIN", "SET"];

function readStatement(grammar: Grammar): Statement {
  const { tokens } = grammar;
  switch (tokens.is("CREATE", "ROLE") || tokens.is("DROP", "ROLE") ? "" : tokens.peek().word) {
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
    case "ALTER":
      return readAlter(grammar);
    default: {
      const maintenance = readMaintenance(grammar);
      if (maintenance !== null) return maintenance;
      if (startsQuery(tokens, 0)) return { kind: "query", plan: grammar.query() };
      throw tokens.unexpectedWord(
        `expected a statement: ${statements.join(", ")}, or a query that begins with WITH, FROM or VALUES`,
        statements,
      );
    }
  }
}

function readQueryOrInserts(grammar: Grammar): Statement {
  const replacing = readReplacingInsert(grammar);
  if (replacing !== null) return replacing;
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
  if (tokens.accept("QUERY") || (startsQuery(tokens, 0) && !tokens.is("TABLE"))) return { kind: "describeQuery", plan: grammar.query() };
  if (tokens.acceptAny(...databaseWords) !== "") {
    tokens.accept("EXTENDED");
    return { kind: "describeDatabase", name: tokens.path("the name of a database") };
  }
  tokens.accept("TABLE");
  const extended = tokens.acceptAny("EXTENDED", "FORMATTED") !== "";
  const name = readTableName(grammar);
  if (tokens.is("PARTITION")) throw notYetSupported("DESCRIBE … PARTITION");
  if (tokens.peek().kind !== "identifier" && tokens.peek().kind !== "quoted") return { kind: "describeTable", name, extended };
  return { kind: "describeColumn", name, column: tokens.path("a column name").parts.join(".") };
}

function readExplain(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  const word = tokens.acceptAny("EXTENDED", "CODEGEN", "COST", "FORMATTED");
  const mode = (word === "" ? "simple" : word.toLowerCase()) as ExplainMode;
  return { kind: "explain", mode, statement: readStatement(grammar) };
}

/** `SET key = value` takes the rest of the statement as it is written, as in Spark. */
function readSetting(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const isSet = tokens.next().word === "SET";
  if (!isSet) return { kind: "reset", key: tokens.restOfStatement() || null };
  if (tokens.accept("TIME", "ZONE")) return readTimeZone(grammar);
  if (tokens.is("CATALOG") && !tokens.isNext(1, "=")) {
    tokens.next();
    return { kind: "setCatalog", name: tokens.peek().kind === "string" ? tokens.next().text : tokens.identifier("the name of a catalog") };
  }
  const rest = tokens.restOfStatement();
  const equals = rest.indexOf("=");
  if (equals < 0 && /^[\w.]+\s/.test(rest)) throw new StreamingError("INVALID_SET_SYNTAX");
  if (equals < 0) return { kind: "set", key: rest === "" || rest === "-v" ? null : unquoted(rest), value: null };
  return { kind: "set", key: unquoted(rest.slice(0, equals).trim()), value: unquoted(rest.slice(equals + 1).trim()) };
}

/** `SET TIME ZONE {LOCAL | 'zone' | INTERVAL …}`. @throws INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE */
function readTimeZone(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const key = "spark.sql.session.timeZone";
  if (tokens.accept("LOCAL")) return { kind: "reset", key };
  if (!tokens.is("INTERVAL")) {
    return { kind: "set", key, value: tokens.peek().kind === "string" ? tokens.next().text : tokens.restOfStatement() };
  }
  const { start } = tokens.peek();
  const interval = grammar.expression();
  const input = tokens.text.slice(start, tokens.end);
  const micros = interval.kind === "literal" && typeof interval.value === "bigint" ? Number(interval.value) : Number.NaN;
  const seconds = micros / 1_000_000;
  if (!Number.isInteger(seconds) || Math.abs(seconds) > 18 * 3600)
    throw new StreamingError("INVALID_INTERVAL_FORMAT.TIMEZONE_INTERVAL_OUT_OF_RANGE", { input });
  const parts = [Math.floor(Math.abs(seconds) / 3600), Math.floor(Math.abs(seconds) / 60) % 60, Math.abs(seconds) % 60];
  const text = parts.slice(0, parts[2] === 0 ? 2 : 3).map((part) => String(part).padStart(2, "0"));
  return { kind: "set", key, value: `${seconds < 0 ? "-" : "+"}${text.join(":")}` };
}

function unquoted(text: string): string {
  return /^(`[^`]*`|"[^"]*"|'[^']*')$/.test(text) ? text.slice(1, -1) : text;
}
