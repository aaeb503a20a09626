import { absolutePath } from "../../connectors/files/uri.js";
import { typeName, types, type Schema } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { parseDataType } from "../../engine/sql/ddl.js";
import type { SessionContext } from "../sessionContext.js";
import type { StoredTable } from "./storedTable.js";

/** What makes a folder a table: this file in it. */
const fileName = "_tidemark_table.json";

/** A table by its database and name. */
export interface TableIdentity {
  readonly database: string;
  readonly table: string;
}

export const defaultDatabase = "default";

/**
 * The tables of `spark.sql.warehouse.dir`: a folder each (those of a database `d` below `d.db`), known by the file `_tidemark_table.json` in it, which is
 * written atomically: the next process finds them.
 */
export class Warehouse {
  constructor(private readonly session: SessionContext) {}

  /** The database that names without one mean. */
  get currentDatabase(): string {
    return this.session.currentDatabase.name;
  }

  /** The table that a name means; null for one of too many parts. */
  identityOf(parts: readonly string[]): TableIdentity | null {
    const words = parts.map((part) => part.toLowerCase());
    const [table, database = this.currentDatabase, catalog = "spark_catalog"] = words.toReversed();
    return words.length <= 3 && catalog === "spark_catalog" ? { database, table: table! } : null;
  }

  /** The table; null when there is none. */
  async read(identity: TableIdentity): Promise<StoredTable | null> {
    const bytes = await this.files.read(`${this.folderOf(identity)}/${fileName}`);
    return bytes === null ? null : parsed(new TextDecoder().decode(bytes), this.folderOf(identity));
  }

  /** Keeps a table, in place of what has its name. */
  async write(identity: TableIdentity, table: StoredTable): Promise<void> {
    const folder = this.folderOf(identity);
    await this.files.makeDirectory(folder);
    const text = table.kind === "view" ? table : { ...table, schema: table.schema && table.schema.fields.map(columnText) };
    await this.files.replace(`${folder}/${fileName}`, new TextEncoder().encode(`${JSON.stringify({ version: 1, ...text }, null, 2)}\n`));
  }

  /** Gives a table another name, and its own folder with it: the files are copied, then the old ones go. */
  async move(from: TableIdentity, to: TableIdentity): Promise<void> {
    const table = (await this.read(from))!;
    await this.copyFolder(this.folderOf(from), this.folderOf(to));
    await this.write(to, table);
    await this.remove(from);
  }

  private async copyFolder(from: string, to: string): Promise<void> {
    await this.files.makeDirectory(to);
    for (const { name, path, directory } of await this.files.list(from)) {
      if (directory) await this.copyFolder(path, `${to}/${name}`);
      else if (name !== fileName) await this.files.replace(`${to}/${name}`, (await this.files.read(path))!);
    }
  }

  /** Forgets a table; with it goes what lies in its own folder. */
  remove(identity: TableIdentity): Promise<boolean> {
    return this.files.removeTree(this.folderOf(identity));
  }

  /** Where the data of a table lies. */
  dataFolder(identity: TableIdentity, table: Extract<StoredTable, { kind: "table" }>): string {
    return table.location === null ? this.folderOf(identity) : absolutePath(table.location);
  }

  /** The names of the tables of a database. */
  async names(database: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { name, path, directory } of await this.files.list(this.databaseFolder(database))) {
      if (directory && (await this.files.status(`${path}/${fileName}`)) !== null) found.push(decodeURIComponent(name));
    }
    return found;
  }

  /** The names of the databases. */
  async databases(): Promise<readonly string[]> {
    const entries = await this.files.list(this.root);
    const others = entries.filter(({ directory, name }) => directory && name.endsWith(".db")).map(({ name }) => name.slice(0, -3));
    return [defaultDatabase, ...others].toSorted();
  }

  /** Where a database lies. */
  databaseUri(database: string): string {
    const folder = this.databaseFolder(database);
    return folder.includes("://") ? folder : `file:${folder}`;
  }

  async hasDatabase(database: string): Promise<boolean> {
    return database === defaultDatabase || (await this.files.status(this.databaseFolder(database))) !== null;
  }

  createDatabase(database: string): Promise<void> {
    return this.files.makeDirectory(this.databaseFolder(database));
  }

  removeDatabase(database: string): Promise<boolean> {
    return this.files.removeTree(this.databaseFolder(database));
  }

  private get files() {
    return this.session.runtime.files;
  }

  private get root(): string {
    return absolutePath(this.session.conf.get("spark.sql.warehouse.dir"));
  }

  /** Where the tables of a database lie. */
  databaseFolder(database: string): string {
    return database === defaultDatabase ? this.root : `${this.root}/${folderName(database)}.db`;
  }

  private folderOf({ database, table }: TableIdentity): string {
    return `${this.databaseFolder(database)}/${folderName(table)}`;
  }
}

/** A name as a folder's: nothing in it leads elsewhere. */
function folderName(name: string): string {
  return encodeURIComponent(name.toLowerCase()).replaceAll(".", "%2E").replaceAll("*", "%2A");
}

interface ColumnText {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

function columnText({ name, type, nullable }: Schema["fields"][number]): ColumnText {
  return { name, type: typeName(type), nullable };
}

function parsed(text: string, folder: string): StoredTable {
  const value = parsedJson(text, folder) as Partial<Record<string, unknown>>;
  if (value["version"] !== 1 || (value["kind"] !== "view" && value["kind"] !== "table")) throw damaged(folder, "it is of another version");
  const base = { properties: {}, ...value };
  if (value["kind"] === "view") return base as unknown as StoredTable;
  const columns = value["schema"] as readonly ColumnText[] | null;
  const schema = columns && types.struct(columns.map(({ name, type, nullable }) => ({ name, type: parseDataType(type), nullable })));
  return { ...({ notes: {}, ...base } as unknown as Extract<StoredTable, { kind: "table" }>), schema };
}

function parsedJson(text: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(folder, error.message);
    throw error;
  }
}

function damaged(folder: string, reason: string): StreamingError {
  return new StreamingError("TABLE_FILE_DAMAGED", { path: `${folder}/${fileName}`, reason });
}
