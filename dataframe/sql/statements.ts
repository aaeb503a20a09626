import { batchFromRows } from "../../engine/arrow/columns.js";
import { types, typeName, type Field } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import { unreachable } from "../../engine/errors/assert.js";
import { shownValue } from "../../engine/errors/credentials.js";
import { notYetSupported } from "../../engine/errors/streamingError.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { outputOf } from "../../engine/plan/outputOf.js";
import type { AnyInsert, ExplainMode, Statement, TableName } from "../../engine/sql/statement.js";
import { localPlan } from "../localPlan.js";
import type { SessionContext, Statements } from "../sessionContext.js";
import type { StreamingQuery } from "../../engine/query/streamingQuery.js";
import { partitionsOf } from "../conf.js";
import { explainFrame } from "../explain.js";
import { viewName } from "../names.js";
import { queryPlan } from "./queryPlan.js";
import { runDatabaseStatement } from "./databases.js";
import { createTable, createTableLike } from "./createTable.js";
import { withDefaults } from "./defaults.js";
import { functionDoc } from "./functionList.js";
import { drop, fileTable, findTable, insertInto, insertIntoDirectory, insertTarget, truncate } from "./tables.js";
import { show } from "./show.js";
import { streamTarget } from "./streamTarget.js";
import { createView, keepView } from "./views.js";

/**
 * Runs a statement and gives the plan of its result: of a query the query itself, which has not run; of a command, which has, its rows.
 *
 * @throws what the analyzer refuses
 */
export async function runStatement(session: SessionContext, statement: Statement): Promise<AnalyzedPlan> {
  switch (statement.kind) {
    case "query":
      return queryPlan(session, statement.plan);
    case "createView":
      await createView(session, statement);
      return rows(session, [], []);
    case "drop":
      if (!session.dropTempView(viewName(statement.name.parts)))
        await drop(session, statement.what, statement.name.parts, statement.ifExists);
      return rows(session, [], []);
    case "createTable":
      await createTable(session, statement, statement.query && (await queryPlan(session, statement.query)));
      return rows(session, [], []);
    case "createTableLike":
      await createTableLike(session, statement);
      return rows(session, [], []);
    case "insert":
    case "insertDirectory":
      return started(session, await insert(session, [statement]));
    case "inserts":
      return started(session, await insert(session, statement.inserts));
    case "truncate":
      await truncate(session, statement.name.parts, statement.partition);
      return rows(session, [], []);
    case "createDatabase":
    case "dropDatabase":
    case "use":
      await runDatabaseStatement(session, statement);
      return rows(session, [], []);
    case "set":
      return setting(session, statement.key, statement.value);
    case "reset":
      if (statement.key !== null) session.conf.unset(statement.key);
      return rows(session, [], []);
    case "describeQuery": {
      const output = outputOf(await queryPlan(session, statement.plan));
      return described(session, output);
    }
    case "describeTable":
      return described(session, outputOf(await relationPlan(session, statement.name)));
    case "showColumns":
      return columnNames(session, outputOf(await relationPlan(session, statement.name)));
    case "show":
      return show(session, statement);
    case "nothing":
      if (statement.plan !== null) keepView(session, statement.name!.parts, await queryPlan(session, statement.plan));
      return rows(session, [], []);
    case "explain":
      return explained(session, statement.statement, statement.mode);
    case "describeFunction":
      return rows(session, [text("function_desc")], [[`Function: ${statement.name}`], [`Usage: ${functionDoc(session, statement.name)}`]]);
    default:
      return unreachable(statement);
  }
}

function columnNames(session: SessionContext, output: ReturnType<typeof outputOf>): AnalyzedPlan {
  return rows(
    session,
    [text("col_name")],
    output.map(({ name }) => [name]),
  );
}

async function explained(session: SessionContext, statement: Statement, mode: ExplainMode): Promise<AnalyzedPlan> {
  if (statement.kind !== "query") throw notYetSupported("EXPLAIN of a command");
  const plan = await queryPlan(session, statement.plan);
  const { conf, runtime } = session;
  return rows(session, [text("plan")], [[explainFrame(plan, partitionsOf(conf.toRecord()), runtime.chunks, mode)]]);
}

/** What a name stands for. */
function relationPlan(session: SessionContext, { parts, position }: TableName): Promise<AnalyzedPlan> {
  return queryPlan(session, { kind: "unresolvedRelation", parts, position, streaming: false, options: {} });
}

function shownSetting([name, value]: readonly [string, string]): [string, string] {
  return [name, shownValue(name, value)];
}

function setting(session: SessionContext, key: string | null, value: string | null): AnalyzedPlan {
  const fields = [text("key"), text("value")];
  if (key === null) return rows(session, fields, Object.entries(session.conf.toRecord()).map(shownSetting));
  if (value !== null) session.conf.set(key, value);
  return rows(session, fields, [shownSetting([key, value ?? session.conf.find(key) ?? "<undefined>"])]);
}

function described(session: SessionContext, output: ReturnType<typeof outputOf>): AnalyzedPlan {
  const comment: Field = { name: "comment", type: types.string, nullable: true };
  return rows(
    session,
    [text("col_name"), text("data_type"), comment],
    output.map(({ name, type }) => [name, typeName(type), null]),
  );
}

function text(name: string): Field {
  return { name, type: types.string, nullable: false };
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
    const target = await insertTarget(session, each.name.parts);
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
  if (queries.length === 0) return rows(session, [], []);
  return rows(
    session,
    [text("id"), text("runId"), text("name")],
    queries.map(({ id, runId, name }) => [id, runId, name ?? ""]),
  );
}

/** Rows in memory as a plan. */
function rows(session: SessionContext, fields: readonly Field[], values: readonly (readonly Value[])[]): AnalyzedPlan {
  return localPlan(batchFromRows(types.struct(fields), values), session.analysisContext);
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
