import { uriOf } from "../../connectors/files/uri.js";
import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import type { Column, ConstantColumn } from "../../engine/arrow/column.js";
import { batchFromRows, columnFromValues } from "../../engine/arrow/columns.js";
import { field, types, type Schema, type StructType } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";
import type { ColumnsReader } from "../../engine/contract/source.js";
import type { FileFormat } from "./options.js";

/** What `_metadata` says of a file. A file is read by one task, so that its block is the whole of it. */
export interface FileFacts {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const columnName = "_metadata";

const ofFile: StructType = types.struct([
  field("file_path", types.string, false),
  field("file_name", types.string, false),
  field("file_size", types.long, false),
  field("file_block_start", types.long, false),
  field("file_block_length", types.long, false),
  field("file_modification_time", types.timestamp, false),
]);

/** Rows of Parquet files are counted too. */
const ofParquet: StructType = types.struct([...ofFile.fields, field("row_index", types.long, false)]);

/** The hidden column `_metadata` of the files of a format. */
export function metadataSchema(format: FileFormat): Schema {
  return types.struct([field(columnName, format === "parquet" ? ofParquet : ofFile, false)]);
}

/** A request's columns without `_metadata`, and whether it was among them. A table's own column of the name is not meant. */
export function splitMetadata({ fields }: Schema, table: Schema): { readonly columns: Schema; readonly isAsked: boolean } {
  const isOwn = table.fields.some(({ name }) => name.toLowerCase() === columnName);
  const columns = isOwn ? fields : fields.filter(({ name }) => name !== columnName);
  return { columns: types.struct(columns), isAsked: columns.length < fields.length };
}

/** `_metadata` of the rows of a file, which is the same in all of them. */
export function fileConstant(file: FileFacts): Batch {
  return batchFromRows(types.struct([field(columnName, ofFile, false)]), [[valuesOf(file)]]);
}

/** A reader of a Parquet file whose batches have `_metadata` too, with the number of each row. */
export function withRowIndexes(reader: ColumnsReader, file: FileFacts): ColumnsReader {
  const values = valuesOf(file);
  let rows = 0;
  return {
    kind: "columns",
    async next() {
      const batch = await reader.next();
      if (batch === null) return null;
      const { length } = batch;
      const indexes = Float64Array.from({ length }, (_, i) => rows + i);
      rows += length;
      const constants = ofFile.fields.map(({ type }, i): ConstantColumn => {
        return { type, encoding: "constant", length, nulls: null, value: columnFromValues(type, [values[i]!]) };
      });
      const index: Column = { type: types.long, encoding: "f64", length, nulls: null, values: indexes };
      const column: Column = { type: ofParquet, encoding: "struct", length, nulls: null, children: [...constants, index] };
      const schema = types.struct([...batch.schema.fields, field(columnName, ofParquet, false)]);
      return batchOf(schema, [...batch.columns, column], length);
    },
    close: () => reader.close(),
  };
}

/** As Spark writes them: the path is a URI with one slash, percent-encoded, and so is the name. */
function valuesOf({ path, sizeBytes, modifiedMs }: FileFacts): Value[] {
  const uri = uriOf(path).replace(/^file:\/+/, "file:/");
  const size = BigInt(sizeBytes);
  return [uri, uri.slice(uri.lastIndexOf("/") + 1), size, 0n, size, BigInt(Math.floor(modifiedMs)) * 1000n];
}
