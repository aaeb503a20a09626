import type { Timestamp } from "../engine/arrow/rows.js";
import type { Field, Schema } from "../engine/arrow/types.js";
import { withoutCredentials } from "../engine/errors/credentials.js";
import { freshId, type Attribute } from "../engine/expression/expression.js";
import { analyze } from "../engine/plan/analyzer/analyze.js";
import { notYetSupported } from "../engine/errors/streamingError.js";
import { DataFrame } from "./dataFrame.js";
import { nameParts, viewName } from "./names.js";
import { sourceFormats } from "./formats.js";
import { optionOf, optionText, type OptionValue, type SomeOptions } from "./options.js";
import { schemaInput, type RowOfInput, type SchemaInput } from "./schema.js";
import type { SessionContext } from "./sessionContext.js";
import type { CheckedDdl } from "./types/ddl.js";
import type { SourceOptions } from "./types/optionNames.js";
import type { SomeFormat, SourceFormat } from "./types/formats.js";
import type { LooseRow } from "./rowTypes/row.js";

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
  "state-metadata": {
    operatorId: number | null;
    operatorName: string | null;
    stateStoreName: string | null;
    numPartitions: number | null;
    minBatchId: number | null;
    maxBatchId: number | null;
    operatorProperties: string | null;
  };
  generator: { sensorId: string | null; at: Timestamp | null; celsius: number | null };
}

type RowOfFormat<F, Row> = F extends keyof FormatRows ? FormatRows[F] : Row;
type WithOption<Row, K, V> = K extends "includeHeaders" ? (V extends true | "true" ? Row & KafkaHeaders : Row) : Row;

/**
 * When a reader knows its columns: `now`, from a schema, from the format, or because it is a stream; `later`, when it has looked into the files.
 */
type Knows = "now" | "later";

/** What `load` gives: the table, or a promise of it where its columns have to be found out first. */
type Loaded<Row, K extends Knows> = K extends "later" ? Promise<DataFrame<Row>> : DataFrame<Row>;
type KnownBy<F, K extends Knows> = F extends keyof FormatRows | "memory" ? "now" : K;

interface ReadDefinition {
  readonly streaming: boolean;
  readonly format: string;
  readonly options: Readonly<Record<string, string>>;
  readonly schema: Schema | null;
}

/** What `session.read` and `session.readStream` share. Immutable: every method gives a new one. */
export class DataFrameReader<Row = LooseRow, K extends Knows = Knows, Format extends SourceFormat = SourceFormat> {
  constructor(
    private readonly session: SessionContext,
    private readonly definition: ReadDefinition,
  ) {}

  /** The kind of table. @example session.read.format("json") */
  format<const F extends SourceFormat>(format: F): DataFrameReader<RowOfFormat<F, Row>, KnownBy<F, K>, F>;
  format<F extends string>(format: SomeFormat<F, SourceFormat>): DataFrameReader<Row, K>;
  format<F extends SourceFormat>(format: F): DataFrameReader<RowOfFormat<F, Row>, KnownBy<F, K>, F> {
    sourceFormats.get(format);
    return this.with({ format: format.toLowerCase() });
  }

  /** The columns: `schema({…})`, DDL text, or a plain schema. @example session.read.schema("id BIGINT, name STRING") */
  schema<const S extends SchemaInput>(schema: S & CheckedDdl<S>): DataFrameReader<RowOfInput<S>, "now", Format> {
    return this.with({ schema: schemaInput(schema) });
  }

  /** An option of the source. @example session.readStream.format("rate").option("rowsPerSecond", 10) */
  option<const N extends SourceOptions[Format] | (string & {}), const V extends OptionValue>(
    name: N,
    value: V,
  ): DataFrameReader<WithOption<Row, N, V>, K, Format> {
    return this.with({ options: { ...this.definition.options, [name]: optionText(value) } });
  }

