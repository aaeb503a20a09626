import type { DataType } from "../../arrow/types.js";
import { sameType, sameUnits } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Cast } from "../expression.js";
import type { EvalContext } from "../functions/entry.js";
import { integerLimits } from "../../values/ranges.js";
import { castValue } from "../../values/castValue.js";
import { findTimeZone } from "../../values/timeZone.js";
import { fromValue, nullCode, settle, valueOf } from "./calls.js";
import type { Code, Generator, Made } from "./code.js";
import { parseDateBytes, parseNumberBytes, parseTimestampBytes, putDate, putTimestamp } from "./runtime/scalarText.js";
import { arenaMade, assignTarget, declareTarget, rangeOf } from "./snippets.js";
import { representationOf } from "./representation.js";

/**
 * Generated code of a cast. What is common goes without calls that make objects; what fails, and what is rare, goes through the interpreter's cast,
 * which gives the null or raises the error.
 */
export function castCode(g: Generator, cast: Cast, from: DataType): Code {
  const child = g.gen(cast.child);
  if (child.isNull === "true") return nullCode(g, cast.type);
  if (sameType(from, cast.type) && sameUnits(from, cast.type)) return child;
  if (child.isNull === "false") return valueCode(g, cast, from, child);
  const target = declareTarget(g, representationOf(cast.type));
  g.block(`if (!(${child.isNull}))`, () => assignTarget(g, target, valueCode(g, cast, from, { ...child, isNull: "false" })));
  return target;
}

function valueCode(g: Generator, cast: Cast, from: DataType, child: Code): Code {
  const made = fastCast(g, cast, from, child);
  if (made === null) return slowCast(g, cast, from, child);
  if (!("unless" in made)) return settle(g, cast.type, made, "false");
  // The fast way is taken when it applies; else the interpreter decides.
  const target = declareTarget(g, representationOf(cast.type));
  g.block(`if (${made.unless})`, () => assignTarget(g, target, slowCast(g, cast, from, child)));
  g.block("else", () => assignTarget(g, target, settle(g, cast.type, made, "false")));
  return target;
}

function slowCast(g: Generator, cast: Cast, from: DataType, child: Code): Code {
  const rules = { mode: cast.evalMode, zone: cast.zone ?? "UTC" };
  const run = (context: EvalContext, value: Value): Value => castValue(value, from, cast.type, { ...rules, nowMs: context.batchTimeMs });
  return fromValue(g, `${g.runtime(run)}(${g.context}, ${valueOf(g, child, from)})`, cast.type);
}

interface Guarded extends Made {
  /** The condition under which the fast value must not be taken. */
  readonly unless: string;
}

function fastCast(g: Generator, cast: Cast, from: DataType, child: Code): Made | Guarded | null {
  switch (from.kind) {
    case "string":
      return fromString(g, cast, child);
    case "binary":
      return cast.type.kind === "string" ? { value: child.value, start: child.start, length: child.length } : null;
    case "boolean":
      return fromBoolean(g, cast.type, child);
    case "byte":
    case "short":
    case "int":
    case "long":
    case "float":
    case "double":
      return fromNumber(g, cast, from, child);
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return fromDatetime(g, cast, from, child);
    default:
      return null;
  }
}

const texts = { true: new TextEncoder().encode("true"), false: new TextEncoder().encode("false") };

function fromBoolean(g: Generator, to: DataType, { value }: Code): Made | null {
  switch (to.kind) {
    case "string":
      return { value: `${value} ? ${g.runtime(texts.true)} : ${g.runtime(texts.false)}`, start: "0", length: `${value} ? 4 : 5` };
    case "long":
      return { value: g.exact ? `${value} ? 1n : 0n` : `${value} ? 1 : 0` };
    case "byte":
    case "short":
    case "int":
    case "float":
    case "double":
      return { value: `${value} ? 1 : 0` };
    default:
      return null;
  }
}

