import { sameType, sqlTypeName, types, type DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Expression } from "../expression.js";
import { coerceTo } from "../types/coerce.js";
import { isIntegral, isNumeric, typeOf } from "../types/typeOf.js";
import { commonType } from "../types/commonType.js";
import { describeCall } from "../types/describe.js";
import { StreamingError } from "../../errors/streamingError.js";
import { castArgs, unexpectedType, type FunctionEntry, type Resolving } from "./entry.js";

/** Whole numbers as bits. */

function resolveBits(args: readonly Expression[], resolving: Resolving): { args: Expression[]; type: DataType } {
  const operands = args.length === 2 ? alikeOperands(args, resolving) : integers(args, resolving);
  const order = ["byte", "short", "int", "long"];
  const widest = operands.map((e) => typeOf(e).kind).toSorted((a, b) => order.indexOf(b) - order.indexOf(a))[0]!;
  const type = { kind: widest } as DataType;
  return { args: operands.map((e) => coerceTo(e, type, resolving.context)), type };
}

/** Whole numbers, or nulls; no texts of them. @throws DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE */
function integers(args: readonly Expression[], resolving: Resolving): Expression[] {
  const text = args.findIndex((arg) => typeOf(arg).kind === "string");
  if (text >= 0) throw unexpectedType(args, text, '"INTEGRAL"', resolving);
  return castArgs(args, ["integral"], resolving);
}

/** Two whole numbers; in ANSI mode one of them may be a text. @throws DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES, BINARY_OP_WRONG_TYPE */
function alikeOperands(args: readonly Expression[], resolving: Resolving): Expression[] {
  const [a, b] = args.map(typeOf) as [DataType, DataType];
  const type = commonType(a, b, resolving.context.ansi);
  const given = sameType(a, b) ? a : null;
  if (
    type !== null &&
    (isIntegral(type) || type.kind === "null") &&
    (resolving.context.ansi || (a.kind !== "string" && b.kind !== "string"))
  )
    return castArgs(args, ["integral"], resolving);
  const sqlExpr = `"${describeCall(resolving.name, args)}"`;
  if (given !== null)
    throw new StreamingError("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", {
      sqlExpr,
      inputType: '"INTEGRAL"',
      actualDataType: `"${sqlTypeName(given)}"`,
    });
  throw new StreamingError("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", {
    sqlExpr,
    left: `"${sqlTypeName(a)}"`,
    right: `"${sqlTypeName(b)}"`,
  });
}

function bitwise(name: string, doc: string, evaluate: (a: bigint, b: bigint) => bigint): FunctionEntry {
  return {
    name,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: resolveBits,
    eval: ([a, b], call) => narrow(evaluate(BigInt(a as number), BigInt(b as number)), call.type),
    generate: (g, [a, b], call) => (call.type.kind === "long" && !g.exact ? null : `${a!.value} ${name} ${b!.value}`),
  };
}

function narrow(value: bigint, type: DataType): Value {
  return type.kind === "long" ? BigInt.asIntN(64, value) : Number(value);
}

function shift(name: string, aliases: string[], operator: "<<" | ">>" | ">>>", doc: string): FunctionEntry {
  return {
    name,
    aliases,
    doc,
    arity: [2, 2],
    nulls: "strict",
    resolve: ([value, bits], resolving) => {
      const operand = typeOf(value!).kind === "long" ? value! : castArgs([value!], [types.int], resolving)[0]!;
      return { args: [operand, castArgs([bits!], [types.int], resolving)[0]!], type: typeOf(operand) };
    },
    eval: ([value, bits], call) => {
      if (call.type.kind !== "long") {
        const x = value as number;
        return operator === "<<" ? x << (bits as number) : operator === ">>" ? x >> (bits as number) : (x >>> (bits as number)) | 0;
      }
      const by = BigInt((bits as number) & 63);
      if (operator === ">>>") return BigInt.asIntN(64, BigInt.asUintN(64, value as bigint) >> by);
      return BigInt.asIntN(64, operator === "<<" ? (value as bigint) << by : (value as bigint) >> by);
    },
    generate: (_g, [a, b], call) =>
      call.type.kind === "long" ? null : operator === ">>>" ? `${a!.value} >>> ${b!.value} | 0` : `${a!.value} ${operator} ${b!.value}`,
  };
}

