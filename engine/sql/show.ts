import { StreamingError } from "../errors/streamingError.js";
import { readPartition } from "./insert.js";
import type { Show, Statement } from "./statement.js";
import type { Grammar } from "./tokenStream.js";

/** `SHOW …`; the word SHOW comes next. */
export function readShow(grammar: Grammar): Statement {
  const { tokens } = grammar;
  tokens.next();
  if (tokens.accept("COLUMNS")) return readShowColumns(grammar);
  if (tokens.accept("TBLPROPERTIES")) return readShowProperties(grammar);
  if (tokens.accept("PARTITIONS")) {
    const name = tokens.path("the name of a table");
    const partition = tokens.accept("PARTITION") ? tokens.bracketed(() => readPartition(grammar)) : [];
    return { kind: "showPartitions", name, partition };
  }
  if (tokens.accept("CREATE", "TABLE")) {
    const name = tokens.path("the name of a table");
    if (tokens.accept("AS", "SERDE")) throw new StreamingError("UNSUPPORTED_SHOW_CREATE_TABLE.ON_DATA_SOURCE_TABLE_WITH_AS_SERDE", {});
    return { kind: "showCreateTable", name };
  }
  if (tokens.accept("CURRENT")) {
    tokens.expectAny("NAMESPACE", "SCHEMA", "DATABASE");
    return { kind: "showCurrentNamespace" };
  }
  return readShowNames(grammar);
}

function readShowColumns({ tokens }: Grammar): Statement {
  tokens.expectAny("IN", "FROM");
  const table = tokens.path("the name of a table");
  if (tokens.acceptAny("IN", "FROM") === "") return { kind: "showColumns", name: table };
  const { parts, position } = tokens.path("the name of a database");
  const own = table.parts.slice(0, -1);
  if (own.length > 0 && own.join(".").toLowerCase() !== parts.join(".").toLowerCase()) {
    throw new StreamingError("SHOW_COLUMNS_WITH_CONFLICT_NAMESPACE", {
      namespaceA: `\`${parts.join("`.`")}\``,
      namespaceB: `\`${own.join("`.`")}\``,
    });
  }
  return { kind: "showColumns", name: { parts: [...parts, table.parts.at(-1)!], position } };
}

/** `SHOW TBLPROPERTIES t [('key')]`. */
function readShowProperties({ tokens }: Grammar): Statement {
  const name = tokens.path("the name of a table");
  if (!tokens.accept("(")) return { kind: "showProperties", name, key: null };
  const key = tokens.peek().kind === "string" ? tokens.next().text : tokens.path("the name of a property").parts.join(".");
  tokens.expect(")");
  return { kind: "showProperties", name, key };
}

function readShowNames(grammar: Grammar): Statement {
  const { tokens } = grammar;
  const scope = tokens.acceptAny("USER", "SYSTEM", "ALL").toLowerCase() as Show["scope"] | "";
  if (scope !== "" && !tokens.is("FUNCTIONS")) throw tokens.unexpected("expected FUNCTIONS");
  const { word } = tokens.expectAny("TABLES", "VIEWS", "FUNCTIONS", "DATABASES", "SCHEMAS", "NAMESPACES", "CATALOGS");
  const what = word === "SCHEMAS" || word === "NAMESPACES" ? "databases" : (word.toLowerCase() as Show["what"]);
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