function fromNumber(g: Generator, cast: Cast, from: DataType, { value }: Code): Made | Guarded | null {
  const big = from.kind === "long" && g.exact;
  const fractional = from.kind === "float" || from.kind === "double";
  switch (cast.type.kind) {
    case "boolean":
      return { value: `${value} !== ${big ? "0n" : "0"}` };
    case "double":
      return { value: big ? `Number(${value})` : value };
    case "float":
      return big ? null : { value: `Math.fround(${value})` };
    case "long":
      if (!fractional) return { value: g.exact ? `BigInt(${value})` : value };
      return g.exact
        ? null
        : { value: `Math.trunc(${value}) + 0`, unless: `!(${value} <= 9007199254740991 && ${value} >= -9007199254740991)` };
    case "byte":
    case "short":
    case "int":
      return big ? null : narrowing(g, cast.type.kind, fractional ? `Math.trunc(${value})` : value);
    case "string":
      return fractional || big ? null : arenaMade(g, `arena.putInteger(${value})`);
    case "timestamp":
      return fractional || g.exact ? null : { value: `${value} * 1000000`, unless: `!(${value} <= 9007199254 && ${value} >= -9007199254)` };
    default:
      return null;
  }
}

function narrowing(g: Generator, kind: "byte" | "short" | "int", value: string): Made | Guarded | null {
  const limit = integerLimits[kind];
  const whole = g.local(value);
  return { value: `${whole} | 0`, unless: `!(${whole} >= ${-limit} && ${whole} < ${limit})` };
}

function fromString(g: Generator, cast: Cast, child: Code): Made | Guarded | null {
  const { type } = cast;
  switch (type.kind) {
    case "binary":
      return { value: child.value, start: child.start, length: child.length };
    case "byte":
    case "short":
    case "int": {
      const n = g.local(`${g.runtime(parseNumberBytes)}(${rangeOf(child)}, false)`);
      return { value: `${n} | 0`, unless: `!(${n} >= ${-integerLimits[type.kind]} && ${n} < ${integerLimits[type.kind]})` };
    }
    case "long": {
      const n = g.local(`${g.runtime(parseNumberBytes)}(${rangeOf(child)}, false)`);
      return { value: g.exact ? `BigInt(${n})` : `${n} + 0`, unless: `${n} !== ${n}` };
    }
    case "double": {
      const n = g.local(`${g.runtime(parseNumberBytes)}(${rangeOf(child)}, true)`);
      return { value: n, unless: `${n} !== ${n}` };
    }
    case "date": {
      const n = g.local(`${g.runtime(parseDateBytes)}(${rangeOf(child)})`);
      return { value: n, unless: `${n} !== ${n}` };
    }
    case "timestamp":
    case "timestamp_ntz": {
      const offset = type.kind === "timestamp" ? fixedOffset(cast) : 0;
      if (offset === null || g.exact) return null;
      const n = g.local(
        `${g.runtime(parseTimestampBytes)}(${rangeOf(child)}, ${type.kind === "timestamp" ? offset : 0}, ${type.kind === "timestamp"})`,
      );
      return { value: n, unless: `${n} !== ${n}` };
    }
    default:
      return null;
  }
}

function fixedOffset(cast: Cast): number | null {
  return findTimeZone(cast.zone ?? "UTC")?.fixedOffsetSeconds ?? null;
}

function fromDatetime(g: Generator, cast: Cast, from: DataType, { value }: Code): Made | Guarded | null {
  const to = cast.type.kind;
  if (g.exact) return null;
  if (from.kind === "timestamp" && (to === "long" || to === "int")) {
    const seconds = g.local(`Math.floor(${value} / 1000000)`);
    return to === "long" ? { value: `${seconds} + 0` } : narrowing(g, "int", seconds);
  }
  if (from.kind === "timestamp" && to === "double") return { value: `${value} / 1000000` };
  const zoned = from.kind === "timestamp" || to === "timestamp";
  const offset = zoned ? fixedOffset(cast) : 0;
  if (offset === null) return null;
  const shift = `${offset * 1_000_000}`;
  const local = from.kind === "timestamp" ? `(${value} + ${bracketed(shift)})` : value;
  switch (to) {
    case "date":
      return { value: `Math.floor(${local} / 86400000000)` };
    case "timestamp":
    case "timestamp_ntz": {
      const micros = from.kind === "date" ? `${value} * 86400000000` : value;
      const moved = g.local(
        from.kind === "timestamp" ? `${micros} + ${bracketed(shift)}` : to === "timestamp" ? `${micros} - ${bracketed(shift)}` : micros,
      );
      return { value: `${moved} + 0`, unless: `!(${moved} <= 9007199254740991 && ${moved} >= -9007199254740991)` };
    }
    case "string":
      return arenaMade(g, from.kind === "date" ? `${g.runtime(putDate)}(arena, ${value})` : `${g.runtime(putTimestamp)}(arena, ${local})`);
    default:
      return null;
  }
}

function bracketed(text: string): string {
  return text.startsWith("-") ? `(${text})` : text;
}
