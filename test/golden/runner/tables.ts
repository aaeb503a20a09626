import type { Session } from "../../../dataframe/session.js";
import { field, types, type Schema } from "../../../engine/arrow/types.js";
import type { Value } from "../../../engine/arrow/value.js";
import { batchFromRows } from "../../../engine/arrow/columns.js";
import { parseDataType } from "../../../engine/sql/ddl.js";
import { MemoryStream } from "../../../sources/memory/source.js";
import type { Frame } from "./buildDataFrame.js";
import type { GoldenRow, GoldenStream, GoldenTable } from "./case.js";
import { toValue } from "./values.js";

/** A golden schema (`{column: type}`). */
export function schemaOf(columns: Readonly<Record<string, string>>): Schema {
  return types.struct(Object.entries(columns).map(([name, type]) => field(name, parseDataType(type))));
}

export function rowsOf(schema: Schema, rows: readonly GoldenRow[]): Value[][] {
  return rows.map((row) => schema.fields.map(({ name, type }) => toValue(type, row[name])));
}

/** The static tables of a case as frames. */
export function staticFrames(session: Session, tables: Readonly<Record<string, GoldenTable>> | undefined): Map<string, Frame> {
  const frames = new Map<string, Frame>();
  for (const [name, { schema: columns, rows }] of Object.entries(tables ?? {})) {
    const schema = schemaOf(columns);
    frames.set(name, session.fromBatch(batchFromRows(schema, rowsOf(schema, rows))));
  }
  return frames;
}

/** The streams of a case as memory sources. */
export function memoryStreams(inputs: Readonly<Record<string, GoldenStream>>): Map<string, MemoryStream> {
  return new Map(Object.entries(inputs).map(([name, { schema }]) => [name, new MemoryStream(schemaOf(schema))]));
}

export function memoryFrame(session: Session, stream: MemoryStream): Frame {
  return session.readStream.format("memory").option("stream", stream.id).load();
}
