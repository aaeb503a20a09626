import { types } from "../../arrow/types.js";
import { StreamingError } from "../../errors/streamingError.js";
import { fromBase32, toBase32 } from "../../values/base32.js";
import { hmac, hmacAlgorithms } from "../../values/hmac.js";
import { literal } from "../expression.js";
import { castArgs, fixed, type FunctionEntry } from "./entry.js";

/** Codes of messages, and bytes in base 32. */

const hmacEntry: FunctionEntry = {
  name: "hmac",
  doc: "The code (HMAC) of a message under a key, by SHA-224, SHA-256 (where none is said), SHA-384, SHA-512, SHA-1 or MD5.",
  arity: [2, 3],
  nulls: "strict",
  resolve: ([key, message, algorithm = literal("SHA-256", types.string)], resolving) => ({
    args: castArgs([key!, message!, algorithm], [types.binary, types.binary, types.string], resolving),
    type: types.binary,
  }),
  eval: ([key, message, given]) => {
    const algorithm = hmacAlgorithms.get((given as string).toUpperCase().replace(/^SHA-/, "SHA"));
    if (algorithm === undefined) throw new StreamingError("INVALID_PARAMETER_VALUE.HMAC_ALGORITHM", { algorithm: given as string });
    if ((key as Uint8Array).length === 0) throw new StreamingError("INVALID_PARAMETER_VALUE.HMAC_CRYPTO_ERROR");
    return hmac(key as Uint8Array, message as Uint8Array, algorithm);
  },
};

export const authenticationFunctions: readonly FunctionEntry[] = [
  hmacEntry,
  {
    name: "to_base32",
    doc: "Bytes as a text in base 32.",
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.binary], types.string),
    eval: ([bytes]) => toBase32(bytes as Uint8Array),
  },
  {
    name: "from_base32",
    doc: "The bytes of a text in base 32; characters that are none of it are passed over.",
    arity: [1, 1],
    nulls: "strict",
    resolve: fixed([types.string], types.binary),
    eval: ([text]) => fromBase32(text as string),
  },
];
