import { notYetSupported } from "../../errors/streamingError.js";
import { decodeText } from "../../arrow/columns.js";
import type { DataType } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Attribute, Call, Cast, Expression } from "../expression.js";
import type { EvalContext, FunctionEntry } from "../functions/entry.js";
import { interpret } from "../interpreter.js";
import { expressionNodes } from "../traverse.js";
import { typeOf } from "../types/typeOf.js";
import type { Code, Generator, Made } from "./code.js";
import { representationOf } from "./representation.js";
import { assignTarget, declareTarget, initialValue, orOf } from "./snippets.js";

/** Generated code of a call: the entry's own, or its plain evaluation row by row. */
export function callCode(g: Generator, call: Call, entry: FunctionEntry): Code {
  if (entry.generateLazy) return entry.generateLazy(g, call);
  if (entry.evalLazy) return interpretedCode(g, call);
  if (entry.nulls === "own") return ownCode(g, call, entry);
  return strictCode(g, call, entry);
}

function ownCode(g: Generator, call: Call, entry: FunctionEntry): Code {
  const args = call.args.map((arg) => g.gen(arg));
  const made = entry.generate?.(g, args, call) ?? null;
  return made === null ? evaluatedCode(g, call, entry, args) : settle(g, call.type, made, "false");
}

/** Null as soon as an argument is; the arguments after it are not evaluated then. */
function strictCode(g: Generator, call: Call, entry: FunctionEntry): Code {
  const flat = flatArguments(g, call.args);
  if (flat !== null) {
    const isNull = orOf(...flat.map((arg) => arg.isNull));
    if (isNull === "true") return nullCode(g, call.type);
    const numbers = flat.every(
      (arg) => arg.representation === "number" || arg.representation === "boolean" || arg.representation === "long",
    );
    if (isNull === "false" || (entry.total === true && numbers)) {
      const made = entry.generate?.(g, flat, call) ?? null;
      if (made !== null) return settle(g, call.type, made, isNull);
      if (isNull === "false") return evaluatedCode(g, call, entry, flat);
    }
  }
  const target = declareTarget(g, representationOf(call.type));
  if (flat === null) oneByOne(g, call, entry, target);
  else g.block(`if (!(${orOf(...flat.map((arg) => arg.isNull))}))`, () => assignTarget(g, target, innermost(g, call, entry, flat)));
  return target;
}

/** Arguments that may cost something: the first one that is null leaves the block, so that any number of them is no deeper than one. */
function oneByOne(g: Generator, call: Call, entry: FunctionEntry, target: Code): void {
  const label = g.fresh("strict");
  const inOrder = entry.lastFirst === true ? call.args.toReversed() : call.args;
  const args = [g.gen(inOrder[0]!)];
  if (args[0]!.isNull === "true") return;
  g.block(`${label}:`, () => {
    for (let i = 0; ;) {
      const { isNull } = args[i]!;
      if (isNull === "true") return;
      if (isNull !== "false") g.emit(`if (${isNull}) break ${label};`);
      if (++i === call.args.length) break;
      args.push(g.gen(inOrder[i]!));
    }
    assignTarget(g, target, innermost(g, call, entry, entry.lastFirst === true ? args.toReversed() : args));
  });
}

function innermost(g: Generator, call: Call, entry: FunctionEntry, args: readonly Code[]): Code {
  const known = args.map((arg) => ({ ...arg, isNull: "false" }));
  const made = entry.generate?.(g, known, call) ?? null;
  return made === null ? evaluatedCode(g, call, entry, known) : settle(g, call.type, made, "false");
}

/** The arguments, when evaluating all of them at once costs and fails nothing: columns and literals. */
function flatArguments(g: Generator, args: readonly Expression[]): Code[] | null {
  return args.every(isLeaf) ? args.map((arg) => g.gen(arg)) : null;
}

function isLeaf(e: Expression): boolean {
  return e.kind === "attribute" || e.kind === "literal" || (e.kind === "alias" && isLeaf(e.child));
}

function bracket(condition: string): string {
  return /^\w+$/.test(condition) ? condition : `(${condition})`;
}

