import { assert } from "../../errors/assert.js";
import type { BuilderContext } from "./columnBuilder.js";
import { JsonReader, token } from "./jsonReader.js";
import { quoteJson, unquoteJson } from "./jsonQuote.js";
import { doubleText } from "../../values/numberText.js";
import { asciiText } from "../text/numberBytes.js";
import { stringText } from "./scalarBuilders.js";

/**
 * A value [start, stop) of valid JSON, written anew: without space, numbers with a fraction or exponent as doubles. What `from_json` puts into a string
 * column, for its parser does not keep the text.
 */
export function rewriteJson(context: BuilderContext, kind: number, start: number, stop: number): string {
  const { bytes } = context.memory;
  switch (kind) {
    case token.integer:
      return BigInt(asciiText(bytes, start, stop)).toString();
    case token.decimal: {
      const value = context.memory.parseDouble(start, stop);
      return Number.isFinite(value) ? doubleText(value) : `"${value}"`;
    }
    case token.notFinite: {
      const text = asciiText(bytes, start, stop);
      return text === "NaN" ? '"NaN"' : text.startsWith("-") ? '"-Infinity"' : '"Infinity"';
    }
    case token.object:
    case token.array: {
      const reader = new JsonReader(context.reader.syntax);
      reader.reset(bytes, start, stop);
      return rewriteNext(context, reader);
    }
    default:
      return asciiText(bytes, start, stop);
  }
}

function rewriteNext(context: BuilderContext, reader: JsonReader): string {
  const kind = reader.next();
  if (kind === token.string) return quoteJson(unquoteJson(stringText(reader.bytes, reader.start, reader.stop, false)));
  if (kind !== token.object && kind !== token.array) return rewriteJson(context, kind, reader.start, reader.stop);
  reader.at++;
  const parts: string[] = [];
  if (kind === token.object) {
    for (let first = true; reader.nextMember(first); first = false) {
      const name = unquoteJson(stringText(reader.bytes, reader.start, reader.stop, false));
      parts.push(`${quoteJson(name)}:${rewriteNext(context, reader)}`);
    }
  } else {
    for (let first = true; reader.nextElement(first); first = false) parts.push(rewriteNext(context, reader));
  }
  assert(reader.at >= 0, "only valid JSON is rewritten");
  return kind === token.object ? `{${parts.join(",")}}` : `[${parts.join(",")}]`;
}
