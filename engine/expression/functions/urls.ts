import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { castArgs, fixed, requireKinds, type FunctionEntry } from "./entry.js";

/** Addresses of the web, and texts as parts of them. */

const encoder = new TextEncoder();

/** As forms write texts: letters, digits and `-_.*` stand for themselves, a space is a plus. */
function encoded(text: string): string {
  return Array.from(encoder.encode(text), (byte) => {
    const character = String.fromCharCode(byte);
    if (/[\w.*-]/.test(character)) return character;
    return byte === 32 ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

/** The text; null where a percent sign is not followed by two hexadecimal digits. */
function decoded(text: string): string | null {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) return null;
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(at)!);
    if (character === "%") bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
    else bytes.push(...(character === "+" ? [32] : encoder.encode(character)));
    at += character === "%" ? 3 : character.length;
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function decoding(name: string, isTry: boolean): FunctionEntry {
  return {
    name,
    doc: isTry ? "The same, null where it is no such text." : "The text that url_encode wrote.",
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.string], types.string, true),
    eval: ([text]) => {
      const result = decoded(text as string);
      if (result === null && !isTry) throw new StreamingError("CANNOT_DECODE_URL", { url: text as string });
      return result;
    },
  };
}

const urlEncode: FunctionEntry = {
  name: "url_encode",
  doc: "The text as forms of the web write it.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.string], types.string),
  eval: ([text]) => encoded(text as string),
};

/** scheme, authority, path, query, fragment, by RFC 2396 as Java reads it. */
const address = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/;

/** What no part of an address may hold. */
const unwise = /[\s\p{Cc}"<>\\^`{|}]|%(?![0-9a-fA-F]{2})/u;

/** One label of letters, digits and dashes, or several of which the last begins with a letter; or an address in numbers. Anything else is an authority without a host. */
const isHost =
  /^(?:\[[^\]]*\]|(?:(?:1?\d?\d|2[0-4]\d|25[0-5])\.){3}(?:1?\d?\d|2[0-4]\d|25[0-5])|[a-z\d](?:[a-z\d-]*[a-z\d])?\.?|(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+[a-z](?:[a-z\d-]*[a-z\d])?\.?)$/i;

const noParts = { PROTOCOL: null, AUTHORITY: null, HOST: null, USERINFO: null, PATH: null, FILE: null, QUERY: null, REF: null };

/** The parts of an address by Spark's names; null when it is none. */
function partsOf(url: string): Readonly<Record<string, string | null>> | null {
  const match = address.exec(url);
  if (match === null || unwise.test(url)) return null;
  const [, scheme, authority, path, query, fragment] = match;
  const parts = authority === undefined ? null : /^(?:(.*)@)?(\[[^\]]*\]|[^:@]*)(?::(\d*))?$/.exec(authority);
  const server = parts !== null && isHost.test(parts[2]!) ? parts : null;
  const file = query === undefined ? path! : `${path}?${query}`;
  // What follows a scheme without a slash (mailto:…) has no parts.
  if (scheme !== undefined && authority === undefined && !path!.startsWith("/"))
    return { ...noParts, PROTOCOL: scheme, REF: fragment ?? null };
  return {
    PROTOCOL: scheme ?? null,
    AUTHORITY: authority || null,
    HOST: server?.[2] || null,
    USERINFO: server?.[1] ?? null,
    PATH: path!,
    FILE: file,
    QUERY: query ?? null,
    REF: fragment ?? null,
  };
}

function parsing(name: string, isTry: boolean): FunctionEntry {
  return {
    name,
    doc: "A part of an address of the web: HOST, PATH, QUERY (with a key: its value), REF, PROTOCOL, FILE, AUTHORITY or USERINFO.",
    arity: [2, 3],
    nulls: "strict",
    resolve: (args, resolving) => {
      requireKinds(args, ["string"], '"STRING"', resolving);
      return { args: castArgs(args, [types.string], resolving), type: types.string, nullable: true };
    },
    eval: ([url, part, key], call): Value => {
      const parts = partsOf(url as string);
      if (parts === null) {
        if (isTry || call.evalMode !== "ansi") return null;
        throw new StreamingError("INVALID_URL", { url: url as string });
      }
      if (!Object.hasOwn(parts, part as string) || (key !== undefined && part !== "QUERY")) return null;
      const value = parts[part as string]!;
      if (key === undefined || value === null) return value;
      const pair = value.split("&").find((item) => item.startsWith(`${key as string}=`));
      return pair === undefined ? null : pair.slice((key as string).length + 1);
    },
  };
}

export const urlFunctions: readonly FunctionEntry[] = [
  urlEncode,
  decoding("url_decode", false),
  decoding("try_url_decode", true),
  parsing("parse_url", false),
  parsing("try_parse_url", true),
];
