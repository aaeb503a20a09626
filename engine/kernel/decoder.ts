import type { DecodeSpec, PushedFilter } from "../contract/source.js";
import { unreachable } from "../errors/assert.js";
import { createCsvDecoder } from "./csv/createCsvDecoder.js";
import { corruptColumnOf } from "./json/jsonOptions.js";
import { JsonLinesDecoder } from "./json/jsonLinesDecoder.js";
import type { Decoder, DecoderEnvironment } from "./text/lineDecoder.js";
import { takesFilter } from "./text/rowFilters.js";
import { TextDecoderOfLines } from "./text/textLinesDecoder.js";

export type { Decoder, DecoderEnvironment } from "./text/lineDecoder.js";

/** The decoder of a format. Filters that it cannot apply are left to the caller (`taken`). */
export function createDecoder(spec: DecodeSpec, filters: readonly PushedFilter[], environment: DecoderEnvironment): Decoder {
  const taken = filters.filter((filter) => decoderTakes(spec, filter));
  switch (spec.format) {
    case "csv":
      return createCsvDecoder(spec, environment, taken);
    case "json":
      return new JsonLinesDecoder(spec.schema, { ...environment, options: spec.options }, taken);
    case "text":
      return new TextDecoderOfLines(spec, environment);
    default:
      return unreachable(spec.format);
  }
}

/** Whether a decoder of `spec` applies `filter` itself, completely. */
export function decoderTakes(spec: DecodeSpec, filter: PushedFilter): boolean {
  return spec.format !== "text" && takesFilter(spec.schema, filter, corruptColumnOf(spec.options));
}
