import { assert } from "../../errors/assert.js";
import type { Batch } from "../../arrow/batch.js";
import type { Column } from "../../arrow/column.js";
import { constantColumn, takeColumn } from "../../arrow/columns.js";
import type { DataType } from "../../arrow/types.js";
import type { Expression } from "../expression.js";
import { typeOf } from "../types/typeOf.js";
import type { Code } from "./code.js";
import type { LoopBuilder } from "./loopBuilder.js";
import type { InputColumn } from "./places.js";
import { SplitWriter, textSplitOf } from "./splitWriter.js";
import { CodesWriter, FixedWriter, Utf8Writer, ValueWriter, ViewWriter, Decimal128Writer, writerFor, type Writer } from "./writers.js";

/** The rows of a run that go to the output: all, or those that passed the filter. */
export interface Passed {
  readonly batch: Batch;
  readonly length: number;
  /** Their places in the input; null when all passed because nothing filters. */
  readonly rows: Int32Array | null;
}

/** How one output column comes about. */
export type Output =
  | { readonly kind: "pass"; readonly index: number }
  | { readonly kind: "gather"; readonly index: number; readonly writer: ViewWriter | CodesWriter; readonly hasNulls: boolean }
  | { readonly kind: "computed"; readonly writer: Writer; readonly hasNulls: boolean }
  | { readonly kind: "constant"; readonly type: DataType; readonly value: Column }
  | { readonly kind: "struct"; readonly type: DataType; readonly children: readonly Output[] };

/** What is needed to plan outputs: the loop that is being written, and the place its values are written to. */
export interface OutputPlanning {
  readonly g: LoopBuilder;
  readonly filtered: boolean;
  /** Every writer of the loop, in the order in which generated code is given them. */
  readonly writers: Writer[];
}

/** Plans an output column and writes the code that fills it. */
export function planOutput(planning: OutputPlanning, e: Expression): Output {
  const { g, filtered } = planning;
  if (e.kind === "alias") return planOutput(planning, e.child);
  const type = typeOf(e);
  if (e.kind === "literal") return { kind: "constant", type, value: constantColumn(type, e.value, 1) };
  if (e.kind === "call" && e.name === "named_struct") {
    const children = e.args.filter((_, i) => i % 2 === 1).map((arg) => planOutput(planning, arg));
    return { kind: "struct", type, children };
  }
  if (e.kind === "attribute") {
    const input = g.inputs.get(e.id);
    assert(input !== undefined, `the attribute ${e.name}#${e.id} is not among the input's`);
    const gathered = filtered ? planGather(planning, e, input) : null;
    if (gathered !== null) return gathered;
    if (!filtered || !isFixed(input)) return { kind: "pass", index: input.index };
  }
  const split = textSplitOf(e);
  if (split !== null) return planComputed(planning, split.text, new SplitWriter(type, split.separator));
  return planComputed(planning, e, writerFor(type, g.exact));
}

function isFixed({ shape }: InputColumn): boolean {
  return ["u8", "i8", "i16", "i32", "f32", "f64", "i64", "i128"].includes(shape.encoding);
}

/** Strings that stay where they are, and dictionary codes: only ranges or codes are copied. */
function planGather({ g, writers }: OutputPlanning, e: Expression, { index, shape }: InputColumn): Output | null {
  if (shape.encoding !== "view" && shape.encoding !== "utf8" && shape.encoding !== "dictionary") return null;
  const writer = shape.encoding === "dictionary" ? new CodesWriter(shape.type) : new ViewWriter(shape.type);
  const name = writerName(writers.push(writer));
  if (shape.encoding === "dictionary") {
    g.emit(`${name}.codes[k] = ${g.hoist(`columns[${index}].codes`)}[${g.row}];`);
    if (shape.nulls) g.emit(`${name}.nulls[k] = ${g.hoist(`columns[${index}].nulls`)}[${g.row}];`);
  } else {
    const code = g.gen(e);
    g.emit(`${name}.starts[k] = ${code.start}; ${name}.lengths[k] = ${code.length};`);
    if (shape.nulls) g.emit(`${name}.nulls[k] = ${code.isNull} ? 1 : 0;`);
  }
  return { kind: "gather", index, writer, hasNulls: shape.nulls };
}

export function writerName(ordinal: number): string {
  return `w${ordinal - 1}`;
}

/** @param writer writes the values of `e` as the column that is wanted */
function planComputed({ g, writers }: OutputPlanning, e: Expression, writer: Writer): Output {
  const name = writerName(writers.push(writer));
  const code = g.gen(e);
  const hasNulls = code.isNull !== "false";
  writeValue(g, name, writer, code);
  return { kind: "computed", writer, hasNulls };
}

function writeValue(g: LoopBuilder, name: string, writer: Writer, code: Code): void {
  const { isNull } = code;
  if (writer instanceof ValueWriter) {
    g.emit(`${name}.values[k] = ${isNull === "false" ? code.value : `${isNull} ? null : ${code.value}`};`);
    return;
  }
  if (isNull !== "false") g.emit(`${name}.nulls[k] = ${isNull === "true" ? "1" : `${isNull} ? 1 : 0`};`);
  if (writer instanceof Utf8Writer || writer instanceof SplitWriter) {
    const put = `${name}.put(k, ${code.value}, ${code.start}, ${code.length});`;
    g.emit(isNull === "false" ? put : isNull === "true" ? `${name}.putNull(k);` : `if (${isNull}) ${name}.putNull(k); else ${put}`);
    return;
  }
  if (isNull === "true") return;
  const guard = isNull === "false" ? "" : `if (!(${isNull})) `;
  if (writer instanceof Decimal128Writer) {
    g.emit(`${guard}{ ${name}.values[2 * k] = BigInt.asIntN(64, ${code.value}); ${name}.values[2 * k + 1] = ${code.value} >> 64n; }`);
    return;
  }
  assert(writer instanceof FixedWriter, "a writer of fixed width");
  const value = code.representation === "boolean" ? `${code.value} ? 1 : 0` : code.value;
  g.emit(`${guard}${name}.values[k] = ${value};`);
}

/** The output column of a run. */
export function finishOutput(output: Output, passed: Passed): Column {
  const { batch, length, rows } = passed;
  switch (output.kind) {
    case "pass": {
      const column = batch.columns[output.index]!;
      return rows === null ? column : takeColumn(column, rows, length);
    }
    case "gather": {
      const column = batch.columns[output.index]!;
      if (output.writer instanceof CodesWriter) {
        assert(column.encoding === "dictionary", "the shape of a column");
        output.writer.dictionary = column.dictionary;
      } else {
        assert(column.encoding === "view" || column.encoding === "utf8", "the shape of a column");
        output.writer.data = column.data;
      }
      return output.writer.finish(length, output.hasNulls);
    }
    case "computed":
      return output.writer.finish(length, output.hasNulls);
    case "constant":
      return { type: output.type, encoding: "constant", length, nulls: null, value: output.value };
    default:
      return {
        type: output.type,
        encoding: "struct",
        length,
        nulls: null,
        children: output.children.map((child) => finishOutput(child, passed)),
      };
  }
}
