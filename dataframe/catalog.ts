import { typeName, type Schema } from "../engine/arrow/types.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { outputOf } from "../engine/plan/outputOf.js";
import { parseTableName } from "../engine/sql/parser.js";
import type { TableName } from "../engine/sql/statement.js";
import { DataFrame } from "./dataFrame.js";
import { viewName } from "./names.js";
import { optionText, type OptionValue } from "./options.js";
import { schemaInput, type SchemaInput } from "./schema.js";
import type { SessionContext } from "./sessionContext.js";
import { functionDoc, functionsOf, isFunction } from "./sql/functionList.js";
import { matcherOf } from "./sql/show.js";
import { tableNotFound } from "./sql/tableErrors.js";
import type { StoredTable } from "./sql/storedTable.js";
import { defaultDatabase, Warehouse, type TableIdentity } from "./sql/warehouse.js";

/** A table or view, as `session.catalog` tells of it. */
export interface CatalogTable {
  readonly name: string;
  readonly catalog: string | null;
  readonly namespace: readonly string[];
  readonly description: string | null;
  readonly tableType: "MANAGED" | "EXTERNAL" | "VIEW" | "TEMPORARY";
  readonly isTemporary: boolean;
}

/** A column of one. */
export interface CatalogColumn {
  readonly name: string;
  readonly description: string | null;
  readonly dataType: string;
  readonly nullable: boolean;
  readonly isPartition: boolean;
  readonly isBucket: boolean;
  readonly isCluster: boolean;
}

/** A database. */
export interface CatalogDatabase {
  readonly name: string;
  readonly catalog: string;
  readonly description: string;
  readonly locationUri: string;
}

/** A function. */
export interface CatalogFunction {
  readonly name: string;
  readonly catalog: string | null;
  readonly namespace: readonly string[] | null;
  readonly description: string;
  readonly isTemporary: boolean;
}

/** What a table is made of that `createTable` makes. */
export interface NewTable {
  readonly source?: string;
  readonly path?: string;
  readonly schema?: SchemaInput;
  readonly description?: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
}

const catalogName = "spark_catalog";

/** What there is by name: databases, tables, views, functions. What is in the warehouse is read there, so that most methods give a Promise. */
export class Catalog {
  constructor(private readonly session: SessionContext) {}

  /** The name of the catalog: there is one. @example session.catalog.currentCatalog() */
  currentCatalog(): string {
    return catalogName;
  }

  /** Takes the name of the one catalog. @throws CATALOG_NOT_FOUND @example session.catalog.setCurrentCatalog("spark_catalog") */
  setCurrentCatalog(name: string): void {
    if (name.toLowerCase() !== catalogName) throw new StreamingError("CATALOG_NOT_FOUND", { catalogName: `\`${name}\`` });
  }

  /** The catalogs: the one. @example session.catalog.listCatalogs() */
  listCatalogs(pattern?: string): { readonly name: string; readonly description: null }[] {
    return [catalogName].filter(matcherOf(pattern ?? null)).map((name) => ({ name, description: null }));
  }

  /** The database that names without one mean. @example session.catalog.currentDatabase() */
  currentDatabase(): string {
    return this.session.currentDatabase.name;
  }

  /** From here on names without a database mean this one. @throws SCHEMA_NOT_FOUND @example await session.catalog.setCurrentDatabase("default") */
  async setCurrentDatabase(name: string): Promise<void> {
    await this.session.statements.run({ kind: "use", name: parseTableName(name) });
  }

  /** The databases, in order. @example await session.catalog.listDatabases() */
  async listDatabases(pattern?: string): Promise<CatalogDatabase[]> {
    const names = await this.warehouse.databases();
    return names.filter(matcherOf(pattern ?? null)).map((name) => this.databaseOf(name));
  }

  /** A database. @throws SCHEMA_NOT_FOUND @example await session.catalog.getDatabase("default") */
  async getDatabase(name: string): Promise<CatalogDatabase> {
    return this.databaseOf(await this.known(name));
  }

  /** Whether there is a database of that name. @example await session.catalog.databaseExists("default") */
  async databaseExists(name: string): Promise<boolean> {
    return this.warehouse.hasDatabase(databaseName(name));
  }

