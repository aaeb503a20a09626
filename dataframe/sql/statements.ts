import { types, typeName, type Field } from "../../engine/arrow/types.js";
import { unreachable } from "../../engine/errors/assert.js";
import { shownValue } from "../../engine/errors/credentials.js";
import { notYetSupported, StreamingError } from "../../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import type { AnyInsert, ExplainMode, Statement } from "../../engine/sql/statement.js";
import type { SessionContext, Statements } from "../sessionContext.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { partitionsOf } from "../conf.js";
import { explainFrame } from "../explain.js";
import { viewName } from "../names.js";
import { queryPlan, relationPlan } from "./queryPlan.js";
import { runDatabaseStatement } from "./databases.js";
import { createTable, createTableLike } from "./createTable.js";
import { withDefaults } from "./defaults.js";
import { functionDoc } from "./functionList.js";
import { drop, fileTable, findTable, insertInto, insertIntoDirectory, insertTarget, truncate } from "./tables.js";
import { show } from "./show.js";
import { streamTarget } from "./streamTarget.js";
import { createView } from "./views.js";
import { rowsAsPlan, text } from "./rows.js";
import { changeTable } from "./maintenance.js";
import { describe, type Description } from "./describe.js";

/**
 * Runs a statement and gives the plan of its result: of a query the query itself, which has not run; of a command, which has, its rows.
 *
 * @throws what the analyzer refuses
 */
export async function runStatement(session: SessionContext, statement: Statement): Promise<AnalyzedPlan> {
  switch (statement.kind) {
    case "query":
      return queryPlan(session, statement.plan);
    case "insert":
    case "insertDirectory":
      return started(session, await insert(session, [statement]));
    case "inserts":
      return started(session, await insert(session, statement.inserts));
    case "set":
      return setting(session, statement.key, statement.value);
    case "describeQuery":
      return described(session, outputOf(await queryPlan(session, statement.plan)));
    case "describeTable":
    case "describeColumn":
    case "describeDatabase":
    case "showProperties":
    case "showCreateTable":
    case "showPartitions":
    case "showCurrentNamespace":
      return describe(session, statement);
    case "showColumns":
      return columnNames(session, outputOf(await relationPlan(session, statement.name)));
    case "show":
      return show(session, statement);
    case "explain":
      return explained(session, statement.statement, statement.mode);
    case "describeFunction":
      return rowsAsPlan(
        session,
        [text("function_desc")],
        [[`Function: ${statement.name}`], [`Usage: ${functionDoc(session, statement.name)}`]],
      );
    default:
      await runCommand(session, statement);
      return rowsAsPlan(session, [], []);
  }
}

type WithRows =
  | "query"
  | "insert"
  | "insertDirectory"
  | "inserts"
  | "set"
  | "show"
  | "showColumns"
  | "explain"
  | "describeQuery"
  | "describeFunction"
  | Description["kind"];

/** What gives no rows. */
async function runCommand(session: SessionContext, statement: Exclude<Statement, { kind: WithRows }>): Promise<void> {
  switch (statement.kind) {
    case "createView":
      return createView(session, statement);
    case "drop":
      if (session.dropTempView(viewName(statement.name.parts))) return;
      return drop(session, statement.what, statement.name.parts, statement.ifExists);
    case "createTable":
      return createTable(session, statement, statement.query && (await queryPlan(session, statement.query)));
    case "createTableLike":
      return createTableLike(session, statement);
    case "truncate":
      return truncate(session, statement.name.parts, statement.partition);
    case "createDatabase":
    case "dropDatabase":
    case "alterDatabase":
    case "analyzeTables":
    case "setCatalog":
    case "use":
      return runDatabaseStatement(session, statement);
    case "reset":
      return session.conf.reset(statement.key ?? undefined);
    case "alterTable":
    case "alterView":
    case "changeRows":
    case "analyzeTable":
    case "cache":
      return changeTable(session, statement);
    default:
      return unreachable(statement);
  }
}

function columnNames(session: SessionContext, output: ReturnType<typeof outputOf>): AnalyzedPlan {
  return rowsAsPlan(
    session,
    [text("col_name")],
    output.map(({ name }) => [name]),
  );
}

async function explained(session: SessionContext, statement: Statement, mode: ExplainMode): Promise<AnalyzedPlan> {
  if (statement.kind !== "query") throw notYetSupported("EXPLAIN of a command");
  const plan = await queryPlan(session, statement.plan);
  const { conf, runtime } = session;
  return rowsAsPlan(session, [text("plan")], [[explainFrame(plan, partitionsOf(conf.toRecord()), runtime.chunks, mode)]]);
}

function shownSetting([name, value]: readonly [string, string]): [string, string] {
  return [name, shownValue(name, value)];
}

/** Where tables lie is said when a session begins. */
const staticKeys = new Set(["spark.sql.warehouse.dir"]);

function setting(session: SessionContext, key: string | null, value: string | null): AnalyzedPlan {
  const fields = [text("key"), text("value")];
  if (key === null) return rowsAsPlan(session, fields, Object.entries(session.conf.toRecord()).map(shownSetting));
  if (value !== null && staticKeys.has(key.toLowerCase())) throw new StreamingError("CANNOT_MODIFY_STATIC_CONFIG", { key: `"${key}"` });
  if (value !== null) session.conf.set(key, value);
  return rowsAsPlan(session, fields, [shownSetting([key, value ?? session.conf.find(key) ?? "<undefined>"])]);
}

function described(session: SessionContext, output: ReturnType<typeof outputOf>): AnalyzedPlan {
  const comment: Field = { name: "comment", type: types.string, nullable: true };
  return rowsAsPlan(
    session,
    [text("col_name"), text("data_type"), comment],
    output.map(({ name, type }) => [name, typeName(type), null]),
  );
}

/** Every plan is analyzed before the first is written. Gives the queries that were started. */
async function insert(session: SessionContext, inserts: readonly AnyInsert[]): Promise<readonly StreamingQuery[]> {
  const writes: (() => Promise<StreamingQuery | null>)[] = [];
  for (const each of inserts) {
    if (each.kind === "insertDirectory") {
      const plan = await queryPlan(session, each.plan);
      writes.push(() => insertIntoDirectory(session, each, plan).then(() => null));
      continue;
    }
    const target = await insertTarget(session, each.name.parts, "INSERT");
    const plan = await queryPlan(session, withDefaults(each, target.columns, target.notes));
    writes.push(() => insertInto(session, each, target, plan));
  }
  const queries: StreamingQuery[] = [];
  for (const write of writes) {
    const query = await write();
    if (query !== null) queries.push(query);
  }
  return queries;
}

/** The queries that INSERTs of streams started, a row each. */
function started(session: SessionContext, queries: readonly StreamingQuery[]): AnalyzedPlan {
  if (queries.length === 0) return rowsAsPlan(session, [], []);
  return rowsAsPlan(
    session,
    [text("id"), text("runId"), text("name")],
    queries.map(({ id, runId, name }) => [id, runId, name ?? ""]),
  );
}

/** The statements of a session, for what methods do to its tables. */
export function statementsOf(session: SessionContext): Statements {
  return {
    run: (statement) => runStatement(session, statement),
    relation: (name) => relationPlan(session, name),
    findTable: (name) => findTable(session, name.parts),
    checkTable: async (name) => (await fileTable(session, name.parts, "writeTo")).table,
    streamTarget: (name, stream) => streamTarget(session, name, stream),
  };
}
