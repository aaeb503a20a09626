import { notYetSupported, StreamingError } from "../errors/streamingError.js";
import { readText } from "./columnDefinitions.js";
import { databaseWords } from "./create.js";
import type { Statement } from "./statement.js";
import { startsQuery } from "./startsQuery.js";
import { readTableOptions } from "./tableOptions.js";
import type { Grammar } from "./tokenStream.js";

/** Statements about tables that change no columns, and what Spark has and files have not; null when none of them comes next. */
export function readMaintenance(grammar: Grammar): Statement | null {
  const { tokens } = grammar;
  switch (tokens.peek().word) {
    case "CACHE":
      return readCache(grammar);
    case "UNCACHE":
    case "REFRESH":
    case "CLEAR":
      return readUncache(grammar);
    case "ANALYZE":
      return readAnalyze(grammar);
    case "COMMENT":
      return readComment(grammar);
    case "UPDATE":
    case "DELETE":
    case "MERGE":
      return readChangeOfRows(grammar);
    default:
  }
  const refused = refusedWords.find((words) => tokens.is(...words));
  if (refused === undefined) return null;
  throw new StreamingError("INVALID_STATEMENT_OR_CLAUSE", { operation: refused.join(" ") });
}

/** What Spark's grammar has, to refuse it. */
const refusedWords: readonly (readonly string[])[] = [
  ["GRANT"],
  ["REVOKE"],
  ["LOCK", "TABLE"],
  ["UNLOCK", "TABLE"],
  ["START", "TRANSACTION"],
  ["COMMIT"],
  ["ROLLBACK"],
  ["EXPORT", "TABLE"],
  ["IMPORT", "TABLE"],
  ["CREATE", "ROLE"],
  ["DROP", "ROLE"],
];

/** `CACHE [LAZY] TABLE t [OPTIONS (…)] [AS query]`. */
function readCache(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  tokens.accept("LAZY");
  tokens.expect("TABLE");
  const name = tokens.path("the name of a table");
  if (tokens.accept("OPTIONS")) readTableOptions(grammar);
  const plan = tokens.accept("AS") || startsQuery(tokens, 0) ? grammar.query() : null;
  return { kind: "cache", name, plan, ifExists: false };
}

/** `UNCACHE TABLE [IF EXISTS] t`, `REFRESH [TABLE] t`, `REFRESH 'path'`, `CLEAR CACHE`: nothing is kept that could be forgotten. */
function readUncache({ tokens }: Grammar): Statement {
  const { word } = tokens.next();
  if (word === "CLEAR") {
    tokens.expect("CACHE");
    return { kind: "cache", name: null, plan: null, ifExists: false };
  }
  if (tokens.is("FUNCTION")) throw notYetSupported("REFRESH FUNCTION");
  if (word === "REFRESH" && tokens.peek().kind === "string") {
    tokens.next();
    return { kind: "cache", name: null, plan: null, ifExists: false };
  }
  tokens.accept("TABLE");
  const ifExists = tokens.accept("IF", "EXISTS");
  return { kind: "cache", name: tokens.path("the name of a table"), plan: null, ifExists };
}

/** `ANALYZE TABLE t COMPUTE STATISTICS [NOSCAN | FOR COLUMNS a, b | FOR ALL COLUMNS]`, `ANALYZE TABLES [IN d] COMPUTE STATISTICS`. */
function readAnalyze({ tokens }: Grammar): Statement {
  tokens.next();
  if (tokens.expectAny("TABLE", "TABLES").word === "TABLES") {
    const database = tokens.acceptAny("IN", "FROM") === "" ? null : tokens.path("the name of a database");
    tokens.expect("COMPUTE");
    tokens.expect("STATISTICS");
    tokens.accept("NOSCAN");
    return { kind: "analyzeTables", database };
  }
  const name = tokens.path("the name of a table");
  if (tokens.is("PARTITION")) throw notYetSupported("ANALYZE TABLE … PARTITION");
  tokens.expect("COMPUTE");
  tokens.expect("STATISTICS");
  if (tokens.accept("NOSCAN") || tokens.accept("FOR", "ALL", "COLUMNS") || !tokens.accept("FOR", "COLUMNS"))
    return { kind: "analyzeTable", name, columns: [] };
  return { kind: "analyzeTable", name, columns: tokens.commaSeparated(() => tokens.identifier("a column name")) };
}

/** `COMMENT ON {TABLE | VIEW | COLUMN | DATABASE} x IS {'text' | NULL}`. */
function readComment({ tokens }: Grammar): Statement {
  tokens.next();
  tokens.expect("ON");
  const what = tokens.expectAny("TABLE", "VIEW", "COLUMN", ...databaseWords).word;
  const { parts, position } = tokens.path("a name");
  tokens.expect("IS");
  const comment = tokens.accept("NULL") ? null : readText(tokens);
  if (what === "COLUMN") {
    const name = { parts: parts.slice(0, -1), position };
    return {
      kind: "alterTable",
      name,
      action: { kind: "alterColumn", column: parts.at(-1)!, change: { kind: "comment", comment, type: null } },
    };
  }
  if (what === "TABLE" || what === "VIEW") return { kind: "alterTable", name: { parts, position }, action: { kind: "comment", comment } };
  return { kind: "alterDatabase", name: { parts, position }, operation: null };
}

/** UPDATE, DELETE and MERGE: files are written once. What they would do is read no further. */
function readChangeOfRows({ tokens }: Grammar): Statement {
  const { word } = tokens.next();
  if (word === "DELETE") tokens.expect("FROM");
  if (word === "MERGE") {
    tokens.accept("WITH", "SCHEMA", "EVOLUTION");
    tokens.expect("INTO");
  }
  const name = tokens.path("the name of a table");
  tokens.restOfStatement();
  const operation = word === "UPDATE" ? "UPDATE TABLE" : word === "DELETE" ? "DELETE" : "MERGE INTO TABLE";
  return { kind: "changeRows", name, operation };
}
