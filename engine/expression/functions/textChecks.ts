import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { literal } from "../expression.js";
import { StreamingError } from "../../errors/streamingError.js";
import { typeOf } from "../types/typeOf.js";
import { castArgs, requireKinds, type FunctionEntry } from "./entry.js";
import { makeMap } from "./maps.js";
import { splitText } from "./patterns.js";

/** Texts that are checked or taken apart: UTF-8 in bytes, sounds, lists of keys and values. */

/** The text of the bytes; null when they are no UTF-8. Texts are UTF-8 already. */
function strictText(value: string | Uint8Array): string | null {
  if (typeof value === "string") return value;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return null;
  }
}

function ofUtf8(name: string, doc: string, isValue: boolean, evaluate: (value: string | Uint8Array) => Value): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => {
      const given = typeOf(args[0]!).kind === "binary" ? args : castArgs(args, [types.string], resolving);
      return { args: given, type: isValue ? types.string : types.boolean, nullable: true };
    },
    eval: ([value]) => evaluate(value as string | Uint8Array),
  };
}

/** @throws INVALID_UTF8_STRING */
function validated(value: string | Uint8Array): string {
  const text = strictText(value);
  if (text !== null) return text;
  const digits = Array.from(value as Uint8Array, (byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`);
  throw new StreamingError("INVALID_UTF8_STRING", { str: digits.join("") });
}

/** The digits of letters that sound alike; `0` for those that are passed over and end a group, `7` for those that do not. */
const sounds = "01230127022455012623017202";

/** American Soundex: the first letter and three digits. What does not begin with a letter stays as it is. */
function soundexOf(text: string): string {
  // Only the letters of English: the capital of ß is two letters.
  if (!/^[A-Za-z]/.test(text)) return text;
  const first = text[0]!.toUpperCase();
  let code = first;
  let last = sounds[first.charCodeAt(0) - 65]!;
  for (const character of text.slice(1)) {
    const at = (character.charCodeAt(0) & ~32) - 65;
    if (!/[A-Za-z]/.test(character)) {
      last = "0";
      continue;
    }
    const digit = sounds[at]!;
    if (digit === "7") continue;
    if (digit !== "0" && digit !== last) code += digit;
    if (code.length === 4) break;
    last = digit;
  }
  return code.padEnd(4, "0");
}

const soundex: FunctionEntry = {
  name: "soundex",
  doc: "A letter and three digits for how a word sounds in English.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    requireKinds(args, ["string"], '"STRING"', resolving);
    return { args: castArgs(args, [types.string], resolving), type: types.string };
  },
  eval: ([text]) => soundexOf(text as string),
};

const strToMap: FunctionEntry = {
  name: "str_to_map",
  doc: "The map of a text of pairs: what stands between them (default `,`) and between key and value (default `:`) are regular expressions.",
  arity: [1, 3],
  nulls: "strict",
  resolve: (args, resolving) => {
    requireKinds(args, ["string"], '"STRING"', resolving);
    const delimiters = [args[1] ?? literal(",", types.string), args[2] ?? literal(":", types.string)];
    return { args: castArgs([args[0]!, ...delimiters], [types.string], resolving), type: types.map(types.string, types.string) };
  },
  eval: ([text, between, within], call) => {
    const pairs = splitText(text as string, between as string, -1).map((pair) => splitText(pair, within as string, 2));
    return makeMap(
      pairs.map(([key]) => key!),
      pairs.map(([, value]) => value ?? null),
      call,
    );
  },
};

export const textCheckFunctions: readonly FunctionEntry[] = [
  ofUtf8("is_valid_utf8", "Whether the bytes are UTF-8.", false, (value) => strictText(value) !== null),
  ofUtf8("make_valid_utf8", "The text of bytes, with a replacement character for what is no UTF-8.", true, (value) =>
    typeof value === "string" ? value : new TextDecoder("utf-8", { ignoreBOM: true }).decode(value),
  ),
  ofUtf8("validate_utf8", "The text of bytes, which must be UTF-8.", true, validated),
  ofUtf8("try_validate_utf8", "The text of bytes; null when they are no UTF-8.", true, strictText),
  soundex,
  strToMap,
];
