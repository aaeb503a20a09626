import { binary, nullary, unary, variadic } from "./make.js";

/** Who asks, and codes of messages. */

/** The user of the system that the process runs as. @example df.select(currentUser().as("u")) */
export const currentUser = nullary<string>("current_user");
/** The same as `currentUser`. @example df.select(user().as("u")) */
export const user = nullary<string>("user");
/** The same as `currentUser`. @example df.select(sessionUser().as("u")) */
export const sessionUser = nullary<string>("session_user");
/** Where names of functions and tables are looked for. @example df.select(currentPath().as("p")) */
export const currentPath = nullary<string>("current_path");
/** The version of Spark whose meaning queries have, and the engine's name. @example df.select(version().as("v")) */
export const version = nullary<string>("version");

/** The code (HMAC) of a message under a key: by SHA-256, or the algorithm that a third argument names. @example df.select(hmac("sensorId", "sensorId", lit("SHA-1")).as("code")) */
export const hmac = variadic<Uint8Array | null>("hmac");
/** Bytes as a text in base 32. @example df.select(toBase32("sensorId").as("t")) */
export const toBase32 = unary<string | null, "to_base32", "text">("to_base32");
/** The bytes of a text in base 32. @example df.select(fromBase32("sensorId").as("b")) */
export const fromBase32 = unary<Uint8Array | null, "from_base32", "text">("from_base32");
/** How alike two texts are by Jaro and Winkler, between 0 and 1. @example df.select(jaroWinklerSimilarity("sensorId", "sensorId").as("s")) */
export const jaroWinklerSimilarity = binary<number | null, "jaro_winkler_similarity", "text">("jaro_winkler_similarity");