  /** The tables and views of a database (of the current one unless said), then the temporary views. @throws SCHEMA_NOT_FOUND @example await session.catalog.listTables() */
  async listTables(database?: string, pattern?: string): Promise<CatalogTable[]> {
    const name = await this.known(database ?? this.currentDatabase());
    const matches = matcherOf(pattern ?? null);
    const stored: CatalogTable[] = [];
    for (const table of (await this.warehouse.names(name)).filter(matches).toSorted()) {
      const found = await this.warehouse.read({ database: name, table });
      if (found !== null) stored.push(storedTable({ database: name, table }, found));
    }
    return [...stored, ...this.session.viewNames.filter(matches).toSorted().map(temporaryView)];
  }

  /** A table, a view or a temporary view. @throws TABLE_OR_VIEW_NOT_FOUND @example await session.catalog.getTable("readings") */
  async getTable(name: string): Promise<CatalogTable> {
    const table = parseTableName(name);
    if (this.isView(table)) return temporaryView(viewName(table.parts));
    const found = await this.stored(table);
    if (found === null) throw await tableNotFound(this.session, table.parts);
    return storedTable(found.identity, found.table);
  }

  /** What TBLPROPERTIES said of a table or view of the warehouse. @throws TABLE_OR_VIEW_NOT_FOUND @example await df.select("id").writeTo("ids").tableProperty("owner", "me").createOrReplace(); await session.catalog.getTableProperties("ids") */
  async getTableProperties(name: string): Promise<Readonly<Record<string, string>>> {
    const { parts } = parseTableName(name);
    const found = await this.stored(parseTableName(name));
    if (found === null) throw await tableNotFound(this.session, parts);
    return found.table.properties;
  }

  /** Whether there is a table, a view or a temporary view of that name. @example await session.catalog.tableExists("readings") */
  async tableExists(name: string, database?: string): Promise<boolean> {
    const table = nameIn(name, database);
    return this.isView(table) || (await this.stored(table)) !== null;
  }

  /** The columns of a table or view. @throws TABLE_OR_VIEW_NOT_FOUND @example await session.catalog.listColumns("readings") */
  async listColumns(name: string, database?: string): Promise<CatalogColumn[]> {
    const table = nameIn(name, database);
    const found = this.isView(table) ? null : await this.stored(table);
    const partitions = found?.table.kind === "table" ? found.table.partitionBy.map((column) => column.toLowerCase()) : [];
    const notes = found?.table.kind === "table" ? found.table.notes : {};
    const plan = await this.session.statements.relation(table);
    return outputOf(plan).map(({ name: column, type, nullable }) => ({
      name: column,
      description: notes[column.toLowerCase()]?.comment ?? null,
      dataType: typeName(type),
      nullable,
      isPartition: partitions.includes(column.toLowerCase()),
      isBucket: false,
      isCluster: false,
    }));
  }

  /** The functions that SQL can call, in order. @example session.catalog.listFunctions(undefined, "date*") */
  listFunctions(_database?: string, pattern?: string): CatalogFunction[] {
    return functionsOf(this.session, "all")
      .filter(matcherOf(pattern ?? null))
      .map((name) => this.functionOf(name));
  }

  /** Whether SQL can call a function of that name. @example session.catalog.functionExists("upper") */
  functionExists(name: string, _database?: string): boolean {
    return isFunction(this.session, name);
  }

  /** A function. @throws UNRESOLVED_ROUTINE @example session.catalog.getFunction("upper") */
  getFunction(name: string, _database?: string): CatalogFunction {
    return this.functionOf(name);
  }

  /** Forgets a temporary view; false when there was none. @example session.catalog.dropTempView("readings") */
  dropTempView(name: string): boolean {
    return this.session.dropTempView(name);
  }

