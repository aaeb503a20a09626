import { lazily } from "../engine/errors/loading.js";
import type { SinkProvider, SourceProvider } from "../engine/contract/provider.js";
import { csvProvider, jsonProvider, parquetProvider, textProvider } from "../sources/files/source.js";
import { generatorProvider } from "../sources/generator/source.js";
import { kafkaProvider } from "../sources/kafka/source.js";
import { memoryProvider } from "../sources/memory/source.js";
import { rateProvider } from "../sources/rate/source.js";
import { stateMetadataProvider, stateStoreProvider } from "../sources/statestore/source.js";
import { nearestName } from "../engine/errors/nearest.js";
import { notYetSupported, StreamingError } from "../engine/errors/streamingError.js";
import type { SinkFormat, SourceFormat } from "./types/formats.js";
import type { SessionContext } from "./sessionContext.js";

const sources: Readonly<Record<SourceFormat, SourceProvider>> = {
  csv: csvProvider,
  generator: generatorProvider,
  json: jsonProvider,
  kafka: kafkaProvider,
  memory: memoryProvider,
  parquet: parquetProvider,
  rate: rateProvider,
  "state-metadata": stateMetadataProvider,
  statestore: stateStoreProvider,
  text: textProvider,
};

/** What sinks need of a session. */
type OfSession = Pick<SessionContext, "memoryTables">;

/** Sinks load when a query that writes to them starts. */
const sinks: Readonly<Record<SinkFormat, (session: OfSession) => Promise<SinkProvider>>> = {
  arrow: async () => (await import("../sinks/files/sink.js")).arrowSinkProvider,
  console: async () => (await import("../sinks/console/sink.js")).consoleSinkProvider,
  csv: async () => (await import("../sinks/files/sink.js")).csvSinkProvider,
  json: async () => (await import("../sinks/files/sink.js")).jsonSinkProvider,
  kafka: async () => (await import("../sinks/kafka/sink.js")).kafkaSinkProvider,
  memory: async ({ memoryTables }) => (await import("../sinks/memory/sink.js")).memorySinkProvider(memoryTables),
  noop: async () => (await import("../sinks/noop/sink.js")).noopSinkProvider,
  parquet: async () => (await import("../sinks/files/sink.js")).parquetSinkProvider,
  text: async () => (await import("../sinks/files/sink.js")).textSinkProvider,
};

/** Formats of Spark's that are not built: refused as such, not as unknown. */
const pendingSources = ["avro", "binaryfile", "delta", "jdbc", "orc", "socket", "xml"];
const pendingSinks = ["avro", "delta", "jdbc", "orc", "xml"];

/** The formats that can be read. Static, since `load()` needs their schema at once; what is heavy in them loads when they are opened. */
export const sourceFormats = {
  names: Object.keys(sources),
  /** @throws DATA_SOURCE_NOT_FOUND with the nearest format, NOT_YET_SUPPORTED for Spark's others */
  get(format: string): SourceProvider {
    const name = format.toLowerCase();
    if (isOneOf(sources, name)) return sources[name];
    throw pendingSources.includes(name) ? notYetSupported(`The source ${name}`) : notFound(format, sourceFormats.names);
  },
};

/** The formats that can be written. */
export const sinkFormats = {
  names: Object.keys(sinks),
  /** The name as the table has it. @throws DATA_SOURCE_NOT_FOUND with the nearest format, NOT_YET_SUPPORTED for Spark's others */
  check(format: string): SinkFormat {
    const name = format.toLowerCase();
    if (isOneOf(sinks, name)) return name;
    throw pendingSinks.includes(name) ? notYetSupported(`The sink ${name}`) : notFound(format, sinkFormats.names);
  },
  /** The provider, for queries of a session. @throws as `check` */
  async load(format: string, session: OfSession): Promise<SinkProvider> {
    return lazily(sinks[sinkFormats.check(format)](session));
  },
};

function notFound(provider: string, known: readonly string[]): StreamingError {
  const nearest = nearestName(provider.toLowerCase(), known);
  const suggestion = nearest === undefined ? "" : ` Did you mean \`${nearest}\`?`;
  return new StreamingError("DATA_SOURCE_NOT_FOUND", { provider, suggestion, known: known.join(", ") });
}

function isOneOf<K extends string>(table: Readonly<Record<K, unknown>>, name: string): name is K {
  return Object.hasOwn(table, name);
}