  /** Several options. @example session.readStream.format("rate").options({ rowsPerSecond: 10, numPartitions: 2 }) */
  options(options: SomeOptions<SourceOptions[Format]>): DataFrameReader<Row, K, Format> {
    const added = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, optionText(value)]));
    return this.with({ options: { ...this.definition.options, ...added } });
  }

  /**
   * The table. With a schema (or a format that has one) it is there at once, without I/O. A bounded read without one looks into all of its files first,
   * and gives a promise; a stream needs a schema, since its files come later.
   *
   * @example session.readStream.format("rate").load()
   * @throws STREAMING_SOURCE_NEEDS_SCHEMA
   */
  load(path?: string): Loaded<Row, K> {
    const reader = path === undefined ? this : this.with<Row, K>({ options: { ...this.definition.options, path } });
    const { streaming, format, schema } = reader.definition;
    const provider = sourceFormats.get(format);
    const loaded = streaming || schema !== null || provider.inferSchema === undefined ? reader.known() : reader.inferred();
    return loaded as Loaded<Row, K>;
  }

  private async inferred(): Promise<DataFrame> {
    const reader = await this.inferSchema();
    return reader.known();
  }

  private known(): DataFrame<Row> {
    const { session } = this;
    const { streaming, format, schema: given } = this.definition;
    const options = session.readOptions(this.definition.options);
    const provider = sourceFormats.get(format);
    const schema = provider.schema(options, given);
    const description = describe(format, options);
    const { id } = session.tables.add({ format, provider, options, schema, streaming, description });
    const names = new Set(schema.fields.map(({ name }) => name.toLowerCase()));
    const hidden = (provider.metadata?.fields ?? []).filter(({ name }) => !names.has(name.toLowerCase()));
    const output = schema.fields.map(attributeOf);
    const metadata = hidden.map((column): Attribute => ({ ...attributeOf(column), hidden: "metadata" }));
    return new DataFrame<Row>(
      session,
      analyze({ kind: "read", streaming, table: id, description, output, metadata }, session.analysisContext),
    );
  }

  /**
   * The same reader with the schema that the data has: reads what it takes to know it.
   *
   * @example (await session.read.format("json").inferSchema("data")).load()
   */
  async inferSchema(path?: string): Promise<DataFrameReader<LooseRow, "now">> {
    const reader = path === undefined ? this : this.with<Row, K>({ options: { ...this.definition.options, path } });
    const { format } = reader.definition;
    const provider = sourceFormats.get(format);
    if (!provider.inferSchema) throw notYetSupported(`Schema inference for the format ${format}`);
    const options = this.session.readOptions(reader.definition.options);
    const schema = await provider.inferSchema(options, this.session.runtime, this.session.conf.toRecord());
    return reader.with<LooseRow, "now">({ schema });
  }

  /** CSV files. @example session.read.schema("id BIGINT").option("header", true).csv("data") */
  csv(path: string): Loaded<Row, K> {
    return this.with<Row, K>({ format: "csv" }).load(path);
  }

  /** JSON lines. @example session.read.schema("id BIGINT").json("data") */
  json(path: string): Loaded<Row, K> {
    return this.with<Row, K>({ format: "json" }).load(path);
  }

  /** Lines of text, as column `value`. @example session.read.text("data") */
  text(path: string): DataFrame<FormatRows["text"]> {
    return this.with<FormatRows["text"], "now">({ format: "text" }).load(path);
  }

  /** Parquet files. @example session.read.schema("id BIGINT").parquet("data") */
  parquet(path: string): Loaded<Row, K> {
    return this.with<Row, K>({ format: "parquet" }).load(path);
  }

  /** A temporary view by name. @example session.read.table("readings") */
  table(name: string): DataFrame {
    return new DataFrame(this.session, this.session.viewPlan(viewName(nameParts(name))));
  }

  private with<Next, NextKnows extends Knows, NextFormat extends SourceFormat = SourceFormat>(
    change: Partial<ReadDefinition>,
  ): DataFrameReader<Next, NextKnows, NextFormat> {
    return new DataFrameReader<Next, NextKnows, NextFormat>(this.session, { ...this.definition, ...change });
  }
}

/** As Spark's class for streams is called; it is the same but for what `load` gives. */
export type DataStreamReader<Row = LooseRow> = DataFrameReader<Row, "now">;

function attributeOf({ name, type, nullable }: Field): Attribute {
  return { kind: "attribute", id: freshId(), name, type, nullable, qualifier: [] };
}

/** What a source is called in plans: its format, and where it reads. */
function describe(format: string, options: Readonly<Record<string, string>>): string {
  const place =
    optionOf(options, "path") ?? optionOf(options, "subscribe") ?? optionOf(options, "subscribePattern") ?? optionOf(options, "assign");
  return place === undefined ? format : `${format}[${withoutCredentials(place)}]`;
}
