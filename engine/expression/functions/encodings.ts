import { types } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import { StreamingError } from "../../errors/streamingError.js";
import { fromBase64, toBase64 } from "../../values/base64.js";
import { crc32, md5, sha1, sha2 } from "../../values/digests.js";
import { literal, type Expression } from "../expression.js";
import { resolveCast } from "../types/coerce.js";
import { typeOf } from "../types/typeOf.js";
import { comparable } from "./comparison.js";
import { callOf, castArgs, fixed, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";

/** Bytes as texts and back, in character sets and notations; digests. */

const utf8 = new TextEncoder();

/** The bytes of hexadecimal digits, of which the first may stand alone; null when they are none. */
function fromHex(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(text)) return null;
  const even = text.length % 2 === 0 ? text : `0${text}`;
  return Uint8Array.from({ length: even.length / 2 }, (_, i) => parseInt(even.slice(2 * i, 2 * i + 2), 16));
}

const unhex: FunctionEntry = {
  name: "unhex",
  doc: "The bytes of hexadecimal digits; null when they are none.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.string], types.binary, true),
  eval: ([text]) => fromHex(text as string),
};

const base64: FunctionEntry = {
  name: "base64",
  doc: "Bytes as base 64.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.binary], types.string),
  eval: ([bytes]) => toBase64(bytes as Uint8Array),
};

/** What is no letter of base 64 is passed over, as in mails. */
const notBase64 = /[^A-Za-z0-9+/=]/g;

const unbase64: FunctionEntry = {
  name: "unbase64",
  doc: "The bytes of a base 64 text.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.string], types.binary),
  eval: ([text]) => fromBase64((text as string).replace(notBase64, "")) ?? throwConversion("unbase64", "BASE64", text as string),
};

/** Character sets that have one byte, or two, a code unit. */
const charsets = ["us-ascii", "iso-8859-1", "utf-8", "utf-16", "utf-16be", "utf-16le", "utf-32"];

function charsetOf(name: string, functionName: string): string {
  const charset = name.toLowerCase();
  if (charsets.includes(charset)) return charset;
  throw new StreamingError("INVALID_PARAMETER_VALUE.CHARSET", {
    functionName: `\`${functionName}\``,
    parameter: "`charset`",
    charset: name,
    charsets: charsets.map((each) => each.toUpperCase()).join(", "),
  });
}

function encoded(text: string, charset: string, functionName: string): Uint8Array {
  switch (charset) {
    case "utf-8":
      return utf8.encode(text);
    case "us-ascii":
    case "iso-8859-1": {
      const most = charset === "us-ascii" ? 0x7f : 0xff;
      return Uint8Array.from(Array.from(text), (letter) => {
        const code = letter.codePointAt(0)!;
        if (code > most) throw malformed(functionName, charset);
        return code;
      });
    }
    case "utf-32":
      return bytesOf(Array.from(text).flatMap((letter) => ofWidth(letter.codePointAt(0)!, 4)));
    default: {
      const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
      const bytes = units.flatMap((unit) => (charset === "utf-16le" ? [unit & 255, unit >> 8] : ofWidth(unit, 2)));
      return bytesOf(charset === "utf-16" && bytes.length > 0 ? [0xfe, 0xff, ...bytes] : bytes);
    }
  }
}

function ofWidth(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, i) => (value >>> (8 * (width - 1 - i))) & 255);
}

function bytesOf(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function decoded(bytes: Uint8Array, charset: string, functionName: string): string {
  if (charset === "utf-8") {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) throw malformed(functionName, charset);
      throw error;
    }
  }
  if (charset === "us-ascii" || charset === "iso-8859-1") {
    if (charset === "us-ascii" && bytes.some((byte) => byte > 0x7f)) throw malformed(functionName, charset);
    return String.fromCharCode(...bytes);
  }
  const width = charset === "utf-32" ? 4 : 2;
  if (bytes.length % width !== 0) throw malformed(functionName, charset);
  const marked =
    charset === "utf-16" && bytes.length >= 2 && ((bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0xff && bytes[1] === 0xfe));
  const isLittle = charset === "utf-16le" || (marked && bytes[0] === 0xff);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = marked ? 2 : 0; at < bytes.length; at += width) {
    text += width === 4 ? String.fromCodePoint(view.getUint32(at)) : String.fromCharCode(view.getUint16(at, isLittle));
  }
  return text;
}

function malformed(functionName: string, charset: string): StreamingError {
  return new StreamingError("MALFORMED_CHARACTER_CODING", { function: `\`${functionName}\``, charset: charset.toUpperCase() });
}

