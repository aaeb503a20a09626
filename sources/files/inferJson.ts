import { decodeText } from "../../engine/arrow/reading.js";
import { field, types, type DataType, type Schema, type StructType } from "../../engine/arrow/types.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import { jsonInferenceOptions, jsonReadOptions } from "../../engine/contract/jsonReadOptions.js";
import { Options } from "../../engine/contract/options.js";
import type { BytesReader } from "../../engine/contract/source.js";
import { parseJsonOptions, type JsonOptions } from "../../engine/kernel/json/jsonOptions.js";
import { LineFraming, type LineSink } from "../../engine/kernel/text/lineFraming.js";
import { WholeFraming } from "../../engine/kernel/text/wholeFraming.js";
import { DecoderMemory } from "../../engine/kernel/wasm/decoderMemory.js";
import { samplingRatioOf } from "./sampling.js";
import { finishedStruct } from "../../engine/kernel/json/finishedTypes.js";
import { JsonTypeReader } from "../../engine/kernel/json/jsonTypes.js";
import { mergeTypes } from "../../engine/kernel/json/mergeTypes.js";

/**
 * The schema of JSON files, each opened as it is come to, by Spark's rules: integers are long (decimal when they are larger), other numbers double, fields stand
 * in the order of their names, what has several types is the type that holds them all or else a string, and what is always null is a string.
 *
 * @returns null when there is no document
 */
export async function inferJsonSchema(
  files: readonly (() => Promise<BytesReader>)[],
  given: Readonly<Record<string, string>>,
): Promise<Schema | null> {
  const memory = new DecoderMemory();
  const inference = new JsonInference(memory, given);
  const framing = inference.multiLine ? new WholeFraming(memory) : new LineFraming(memory, inference.lineSeparator);
  for (const open of files) {
    const reader = await open();
    try {
      for (let atEnd = false; !atEnd;) {
        const count = await reader.read(framing.buffer());
        atEnd = count === 0;
        framing.frame(count, atEnd, inference);
      }
    } finally {
      await reader.close();
    }
  }
  return inference.schema();
}

/** Takes documents, and keeps what fields they have. */
class JsonInference implements LineSink {
  private readonly options: Options;
  private readonly reading: JsonOptions;
  private readonly parser: JsonTypeReader;
  private readonly ratio: number;
  private merged: Map<string, DataType> | null = null;
  private documents = 0;
  private last: StructType | null = null;

  constructor(
    private readonly memory: DecoderMemory,
    given: Readonly<Record<string, string>>,
  ) {
    const options = (this.options = new Options("the json source", [...jsonReadOptions, ...jsonInferenceOptions], given));
    this.reading = parseJsonOptions(given, "UTC");
    this.parser = new JsonTypeReader({
      reading: this.reading,
      primitivesAsString: options.boolean("primitivesAsString"),
      prefersDecimal: options.boolean("prefersDecimal"),
      inferTimestamp: options.boolean("inferTimestamp"),
    });
    this.ratio = samplingRatioOf(options);
  }

  get multiLine(): boolean {
    return this.reading.multiLine;
  }

  get lineSeparator(): Uint8Array | null {
    return this.reading.lineSeparator;
  }

  schema(): Schema | null {
    const { merged } = this;
    if (merged === null) return null;
    return finishedStruct(types.struct([...merged].map(([name, type]) => field(name, type))), this.options.boolean("dropFieldIfAllNull"));
  }

  window(count: number): void {
    const { starts, ends } = this.memory;
    for (let i = 0; i < count; i++) this.longLine(starts[i]!, ends[i]!);
  }

  longLine(start: number, end: number): void {
    const { bytes } = this.memory;
    if (isBlank(bytes, start, end)) return;
    const index = this.documents++;
    if (Math.floor((index + 1) * this.ratio) === Math.floor(index * this.ratio)) return;
    const row = this.rowType(this.parser.read(bytes, start, end), start, end);
    // Rows of one shape have one type.
    if (row !== this.last) addFields((this.merged ??= new Map()), row);
    this.last = row;
  }

  /** A document's row: its object, or those of its array; one without a value has no fields, nor has one that is left out. */
  private rowType(type: DataType | null, start: number, end: number): StructType {
    if (type?.kind === "struct") return type;
    if (type?.kind === "array" && type.element.kind === "struct") return type.element;
    if (type?.kind === "null" || (type?.kind === "array" && type.element.kind === "null")) return types.struct([]);
    const { mode, corruptColumn } = this.reading;
    if (mode === "PERMISSIVE") return types.struct([field(corruptColumn, types.string)]);
    if (mode === "DROPMALFORMED") return types.struct([]);
    const record = decodeText(this.memory.bytes, start, Math.min(end, start + 400)).slice(0, 80);
    throw new StreamingError("MALFORMED_RECORD_IN_SCHEMA_INFERENCE", { record });
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) if (bytes[p]! > 32) return false;
  return true;
}

/** The fields of a row, merged into those that are known: a row costs what it has, not what all rows before it had. */
function addFields(known: Map<string, DataType>, row: StructType): void {
  for (const { name, type } of row.fields) {
    const before = known.get(name);
    known.set(name, before === undefined ? type : mergeTypes(before, type));
  }
}
