import { inText, placed } from "../../engine/errors/textPlace.js";
import type { AnalyzedPlan } from "../../engine/plan/logicalPlan.js";
import { withUserFunctions } from "../../engine/plan/userFunctionNames.js";
import { analyzeQuery } from "../../engine/plan/analyzer/query/analyzeQuery.js";
import { noStream } from "../../engine/plan/analyzer/query/relations.js";
import type { Catalog } from "../../engine/plan/analyzer/query/environment.js";
import type { ParsedPlan, UnresolvedRelation } from "../../engine/plan/unresolved.js";
import { nearestName } from "../../engine/errors/nearest.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { parseQuery } from "../../engine/sql/parser.js";
import { relationsIn } from "../../engine/plan/relationsIn.js";
import { sourceFormats } from "../formats.js";
import { viewName } from "../names.js";
import { DataFrameReader } from "../reader.js";
import type { LooseRow } from "../rowTypes/row.js";
import type { SessionContext } from "../sessionContext.js";
import { manyPartNamespace, quotedName } from "./tableErrors.js";
import { optionsFor } from "./tableOptions.js";
import type { StoredTable } from "./storedTable.js";
import { Warehouse, type TableIdentity } from "./warehouse.js";

/** Formats whose files may be read by path: json.`data/x`. */
const fileFormats = new Set(["json", "csv", "parquet", "text", "orc", "avro"]);

/** What the names of relations stand for in a session: temporary views, then tables of the warehouse and files, which were looked at. */
export class SessionCatalog implements Catalog {
  private constructor(
    private readonly session: SessionContext,
    private readonly loaded: ReadonlyMap<UnresolvedRelation, AnalyzedPlan>,
    private readonly tables: readonly string[],
  ) {}

  /** The catalog for a query: reads what it takes to know the tables and files that it names. */
  static async for(session: SessionContext, plan: ParsedPlan): Promise<SessionCatalog> {
    const loaded = new Map<UnresolvedRelation, AnalyzedPlan>();
    const warehouse = new Warehouse(session);
    let missing = false;
    for (const relation of relationsIn(plan)) {
      if (session.findView(viewName(relation.parts)) !== null) continue;
      const found = await tableOf(session, warehouse, relation);
      if (found === null) missing = true;
      else loaded.set(relation, found);
    }
    // Only a name that means nothing needs to know which there are.
    const names = missing ? await warehouse.names(warehouse.currentDatabase) : [];
    return new SessionCatalog(session, loaded, names);
  }

  /** The catalog of expressions: they see the temporary views. */
  static ofViews(session: SessionContext): SessionCatalog {
    return new SessionCatalog(session, new Map(), []);
  }

  get names(): readonly string[] {
    return [...this.session.viewNames, ...this.tables];
  }

  pathOf(relation: UnresolvedRelation): readonly string[] {
    const { parts } = relation;
    if (!this.loaded.has(relation)) return parts;
    const identity = new Warehouse(this.session).identityOf(parts);
    return identity === null || fileFormats.has(parts[0]!.toLowerCase()) ? parts : ["spark_catalog", identity.database, identity.table];
  }

  find(relation: UnresolvedRelation): AnalyzedPlan | null {
    return this.loaded.get(relation) ?? this.session.findView(viewName(relation.parts));
  }
}

/** The plan of a table of the warehouse, or of files; null when there is neither. */
async function tableOf(session: SessionContext, warehouse: Warehouse, relation: UnresolvedRelation): Promise<AnalyzedPlan | null> {
  try {
    if (warehouse.identityOf(relation.parts) === null) throw manyPartNamespace(relation.parts);
    return (await warehouseTable(session, warehouse, relation)) ?? (await fileTable(session, relation));
  } catch (error) {
    throw placed(error, relation.position);
  }
}

/** The plan of a table of the warehouse; null when there is none. */
async function warehouseTable(session: SessionContext, warehouse: Warehouse, relation: UnresolvedRelation): Promise<AnalyzedPlan | null> {
  const identity = warehouse.identityOf(relation.parts);
  const table = identity && (await warehouse.read(identity));
  if (identity === null || table === null) return null;
  if (table.kind === "view" && relation.streaming) throw noStream(relation.parts);
  return table.kind === "view" ? storedView(session, table) : storedTable(session, warehouse, identity, table, relation);
}

async function storedView(session: SessionContext, view: Extract<StoredTable, { kind: "view" }>): Promise<AnalyzedPlan> {
  const query = withUserFunctions(parseQuery(view.query), session.userFunctions);
  const plan: ParsedPlan = view.columns === null ? query : { kind: "columnAliases", names: view.columns, input: query };
  return session.inDatabase(view.database, async (inside) => {
    return inText(view.query, async () => analyzeQuery(plan, inside.analysisContext, await SessionCatalog.for(inside, plan)));
  });
}

/** What reads a table: of files their folder, of other formats what its options say. */
export async function storedTable(
  session: SessionContext,
  warehouse: Warehouse,
  identity: TableIdentity,
  table: Extract<StoredTable, { kind: "table" }>,
  use: Pick<UnresolvedRelation, "streaming" | "options">,
): Promise<AnalyzedPlan> {
  const isFiles = fileFormats.has(table.format);
  const path = isFiles ? { path: table.options["path"] ?? warehouse.dataFolder(identity, table) } : {};
  const options = { ...(await optionsFor("read", session, table.format, table.options)), ...path, ...use.options };
  const reader = new DataFrameReader<LooseRow, "now">(session, {
    streaming: use.streaming,
    format: table.format,
    options,
    schema: table.schema,
  });
  if (table.schema !== null || sourceFormats.get(table.format).inferSchema === undefined) return reader.load().plan;
  return (await reader.inferSchema()).load().plan;
}

/** What is neither a database nor a format: the name of a format that was meant, of a path. */
async function noFormat(session: SessionContext, parts: readonly string[]): Promise<null> {
  const nearest = nearestName(parts[0]!, [...fileFormats]);
  if (nearest === undefined || (await new Warehouse(session).hasDatabase(parts[0]!.toLowerCase()))) return null;
  const suggestion = ` Did you mean ${nearest}.\`${parts[1]!}\`?`;
  throw new StreamingError("TABLE_OR_VIEW_NOT_FOUND", { relationName: quotedName(parts), suggestion });
}

/** json.`data/x`; null when the name is no such path. */
async function fileTable(session: SessionContext, { parts, streaming, options }: UnresolvedRelation): Promise<AnalyzedPlan | null> {
  const [format, path] = parts;
  if (parts.length !== 2) return null;
  if (!fileFormats.has(format!.toLowerCase())) return noFormat(session, parts);
  if (path === "") throw new StreamingError("INVALID_EMPTY_LOCATION", { location: "" });
  const provider = sourceFormats.get(format!);
  const reader = new DataFrameReader<LooseRow, "now">(session, { streaming, format: format!.toLowerCase(), options, schema: null });
  if (provider.inferSchema === undefined) return reader.load(path).plan;
  return (await reader.inferSchema(path)).load(path).plan;
}
