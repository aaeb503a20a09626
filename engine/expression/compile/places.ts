import { readValue } from "../../arrow/columns.js";
import type { Expression } from "../expression.js";
import type { Code, Generator } from "./code.js";
import { representationOf } from "./representation.js";
import type { Shape } from "./shape.js";
import { initialValue, orOf } from "./snippets.js";

/** Where generated code finds the input's columns, by attribute id. */
export interface InputColumn {
  readonly index: number;
  readonly shape: Shape;
}

/** A generator that reads columns. */
export interface ColumnReader extends Generator {
  readonly inputs: ReadonlyMap<number, InputColumn>;
  /** A local before the loop. */
  hoist(expression: string): string;
}

/** A value that lies in a column: which one, at which index, and whether something above it is null. */
export interface Place {
  readonly shape: Shape;
  /** A JavaScript expression for the column, constant over the loop. */
  readonly column: string;
  readonly index: string;
  readonly isNull: string;
}

/** The place of an attribute or of a field of a struct column; null for what is computed. */
export function placeOf(g: ColumnReader, e: Expression): Place | null {
  const names: Expression[] = [];
  let base = e;
  for (; base.kind === "call" && base.name === "getField"; base = base.args[0]!) names.push(base.args[1]!);
  if (base.kind !== "attribute") return null;
  const input = g.inputs.get(base.id);
  if (input === undefined) return null;
  let place: Place | null = { shape: input.shape, column: g.hoist(`columns[${input.index}]`), index: g.row, isNull: "false" };
  for (let i = names.length - 1; i >= 0 && place !== null; i--) place = fieldPlace(g, place, names[i]!);
  return place;
}

function fieldPlace(g: ColumnReader, outer: Place, name: Expression): Place | null {
  const struct = resolved(g, outer);
  const { shape } = struct;
  if (shape.encoding !== "struct" || shape.type.kind !== "struct" || name.kind !== "literal") return null;
  const ordinal = shape.type.fields.findIndex((field) => field.name === name.value);
  return {
    shape: shape.children[ordinal]!,
    column: g.hoist(`${struct.column}.children[${ordinal}]`),
    index: struct.index,
    isNull: struct.isNull,
  };
}

/** The place behind dictionaries and constants, its own nulls taken in. */
function resolved(g: ColumnReader, place: Place): Place {
  const { shape, column, index } = place;
  const own = shape.nulls ? g.local(`${g.hoist(`${column}.nulls`)}[${index}] === 1`) : "false";
  const isNull = orOf(place.isNull, own);
  const guarded = isNull === "false" || isNull === "true" ? isNull : g.local(isNull);
  if (shape.inner === null) return { ...place, isNull: guarded };
  if (shape.encoding === "constant") {
    return resolved(g, { shape: shape.inner, column: g.hoist(`${column}.value`), index: "0", isNull: guarded });
  }
  const codes = g.hoist(`${column}.codes`);
  // The code of a null row is undefined: it may lie outside the dictionary.
  const code = g.local(guarded === "false" ? `${codes}[${index}]` : `${guarded} ? 0 : ${codes}[${index}]`);
  return resolved(g, { shape: shape.inner, column: g.hoist(`${column}.dictionary`), index: code, isNull: guarded });
}

/** The value at a place, as locals. */
export function loadCode(g: ColumnReader, place: Place): Code {
  const { shape, column, index, isNull } = resolved(g, place);
  const representation = representationOf(shape.type);
  const plain = { representation, isNull, start: "", length: "" };
  const part = (name: string): string => g.hoist(`${column}.${name}`);
  switch (shape.encoding) {
    case "u8":
      return { ...plain, value: g.local(`${part("values")}[${index}] !== 0`) };
    case "f64":
      if (representation === "long" && g.exact) {
        const double = `${part("values")}[${index}]`;
        // Under a null there may be what no BigInt can be made of.
        return { ...plain, value: g.local(isNull === "false" ? `BigInt(${double})` : `${isNull} ? 0n : BigInt(${double})`) };
      }
      return { ...plain, value: g.local(`${part("values")}[${index}]`) };
    case "i128":
      return {
        ...plain,
        value: g.local(`${part("values")}[2 * ${index} + 1] << 64n | BigInt.asUintN(64, ${part("values")}[2 * ${index}])`),
      };
    case "view":
      return {
        ...plain,
        value: part("data"),
        start: g.local(`${part("starts")}[${index}]`),
        length: g.local(`${part("lengths")}[${index}]`),
      };
    case "utf8": {
      const start = g.local(`${part("offsets")}[${index}]`);
      return { ...plain, value: part("data"), start, length: g.local(`${part("offsets")}[${index} + 1] - ${start}`) };
    }
    case "null": {
      const range = representation === "bytes" ? { start: "0", length: "0" } : {};
      return { ...plain, isNull: "true", value: initialValue(g, representation), ...range };
    }
    case "struct":
    case "list":
    case "map":
      // Read where it is used, and only there.
      return { ...plain, value: `${g.runtime(readValue)}(${column}, ${index})` };
    default:
      return { ...plain, value: g.local(`${part("values")}[${index}]`) };
  }
}
