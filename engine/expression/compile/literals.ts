import type { Literal } from "../expression.js";
import type { Code, Generator } from "./code.js";
import { representationOf } from "./representation.js";
import { initialValue } from "./snippets.js";

const encoder = new TextEncoder();

/** A constant of generated code. */
export function literalCode(g: Generator, { value, type }: Literal): Code {
  const representation = representationOf(type);
  const plain = { representation, isNull: "false", start: "", length: "" };
  if (value === null) {
    const range = representation === "bytes" ? { start: "0", length: "0" } : {};
    return { ...plain, isNull: "true", value: initialValue(g, representation), ...range };
  }
  switch (representation) {
    case "boolean":
      return { ...plain, value: value === true ? "true" : "false" };
    case "number":
      return { ...plain, value: numberText(value as number) };
    case "long":
      return { ...plain, value: longText(g, value as bigint) };
    case "decimal":
      return { ...plain, value: bracketed(`${value as bigint}n`) };
    case "bytes": {
      const bytes = typeof value === "string" ? encoder.encode(value) : (value as Uint8Array);
      return { ...plain, value: g.runtime(bytes), start: "0", length: String(bytes.length) };
    }
    default:
      return { ...plain, value: g.runtime(value) };
  }
}

function longText(g: Generator, value: bigint): string {
  if (g.exact) return bracketed(`${value}n`);
  if (value > 9007199254740991n || value < -9007199254740991n) {
    // No double holds it: the exact variant runs.
    g.emit(g.bail);
    return "0";
  }
  return bracketed(String(value));
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return "(-0)";
  if (Number.isNaN(value)) return "NaN";
  return bracketed(String(value));
}

/** A minus sign must not meet another one. */
function bracketed(text: string): string {
  return text.startsWith("-") ? `(${text})` : text;
}
