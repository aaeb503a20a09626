import type { SinkProvider, SourceProvider } from "../engine/contract/provider.js";
import { jsonProvider, parquetProvider, textProvider } from "../sources/files/source.js";
import { generatorProvider } from "../sources/generator/source.js";
import { kafkaProvider } from "../sources/kafka/source.js";
import { memoryProvider } from "../sources/memory/source.js";
import { rateProvider } from "../sources/rate/source.js";
import { unknownName } from "./options.js";

const sources: Readonly<Record<string, SourceProvider>> = {
  generator: generatorProvider,
  json: jsonProvider,
  kafka: kafkaProvider,
  memory: memoryProvider,
  parquet: parquetProvider,
  rate: rateProvider,
  text: textProvider,
};

/** Sinks load when a query that writes to them starts. */
const sinks: Readonly<Record<string, () => Promise<SinkProvider>>> = {
  console: async () => (await import("../sinks/console/sink.js")).consoleSinkProvider,
  json: async () => (await import("../sinks/files/sink.js")).jsonSinkProvider,
  kafka: async () => (await import("../sinks/kafka/sink.js")).kafkaSinkProvider,
  memory: async () => (await import("../sinks/memory/sink.js")).memorySinkProvider,
  parquet: async () => (await import("../sinks/files/sink.js")).parquetSinkProvider,
};

/** The formats that can be read. Static, since `load()` needs their schema at once; what is heavy in them loads when they are opened. */
export const sourceFormats = {
  names: Object.keys(sources),
  /** @throws INVALID_OPTION_VALUE with the nearest format */
  get(format: string, owner: string): SourceProvider {
    const provider = sources[format.toLowerCase()];
    if (!provider) throw unknownName(owner, "format", format, sourceFormats.names);
    return provider;
  },
};

/** The formats that can be written. */
export const sinkFormats = {
  names: Object.keys(sinks),
  /** @throws INVALID_OPTION_VALUE with the nearest format */
  async load(format: string, owner: string): Promise<SinkProvider> {
    const provider = sinks[format.toLowerCase()];
    if (!provider) throw unknownName(owner, "format", format, sinkFormats.names);
    return provider();
  },
};
