import type { Batch } from "../../arrow/batch.js";
import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { Cache } from "../../codegen/cache.js";
import { plainColumn } from "../../arrow/columns.js";
import { types } from "../../arrow/types.js";
import { Options, type OptionSpec } from "../../contract/options.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { compilePattern } from "../text/dateTimePattern.js";
import { JsonOutput } from "./jsonOutput.js";
import { layOut, type JsonLayout } from "./jsonLayout.js";
import { compileWriter, encodingKey, type MemberForm, type WriteRows } from "./jsonWriterCode.js";

/** Spark's options of its JSON writer, for sinks and for `to_json`. */
export const jsonWriteOptions: readonly OptionSpec[] = [
  { name: "ignoreNullFields", doc: "Leaves out fields that are null.", kind: "boolean", default: "true" },
  { name: "timestampFormat", doc: "The pattern of timestamps; by default yyyy-MM-dd'T'HH:mm:ss.SSSXXX.", kind: "text" },
  { name: "timestampNTZFormat", doc: "The pattern of timestamps without time zone; by default yyyy-MM-dd'T'HH:mm:ss.SSS.", kind: "text" },
  { name: "dateFormat", doc: "The pattern of dates; by default yyyy-MM-dd.", kind: "text" },
  { name: "timeZone", doc: "The zone that timestamps are written in; by default the session's.", kind: "text" },
  { name: "lineSep", doc: "What ends a line.", kind: "text", default: "\n" },
  { name: "encoding", doc: "The encoding of the text; by default UTF-8.", kind: "text" },
  { name: "charset", doc: "The same as `encoding`.", kind: "text" },
  { name: "pretty", doc: "Writes over several lines, with indentation.", kind: "boolean", default: "false" },
  {
    name: "sortKeys",
    doc: "Writes the fields of structs and the entries of maps in the order of their names.",
    kind: "boolean",
    default: "false",
  },
  {
    name: "writeNonAsciiCharacterAsCodePoint",
    doc: "Writes characters beyond ASCII as `\\u00E9`.",
    kind: "boolean",
    default: "false",
  },
];

/** What a writer is made with. */
export interface JsonWriterSettings {
  readonly options: Readonly<Record<string, string>>;
  /** IANA name of the session time zone. */
  readonly zone: string;
}

/** Writes batches as JSON lines, as Spark does. */
export interface JsonLinesWriter {
  /** Adds one line for each row. */
  write(batch: Batch): void;
  /** Bytes that were written since the last `take`. */
  readonly length: number;
  /** Hands over the bytes; they are valid until the next `write`. */
  take(): Uint8Array;
}

/** @throws NOT_YET_SUPPORTED, INVALID_OPTION_VALUE */
export function createJsonLinesWriter(settings: JsonWriterSettings): JsonLinesWriter {
  const writer = new Writer(settings, null);
  return {
    write: (batch) =>
      writer.rows(
        batch.schema.fields.map((field) => field.name),
        batch.columns,
        batch.length,
        null,
      ),
    get length() {
      return writer.output.at;
    },
    take() {
      const bytes = writer.output.bytes.subarray(0, writer.output.at);
      writer.output.at = 0;
      return bytes;
    },
  };
}

/** `to_json`: the JSON text of each row of a struct, array or map column; null where it is null. The result owns its buffers. */
export function createJsonColumnWriter(settings: JsonWriterSettings): (column: Column) => Column {
  const writer = new Writer(settings, new Uint8Array(0));
  return (column) => {
    const { length } = column;
    const offsets = buffers.int32(length + 1);
    const nulls = buffers.bytes(length);
    const plain = writer.rows(null, [column], length, offsets.subarray(1))[0]!;
    // What was written for a null is not its text.
    let removed = 0;
    for (let row = 0; row < length; row++) {
      if (plain.encoding !== "null" && plain.nulls?.[row] !== 1) {
        offsets[row + 1]! -= removed;
        continue;
      }
      nulls[row] = 1;
      writer.output.bytes.copyWithin(offsets[row]!, offsets[row + 1]! - removed, writer.output.at - removed);
      removed += offsets[row + 1]! - removed - offsets[row]!;
      offsets[row + 1] = offsets[row]!;
    }
    const data = buffers.bytes(offsets[length]!);
    data.set(writer.output.bytes.subarray(0, offsets[length]));
    writer.output.at = 0;
    return { type: types.string, length, nulls: nulls.includes(1) ? nulls : null, encoding: "utf8", data, offsets };
  };
}

class Writer {
  readonly output: JsonOutput;
  private readonly form: MemberForm;
  /** Null: as the generated code writes. */
  private readonly layout: JsonLayout | null;
  private readonly lineSeparator: Uint8Array;
  private readonly compiled = new Cache<WriteRows>(256);

  constructor({ options: given, zone }: JsonWriterSettings, separator: Uint8Array | null) {
    const known = new Set(jsonWriteOptions.map((spec) => spec.name.toLowerCase()));
    const own = Object.entries(given).filter(([name]) => known.has(name.toLowerCase()));
    const options = new Options("the JSON writer", jsonWriteOptions, Object.fromEntries(own));
    const encoding = options.get("encoding") ?? options.get("charset") ?? "UTF-8";
    if (!/^utf-?8$/i.test(encoding)) throw notYetSupported(`the encoding ${encoding} of JSON text`);
    const pattern = (name: string): ReturnType<typeof compilePattern> | null => {
      const text = options.get(name);
      return text === undefined ? null : compilePattern(text, "format");
    };
    this.form = { ignoreNulls: options.boolean("ignoreNullFields"), sorted: options.boolean("sortKeys") };
    const layout = { pretty: options.boolean("pretty"), asciiOnly: options.boolean("writeNonAsciiCharacterAsCodePoint") };
    this.layout = layout.pretty || layout.asciiOnly ? layout : null;
    this.lineSeparator = separator ?? new TextEncoder().encode(options.get("lineSep"));
    this.output = new JsonOutput({
      zone: options.get("timeZone") ?? zone,
      timestampPattern: pattern("timestampFormat"),
      timestampNtzPattern: pattern("timestampNTZFormat"),
      datePattern: pattern("dateFormat"),
    });
  }

  /** Writes rows as objects with these names, or the values of the one column as they are. Gives the columns without dictionaries and constants. */
  rows(names: readonly string[] | null, columns: readonly Column[], length: number, ends: Int32Array | null): Column[] {
    const plain = columns.map(plainDeep);
    const key = `${names === null ? "" : JSON.stringify(names)}|${plain.map((column) => `${JSON.stringify(column.type)}${encodingKey(column)}`).join("|")}`;
    const write = this.compiled.get(key, () => compileWriter(names, plain, this.form, this.lineSeparator));
    const from = this.output.at;
    const laidOut = this.layout === null ? null : (ends ?? new Int32Array(length));
    write(this.output, plain, 0, length, laidOut ?? ends);
    if (laidOut !== null) layOut(this.output, this.layout!, from, laidOut);
    return plain;
  }
}

/** The column with no dictionary or constant anywhere in it. */
function plainDeep(column: Column): Column {
  const plain = plainColumn(column);
  switch (plain.encoding) {
    case "struct":
      return { ...plain, children: plain.children.map(plainDeep) };
    case "list":
      return { ...plain, element: plainDeep(plain.element) };
    case "map":
      return { ...plain, keys: plainDeep(plain.keys), values: plainDeep(plain.values) };
    default:
      return plain;
  }
}
