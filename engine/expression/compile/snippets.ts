import type { Code, Generator, Made, Representation } from "./code.js";

/** Small pieces of JavaScript text. */

/** The disjunction of null flags and other conditions, without what is known. */
export function orOf(...conditions: readonly string[]): string {
  if (conditions.includes("true")) return "true";
  const open = [...new Set(conditions.filter((c) => c !== "false"))];
  return open.length === 0 ? "false" : open.join(" || ");
}

/** The conjunction. */
export function andOf(...conditions: readonly string[]): string {
  if (conditions.includes("false")) return "false";
  const open = conditions.filter((c) => c !== "true");
  if (open.length === 0) return "true";
  return open.length === 1 ? open[0]! : open.map((c) => `(${c})`).join(" && ");
}

export function notOf(condition: string): string {
  if (condition === "false") return "true";
  if (condition === "true") return "false";
  return /^\w+$/.test(condition) ? `!${condition}` : `!(${condition})`;
}

/** The value that a local of the representation starts with; keeps the local's type stable for the JIT. */
export function initialValue(g: Generator, representation: Representation): string {
  switch (representation) {
    case "boolean":
      return "false";
    case "number":
      return "0";
    case "long":
      return g.exact ? "0n" : "0";
    case "decimal":
      return "0n";
    case "bytes":
      return g.runtime(noBytes);
    default:
      return "null";
  }
}

const noBytes = new Uint8Array(0);

/** Locals that branches assign to: a value of the representation, null at first. */
export function declareTarget(g: Generator, representation: Representation): Code {
  const [value, isNull] = [g.fresh("v"), g.fresh("n")];
  g.emit(`let ${value} = ${initialValue(g, representation)}, ${isNull} = true;`);
  if (representation !== "bytes") return { representation, isNull, value, start: "", length: "" };
  const [start, length] = [g.fresh("s"), g.fresh("l")];
  g.emit(`let ${start} = 0, ${length} = 0;`);
  return { representation, isNull, value, start, length };
}

/** Assigns a value to the target, null included. */
export function assignTarget(g: Generator, target: Code, code: Code): void {
  if (code.isNull === "true") {
    g.emit(`${target.isNull} = true;`);
    return;
  }
  const ranges = target.representation === "bytes" ? ` ${target.start} = ${code.start}; ${target.length} = ${code.length};` : "";
  g.emit(`${target.isNull} = ${code.isNull}; ${target.value} = ${code.value};${ranges}`);
}

/** The three arguments of a helper over bytes. */
export function rangeOf(code: Code): string {
  return `${code.value}, ${code.start}, ${code.length}`;
}

/** Bytes that a call appends to the arena; `put` is the call, which returns their number. */
export function arenaMade(g: Generator, put: string): Made {
  const length = g.local(put);
  return { value: "arena.data", start: `arena.used - ${length}`, length };
}
