import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { readValue, takeBatch } from "../../engine/arrow/columns.js";
import { sqlTypeName, types, type Schema } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

import { partitionFolder } from "../../connectors/files/partitionPath.js";
import { valueText } from "../../engine/values/valueText.js";
import type { DataFiles } from "./dataFiles.js";

/** How the columns of a sink are dealt to folders and files. */
export interface Partitioning {
  /** The places of the columns that name folders, in the order of the folders. */
  readonly partitions: readonly number[];
  /** The places of those that the files hold. */
  readonly data: readonly number[];
  /** What the files hold. */
  readonly schema: Schema;
}

/**
 * The columns of `partitionBy` in a schema.
 *
 * @throws PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA, ALL_PARTITION_COLUMNS_NOT_ALLOWED, UNSUPPORTED_PARTITION_COLUMN_TYPE
 */
export function partitioningOf({ fields }: Schema, partitionBy: readonly string[]): Partitioning {
  const partitions = partitionBy.map((name) => {
    const place = fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    if (place < 0) {
      const schema = fields.map((field) => field.name).join(", ");
      throw new StreamingError("PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA", { column: `\`${name}\``, schema });
    }
    const { kind } = fields[place]!.type;
    if (["array", "map", "struct", "binary"].includes(kind)) {
      throw new StreamingError("INVALID_PARTITION_COLUMN_DATA_TYPE", { type: `"${sqlTypeName(fields[place]!.type)}"` });
    }
    return place;
  });
  const data = fields.flatMap((_, i) => (partitions.includes(i) ? [] : [i]));
  if (data.length === 0 && fields.length > 0) throw new StreamingError("ALL_PARTITION_COLUMNS_NOT_ALLOWED");
  return { partitions, data, schema: types.struct(data.map((i) => fields[i]!)) };
}

/** Files in a folder for each combination of values (`day=2024-01-01/hour=7`), which the files themselves do not hold. */
export class PartitionedFiles implements DataFiles {
  private readonly folders = new Map<string, DataFiles>();

  /** @param open the files of a folder, whose name is relative to the sink's */
  constructor(
    private readonly schema: Schema,
    private readonly partitioning: Partitioning,
    private readonly zone: string,
    private readonly open: (folder: string) => DataFiles,
  ) {}

  get paths(): readonly string[] {
    return [...this.folders.values()].flatMap(({ paths }) => paths);
  }

  write(batch: Batch): Promise<void> | void {
    const { data, schema } = this.partitioning;
    const columns = batchOf(
      schema,
      data.map((i) => batch.columns[i]!),
      batch.length,
    );
    // Every part is a copy of its own: nothing of the lent batch is looked at after the first wait.
    const parts = [...this.rowsOfFolders(batch)].map(([folder, rows]) => {
      return { files: this.filesOf(folder), rows: takeBatch(columns, Int32Array.from(rows), rows.length) };
    });
    return writeAll(parts);
  }

  async finish(): Promise<void> {
    for (const files of this.folders.values()) await files.finish();
  }

  async discard(): Promise<void> {
    await Promise.all([...this.folders.values()].map((files) => files.discard()));
  }

  private rowsOfFolders(batch: Batch): Map<string, number[]> {
    const found = new Map<string, number[]>();
    for (let row = 0; row < batch.length; row++) {
      const folder = this.partitioning.partitions
        .map((i) => {
          const { name, type } = this.schema.fields[i]!;
          const value = readValue(batch.columns[i]!, row);
          return partitionFolder(name, value === null ? null : valueText(value, type, this.zone));
        })
        .join("/");
      const rows = found.get(folder);
      if (rows === undefined) found.set(folder, [row]);
      else rows.push(row);
    }
    return found;
  }

  private filesOf(folder: string): DataFiles {
    let files = this.folders.get(folder);
    if (files === undefined) this.folders.set(folder, (files = this.open(folder)));
    return files;
  }
}

async function writeAll(parts: readonly { readonly files: DataFiles; readonly rows: Batch }[]): Promise<void> {
  for (const { files, rows } of parts) await files.write(rows);
}