/** What an entry made, put into locals. */
export function settle(g: Generator, type: DataType, made: string | Made, argumentsNull: string): Code {
  const { value, start = "", length = "", isNull = "false" } = typeof made === "string" ? { value: made } : made;
  const representation = representationOf(type);
  const either = orOf(argumentsNull, isNull);
  const nullFlag = either === "false" || either === "true" ? either : g.local(either);
  if (representation !== "bytes") return { representation, isNull: nullFlag, value: g.local(value), start: "", length: "" };
  const lengthLocal = g.local(length);
  return { representation, isNull: nullFlag, value: g.local(value), start: g.local(start), length: lengthLocal };
}

export function nullCode(g: Generator, type: DataType): Code {
  const representation = representationOf(type);
  const range = representation === "bytes" ? "0" : "";
  return { representation, isNull: "true", value: initialValue(g, representation), start: range, length: range };
}

/** The slow way: the entry's plain evaluation, called for the row. */
function evaluatedCode(g: Generator, call: Call, entry: FunctionEntry, args: readonly Code[]): Code {
  const { eval: evaluate } = entry;
  if (evaluate === undefined) throw notYetSupported(`${call.name} here`);
  if (entry.deterministic === false) g.emit(`${g.context}.row = first + ${g.row};`);
  const run = (context: EvalContext, ...values: Value[]): Value => evaluate(values, call, context);
  const values = args.map((arg, i) => valueOf(g, arg, typeOf(call.args[i]!)));
  return fromValue(g, `${g.runtime(run)}(${[g.context, ...values].join(", ")})`, call.type);
}

/** The slowest way: the whole expression through the interpreter, its attributes read as values. */
export function interpretedCode(g: Generator, e: Call | Cast): Code {
  const attributes = attributesOf(e);
  const places = new Map(attributes.map(({ id }, place) => [id, place]));
  const run = (context: EvalContext, values: readonly Value[]): Value => interpret(e, (id) => values[places.get(id)!]!, context);
  g.emit(`${g.context}.row = first + ${g.row};`);
  const values = attributes.map((attribute) => valueOf(g, g.gen(attribute), attribute.type));
  return fromValue(g, `${g.runtime(run)}(${g.context}, [${values.join(", ")}])`, e.type);
}

function attributesOf(e: Expression): readonly Attribute[] {
  const found = new Map<number, Attribute>();
  for (const part of expressionNodes(e)) if (part.kind === "attribute") found.set(part.id, part);
  return [...found.values()];
}

const readText = (data: Uint8Array, start: number, length: number): string => decodeText(data, start, start + length);
const readBytes = (data: Uint8Array, start: number, length: number): Uint8Array => data.slice(start, start + length);

/** A JavaScript expression for the engine `Value` of generated code. */
export function valueOf(g: Generator, code: Code, type: DataType): string {
  const plain = valueWithoutNull(g, code, type);
  if (code.isNull === "false") return plain;
  return code.isNull === "true" ? "null" : `${bracket(code.isNull)} ? null : ${plain}`;
}

function valueWithoutNull(g: Generator, code: Code, type: DataType): string {
  if (code.representation === "bytes") {
    return `${g.runtime(type.kind === "string" ? readText : readBytes)}(${code.value}, ${code.start}, ${code.length})`;
  }
  return code.representation === "long" && !g.exact ? `BigInt(${code.value})` : code.value;
}

/** Generated code of an engine `Value` (or null) that a call of ours gives. */
export function fromValue(g: Generator, expression: string, type: DataType): Code {
  const r = g.local(expression);
  const representation = representationOf(type);
  const isNull = g.local(`${r} === null`);
  const plain = { representation, isNull, start: "", length: "" };
  const initial = initialValue(g, representation);
  if (representation === "bytes" && type.kind === "string") {
    const length = g.local(`${isNull} ? 0 : arena.putText(${r})`);
    return { ...plain, value: g.local("arena.data"), start: g.local(`arena.used - ${length}`), length };
  }
  if (representation === "bytes") {
    const bytes = g.local(`${isNull} ? ${initial} : ${r}`);
    return { ...plain, value: bytes, start: "0", length: `${bytes}.length` };
  }
  if (representation === "long" && !g.exact) {
    g.emit(`if (!${isNull} && !(${r} <= 9007199254740991n && ${r} >= -9007199254740991n)) ${g.bail}`);
    return { ...plain, value: g.local(`${isNull} ? 0 : Number(${r})`) };
  }
  return { ...plain, value: g.local(`${isNull} ? ${initial} : ${r}`) };
}