  /**
   * Makes an empty table with a schema, or one of the files at a path, and gives it.
   *
   * @throws TABLE_OR_VIEW_ALREADY_EXISTS
   * @example await session.catalog.createTable("people", { source: "json", schema: "id BIGINT, name STRING" })
   */
  async createTable(name: string, { source, path, schema, description, options = {} }: NewTable = {}): Promise<DataFrame> {
    const table = parseTableName(name);
    const columns = schema === undefined ? null : columnsOf(schemaInput(schema));
    const texts = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, optionText(value)]));
    const given = { format: source ?? null, options: texts, location: path ?? null, comment: description ?? null, columns };
    await this.session.statements.run({
      kind: "createTable",
      name: table,
      replace: false,
      ifNotExists: false,
      partitionedBy: [],
      properties: {},
      query: null,
      ...given,
    });
    return new DataFrame(this.session, await this.session.statements.relation(table));
  }

  /** Nothing is kept of tables: says whether there is one, and that is all. @throws TABLE_OR_VIEW_NOT_FOUND @example await session.catalog.cacheTable("readings") */
  async cacheTable(name: string): Promise<void> {
    await this.getTable(name);
  }

  /** The same. @throws TABLE_OR_VIEW_NOT_FOUND @example await session.catalog.uncacheTable("readings") */
  async uncacheTable(name: string): Promise<void> {
    await this.getTable(name);
  }

  /** Whether it is kept in memory: none is. @throws TABLE_OR_VIEW_NOT_FOUND @example await session.catalog.isCached("readings") */
  async isCached(name: string): Promise<boolean> {
    await this.getTable(name);
    return false;
  }

  /** There is nothing to forget. @example session.catalog.clearCache() */
  clearCache(): void {}

  /** Every query looks at the files anew: says whether there is such a table. @throws TABLE_OR_VIEW_NOT_FOUND @example await session.catalog.refreshTable("readings") */
  async refreshTable(name: string): Promise<void> {
    await this.getTable(name);
  }

  /** Every query looks at the files anew. @example session.catalog.refreshByPath("data") */
  refreshByPath(_path: string): void {}

  private get warehouse(): Warehouse {
    return new Warehouse(this.session);
  }

  private isView({ parts }: TableName): boolean {
    return this.session.findView(viewName(parts)) !== null;
  }

  private async stored({ parts }: TableName): Promise<{ readonly identity: TableIdentity; readonly table: StoredTable } | null> {
    const identity = this.warehouse.identityOf(parts);
    const table = identity && (await this.warehouse.read(identity));
    return identity === null || table === null ? null : { identity, table };
  }

  private async known(database: string): Promise<string> {
    const name = databaseName(database);
    if (await this.warehouse.hasDatabase(name)) return name;
    throw new StreamingError("SCHEMA_NOT_FOUND", { schemaName: `\`${catalogName}\`.\`${name}\`` });
  }

  private databaseOf(name: string): CatalogDatabase {
    const description = name === defaultDatabase ? "default database" : "";
    return { name, catalog: catalogName, description, locationUri: this.warehouse.databaseUri(name) };
  }

  private functionOf(name: string): CatalogFunction {
    return { name: name.toLowerCase(), catalog: null, namespace: null, description: functionDoc(this.session, name), isTemporary: true };
  }
}

function databaseName(name: string): string {
  return parseTableName(name).parts.at(-1)!.toLowerCase();
}

function nameIn(name: string, database: string | undefined): TableName {
  const table = parseTableName(name);
  return database === undefined ? table : { ...table, parts: [...parseTableName(database).parts, ...table.parts] };
}

function storedTable({ database, table }: TableIdentity, stored: StoredTable): CatalogTable {
  const isElsewhere = stored.kind === "table" && (stored.location !== null || stored.options["path"] !== undefined);
  return {
    name: table,
    catalog: catalogName,
    namespace: [database],
    description: stored.kind === "table" ? stored.comment : null,
    tableType: stored.kind === "view" ? "VIEW" : isElsewhere ? "EXTERNAL" : "MANAGED",
    isTemporary: false,
  };
}

function temporaryView(name: string): CatalogTable {
  return { name, catalog: null, namespace: [], description: null, tableType: "TEMPORARY", isTemporary: true };
}

function columnsOf({ fields }: Schema) {
  return fields.map(({ name, type, nullable }) => ({ name, type, nullable, comment: null, default: null, refused: null }));
}