const bitNot: FunctionEntry = {
  name: "~",
  doc: "All bits flipped.",
  arity: [1, 1],
  nulls: "strict",
  resolve: resolveBits,
  eval: ([a], call) => narrow(~BigInt(a as number), call.type),
  generate: (g, [a], call) => (call.type.kind === "long" && !g.exact ? `-1 - ${a!.value}` : `~${a!.value}`),
};

const bitCount: FunctionEntry = {
  name: "bit_count",
  doc: "The number of bits that are set, of 64 (a boolean has one).",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => ({
    args: typeOf(args[0]!).kind === "boolean" ? args : integers(args, resolving),
    type: types.int,
  }),
  eval: ([a]) =>
    BigInt.asUintN(64, BigInt(a as number))
      .toString(2)
      .replaceAll("0", "").length,
};

const bitsOf: Readonly<Record<string, number>> = { byte: 8, short: 16, int: 32 };

const getBit: FunctionEntry = {
  name: "getbit",
  aliases: ["bit_get"],
  doc: "The bit (0 or 1) at a position, counted from the right and from 0.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([value, position], resolving) => ({
    args: [...integers([value!], resolving), ...castArgs([position!], [types.int], resolving)],
    type: types.byte,
  }),
  eval: ([a, position], call) => {
    const size = bitsOf[typeOf(call.args[0]!).kind] ?? 64;
    if ((position as number) >= 0 && (position as number) < size) return Number((BigInt(a as number) >> BigInt(position as number)) & 1n);
    throw new StreamingError("INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", {
      parameter: "`pos`",
      functionName: "`getbit`",
      upper: String(size),
      invalidValue: `${position as number}`,
    });
  },
};

/** An integer's 64 bits as text; doubles are no integers here. */
function bitsText(name: string, doc: string, radix: 2 | 16): FunctionEntry {
  return {
    name,
    doc,
    arity: [1, 1],
    nulls: "strict",
    resolve: (args, resolving) => {
      const type = typeOf(args[0]!);
      if (radix === 16 && (type.kind === "string" || type.kind === "binary")) return { args, type: types.string };
      const asText = !isNumeric(type) && type.kind !== "null";
      if (radix === 16 && asText) return { args: castArgs(args, [types.string], resolving), type: types.string };
      const operand = isIntegral(type) ? coerceTo(args[0]!, types.long, resolving.context) : castArgs(args, [types.long], resolving)[0]!;
      return { args: [operand], type: types.string };
    },
    eval: ([value]) => {
      if (typeof value === "bigint") return BigInt.asUintN(64, value).toString(radix).toUpperCase();
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : (value as Uint8Array);
      return [...bytes]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join("")
        .toUpperCase();
    },
  };
}

export const bitFunctions: readonly FunctionEntry[] = [
  bitwise("&", "Bits that both have.", (a, b) => a & b),
  bitwise("|", "Bits that one of both has.", (a, b) => a | b),
  bitwise("^", "Bits that exactly one of both has.", (a, b) => a ^ b),
  bitNot,
  bitCount,
  getBit,
  shift("shiftleft", ["<<"], "<<", "Bits moved to the left."),
  shift("shiftright", [">>"], ">>", "Bits moved to the right; the sign stays."),
  shift("shiftrightunsigned", [">>>"], ">>>", "Bits moved to the right; zeros come in."),
  bitsText("bin", "The bits of a whole number.", 2),
  bitsText("hex", "The hexadecimal digits of a whole number, or of the bytes of a string or binary.", 16),
];
