import type { Timestamp } from "../engine/arrow/rows.js";
import type { Schema } from "../engine/arrow/types.js";
import { withoutCredentials } from "../engine/errors/credentials.js";
import { freshId, type Attribute } from "../engine/expression/expression.js";
import { analyze } from "../engine/plan/analyzer/analyze.js";
import { notYetSupported } from "../engine/errors/streamingError.js";
import { DataFrame } from "./dataFrame.js";
import { sourceFormats } from "./formats.js";
import { optionOf, optionText, type OptionValue } from "./options.js";
import { schemaInput, type RowOfInput, type SchemaInput } from "./schema.js";
import type { SessionContext } from "./sessionContext.js";
import type { LooseRow } from "./types/row.js";

/** The columns of the Kafka source. */
export interface KafkaRow {
  key: Uint8Array | null;
  value: Uint8Array | null;
  topic: string | null;
  partition: number | null;
  offset: number | null;
  timestamp: Timestamp | null;
  timestampType: number | null;
}

/** The header column that `includeHeaders` adds. */
export interface KafkaHeaders {
  headers: { key: string | null; value: Uint8Array | null }[] | null;
}

interface FormatRows {
  kafka: KafkaRow;
  rate: { timestamp: Timestamp | null; value: number | null };
  text: { value: string | null };
  generator: { sensorId: string | null; at: Timestamp | null; celsius: number | null };
}

type RowOfFormat<F, Row> = F extends keyof FormatRows ? FormatRows[F] : Row;
type WithOption<Row, K, V> = K extends "includeHeaders" ? (V extends true | "true" ? Row & KafkaHeaders : Row) : Row;

interface ReadDefinition {
  readonly streaming: boolean;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly schema: Schema | null;
}

/** What `session.read` and `session.readStream` share. Immutable: every method gives a new one. */
export class DataFrameReader<Row = LooseRow> {
  constructor(
    private readonly session: SessionContext,
    private readonly definition: ReadDefinition,
  ) {}

  /** The kind of table. @example session.read.format("json") */
  format<const F extends string>(format: F): DataFrameReader<RowOfFormat<F, Row>> {
    sourceFormats.get(format, this.owner);
    return this.with({ format: format.toLowerCase() });
  }

  /** The columns: `schema({…})`, DDL text, or a plain schema. @example session.read.schema("id BIGINT, name STRING") */
  schema<S extends SchemaInput>(schema: S): DataFrameReader<RowOfInput<S>> {
    return this.with({ schema: schemaInput(schema) });
  }

  /** An option of the source. @example session.readStream.format("rate").option("rowsPerSecond", 10) */
  option<const K extends string, const V extends OptionValue>(name: K, value: V): DataFrameReader<WithOption<Row, K, V>> {
    return this.with({ options: { ...this.definition.options, [name]: optionText(value) } });
  }

  /** Several options. @example session.readStream.format("rate").options({ rowsPerSecond: 10, numPartitions: 2 }) */
  options(options: Readonly<Record<string, OptionValue>>): DataFrameReader<Row> {
    const added = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
    return this.with({ options: { ...this.definition.options, ...added } });
  }

  /**
   * The table. Does no I/O; a format that needs a schema must have been given one.
   *
   * @example session.readStream.format("rate").load()
   */
  load(path?: string): DataFrame<Row> {
    if (path !== undefined) return this.with<Row>({ options: { ...this.definition.options, path } }).load();
    const { session } = this;
    const { streaming, format, schema: given } = this.definition;
    const options = session.readOptions(this.definition.options);
    const provider = sourceFormats.get(format, this.owner);
    const schema = provider.schema(options, given);
    const description = describe(format, options);
    const { id } = session.tables.add({ format, provider, options, schema, streaming, description });
    const output = schema.fields.map(({ name, type, nullable }): Attribute => ({
      kind: "attribute",
      id: freshId(),
      name,
      type,
      nullable,
      qualifier: [],
    }));
    return new DataFrame<Row>(session, analyze({ kind: "read", streaming, table: id, description, output }, session.analysisContext));
  }

  /**
   * The same reader with the schema that the data has: reads what it takes to know it.
   *
   * @example (await session.read.format("json").inferSchema("data")).load()
   */
  async inferSchema(path?: string): Promise<DataFrameReader> {
    const reader = path === undefined ? this : this.with<Row>({ options: { ...this.definition.options, path } });
    const { format, options } = reader.definition;
    const provider = sourceFormats.get(format, this.owner);
    if (!provider.inferSchema) throw notYetSupported(`Schema inference for the format ${format}`);
    return reader.with({ schema: await provider.inferSchema(options, this.session.runtime) });
  }

  /** JSON lines. @example session.read.schema("id BIGINT").json("data") */
  json(path: string): DataFrame<Row> {
    return this.with<Row>({ format: "json" }).load(path);
  }

  /** Lines of text, as column `value`. @example session.read.text("data") */
  text(path: string): DataFrame<FormatRows["text"]> {
    return this.with<FormatRows["text"]>({ format: "text" }).load(path);
  }

  /** Parquet files. @example session.read.schema("id BIGINT").parquet("data") */
  parquet(path: string): DataFrame<Row> {
    return this.with<Row>({ format: "parquet" }).load(path);
  }

  /** A temporary view by name. @example session.read.table("readings") */
  table(name: string): DataFrame {
    return new DataFrame(this.session, this.session.viewPlan(name));
  }

  private get owner(): string {
    return this.definition.streaming ? "DataStreamReader" : "DataFrameReader";
  }

  private with<Next>(change: Partial<ReadDefinition>): DataFrameReader<Next> {
    return new DataFrameReader<Next>(this.session, { ...this.definition, ...change });
  }
}

/** As Spark's class for streams is called; it is the same but for what `load` gives. */
export type DataStreamReader<Row = LooseRow> = DataFrameReader<Row>;

/** What a source is called in plans: its format, and where it reads. */
function describe(format: string, options: Readonly<Record<string, string>>): string {
  const place =
    optionOf(options, "path") ?? optionOf(options, "subscribe") ?? optionOf(options, "subscribePattern") ?? optionOf(options, "assign");
  return place === undefined ? format : `${format}[${withoutCredentials(place)}]`;
}