const encode: FunctionEntry = {
  name: "encode",
  doc: "The bytes of a text in a character set.",
  arity: [2, 2],
  nulls: "strict",
  resolve: fixed([types.string, types.string], types.binary),
  eval: ([text, charset]) => encoded(text as string, charsetOf(charset as string, "encode"), "encode"),
};

const decode: FunctionEntry = {
  name: "decode",
  doc: "The text of bytes in a character set; with more arguments the value that stands behind the first that is equal, or the last.",
  arity: [2, Infinity],
  nulls: "strict",
  resolve: (args, resolving) => {
    if (args.length === 2) return { args: castArgs(args, [types.binary, types.string], resolving), type: types.string };
    return chosen(args, resolving);
  },
  eval: ([bytes, charset]) => decoded(bytes as Uint8Array, charsetOf(charset as string, "decode"), "decode"),
};

/** `decode(e, a, x, b, y, otherwise)`: CASE WHEN e <=> a THEN x … */
function chosen([value, ...rest]: readonly Expression[], resolving: Resolving): Expression {
  const { context } = resolving;
  const args: Expression[] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const condition = callOf("<=>", comparable([value!, rest[i]!], { ...resolving, name: "<=>" }), types.boolean, false, "ansi");
    args.push(condition, rest[i + 1]!);
  }
  const type = typeOf(rest[1]!);
  const branches = args.map((arg, i) => (i % 2 === 1 ? resolveCast(arg, type, false, context) : arg));
  if (rest.length % 2 === 1) branches.push(resolveCast(rest.at(-1)!, type, false, context));
  return callOf("case", branches, type, true, "ansi");
}

/** to_binary(text [, format]): hexadecimal unless said otherwise. */
function toBinary(name: string, isTry: boolean): FunctionEntry {
  return {
    name,
    doc: `The bytes of a text in hex, base64 or utf-8${isTry ? "; null when it is none" : ""}.`,
    arity: [1, 2],
    nulls: "strict",
    resolve: (args, resolving): Resolution | Expression => {
      const [text, format = literal("hex", types.string)] = castArgs(args, [types.string], resolving);
      if (format.kind === "literal" && typeof format.value === "string" && !formats.has(format.value.toLowerCase())) {
        throw new StreamingError("DATATYPE_MISMATCH.INVALID_ARG_VALUE", {
          sqlExpr: `"${name}"`,
          inputName: "`fmt`",
          requireType: 'case-insensitive "STRING"',
          validValues: "'hex', 'utf-8', 'utf8', or 'base64'",
          inputValue: `'${format.value}'`,
        });
      }
      return { args: [text!, format], type: types.binary, nullable: true };
    },
    eval: ([text, format]): Value => {
      const kind = (format as string).toLowerCase();
      const bytes = kind === "hex" ? fromHex(text as string) : kind === "base64" ? fromBase64(text as string) : utf8.encode(text as string);
      return bytes ?? (isTry ? null : throwConversion(name, kind.toUpperCase(), text as string));
    },
  };
}

const formats = new Set(["hex", "utf-8", "utf8", "base64"]);

function throwConversion(name: string, fmt: string, text: string): never {
  throw new StreamingError("CONVERSION_INVALID_INPUT", {
    str: `'${text}'`,
    fmt: `'${fmt}'`,
    targetType: '"BINARY"',
    suggestion: `\`try_${name}\``,
  });
}

function digest(name: string, aliases: readonly string[], doc: string, of: (bytes: Uint8Array) => string): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.binary], types.string),
    eval: ([bytes]) => of(bytes as Uint8Array),
  };
}

const sha2Entry: FunctionEntry = {
  name: "sha2",
  doc: "The SHA-2 digest of 224, 256, 384 or 512 bits in hexadecimal digits.",
  arity: [2, 2],
  nulls: "strict",
  resolve: fixed([types.binary, types.int], types.string, true),
  eval: ([bytes, bits]) => sha2(bytes as Uint8Array, bits as number),
};

const crc32Entry: FunctionEntry = {
  name: "crc32",
  doc: "The cyclic redundancy check.",
  arity: [1, 1],
  nulls: "strict",
  resolve: fixed([types.binary], types.long),
  eval: ([bytes]) => BigInt(crc32(bytes as Uint8Array)),
};

export const encodingFunctions: readonly FunctionEntry[] = [
  unhex,
  base64,
  unbase64,
  encode,
  decode,
  toBinary("to_binary", false),
  toBinary("try_to_binary", true),
  digest("md5", [], "The MD5 digest in hexadecimal digits.", md5),
  digest("sha1", ["sha"], "The SHA-1 digest in hexadecimal digits.", sha1),
  sha2Entry,
  crc32Entry,
];
