import type { Column } from "../../arrow/column.js";
import { types, type DataType, type Field, type Schema, type StructType } from "../../arrow/types.js";
import type { PushedFilter } from "../../contract/source.js";
import { StreamingError } from "../../errors/streamingError.js";
import { builderOf } from "./builderOf.js";
import type { BuilderContext } from "./columnBuilder.js";
import { DecoderMemory } from "../wasm/decoderMemory.js";
import { JsonFailure } from "./jsonFailure.js";
import { compileAccept, constantName, type Accept } from "../text/acceptRows.js";
import { filterCode } from "../text/rowFilters.js";
import { MemberReader } from "./jsonMember.js";
import { parseJsonOptions, type JsonOptions } from "./jsonOptions.js";
import { JsonReader } from "./jsonReader.js";
import { emptyShape, learnShape, type Shape } from "./jsonShape.js";
import { compileWalk, type Walk, type WalkParts, type WalkPosition } from "./jsonWalk.js";
import { StructBuilder } from "./nestedBuilders.js";
import { CorruptRecordBuilder } from "./textBuilders.js";

/** What a decoder is made with. */
export interface JsonDecoderSettings {
  /** Spark's options of the JSON reader; others among them are not looked at. */
  readonly options: Readonly<Record<string, string>>;
  /** IANA name of the session time zone. */
  readonly zone: string;
  /** Runs the index in TypeScript; for tests and platforms without SIMD. */
  readonly plainIndex?: boolean;
  /** The longest record there may be. */
  readonly maxRecordBytes?: number;
  /** Bytes of text that the buffer holds at first; a record that is longer makes it grow. */
  readonly bufferBytes?: number;
  /** Whether the texts of all malformed records are kept until they are taken; a sample is else. */
  readonly tellsMalformed?: boolean;
}

/** How many shapes one decoder compiles at most: input without any order must not be compiled for ever. */
const maxShapes = 24;

/**
 * What both JSON decoders are made of: the memory, the builders of the fields, the generated walk for the shape of the records, and the parts of the strict
 * path.
 */
export class JsonDecoderCore {
  readonly options: JsonOptions;
  readonly memory: DecoderMemory;
  readonly context: BuilderContext;
  /** The fields that are read from the text. */
  readonly root: StructBuilder;
  /** Takes the text of malformed records; null when the schema has no such column. */
  readonly corrupt: CorruptRecordBuilder | null;
  readonly corruptIndex: number;
  readonly accept: Accept;
  readonly position: WalkPosition = { record: 0, row: 0, unasked: 0 };
  private readonly parts: WalkParts;
  private readonly names: readonly string[];
  private readonly walks = new Map<string, Walk>();
  private shape: Shape;
  private walk: Walk;
  private learned = 0;
  /** Windows for which nothing is learned: twice as many each time that it gave nothing new. */
  private patience = 0;
  private rest = 0;

  constructor(
    readonly schema: Schema,
    settings: JsonDecoderSettings,
    filters: readonly PushedFilter[],
    rewriteText: boolean,
  ) {
    const options = (this.options = parseJsonOptions(settings.options, settings.zone));
    this.memory = new DecoderMemory(settings.bufferBytes, settings.plainIndex);
    const failure = new JsonFailure();
    failure.listening = options.mode === "FAILFAST";
    const reader = new JsonReader(options.syntax);
    this.context = {
      memory: this.memory,
      reader,
      zone: options.zone,
      timestampForm: options.timestampForm,
      timestampNtzForm: options.timestampNtzForm,
      dateForm: options.dateForm,
      rewriteText,
      failure,
      builderOf: (type: DataType) => builderOf(type, this.context),
    };
    this.corruptIndex = corruptFieldIndex(schema, options.corruptColumn);
    this.corrupt = this.corruptIndex < 0 ? null : new CorruptRecordBuilder(types.string, this.context);
    const read: StructType = types.struct(schema.fields.filter((_, index) => index !== this.corruptIndex));
    this.root = new StructBuilder(read, this.context);
    const met = new Uint8Array(read.fields.length);
    if (filters.length > 0) this.root.met = met;
    const constants = new Map<string, Uint8Array>();
    const codes = filters.map((filter) => filterCode(read, filter, (bytes) => constantName(constants, bytes)));
    this.parts = {
      memory: this.memory,
      columns: this.root.children,
      members: new MemberReader(this.memory, reader),
      reader,
      filters: codes.filter((code) => code !== null),
      met,
      constants,
    };
    this.accept = compileAccept(this.parts);
    this.names = read.fields.map((field) => field.name);
    this.shape = emptyShape(this.names);
    this.walk = compileWalk(this.shape, this.parts);
  }

  /** Makes room for `rows` rows in every column. */
  ensure(rows: number): void {
    this.root.ensure(rows);
    this.corrupt?.ensure(rows);
  }

  /** Forgets the rows and what was made of their text. */
  reset(): void {
    this.memory.clearArena();
    this.root.reset();
    this.corrupt?.reset();
    this.position.row = 0;
  }

  /** The first `length` rows, as columns of the schema. */
  finish(length: number): Column[] {
    const columns = this.root.children.map((child) => child.finish(length));
    if (this.corrupt !== null) columns.splice(this.corruptIndex, 0, this.corrupt.finish(length));
    return columns;
  }

  /** Decodes indexed records from `position` on, until `to` or one that needs the strict path. */
  walkTo(to: number): void {
    this.walk(this.position, to);
  }

  /** To be called after a window of `records` indexed records was walked: learns their shape anew when the known one did not fit. */
  adapt(records: number): void {
    const { found } = this.parts.members;
    const misses = found.calls;
    found.calls = 0;
    if (records === 0 || misses * 2 < records || this.learned >= maxShapes || --this.rest > 0) return;
    for (const record of [records - 1, records >> 1, 0]) {
      const shape = learnShape(this.memory, this.parts.members, record, this.names);
      found.calls = 0;
      if (shape === null) continue;
      this.patience = shape.key === this.shape.key ? Math.min(this.patience * 2 + 1, 255) : 0;
      this.rest = this.patience;
      this.use(shape);
      return;
    }
  }

  /** Learns the first shape before anything is walked. */
  prepare(): void {
    if (this.learned === 0) this.adaptFirst();
  }

  private adaptFirst(): void {
    const shape = learnShape(this.memory, this.parts.members, 0, this.names);
    this.parts.members.found.calls = 0;
    if (shape !== null) this.use(shape);
  }

  private use(shape: Shape): void {
    let walk = this.walks.get(shape.key);
    if (walk === undefined) {
      walk = compileWalk(shape, this.parts);
      this.walks.set(shape.key, walk);
      this.learned++;
    }
    this.shape = shape;
    this.walk = walk;
  }
}

/** The place of the column for malformed records; -1 without one. @throws INVALID_CORRUPT_RECORD_TYPE */
export function corruptFieldIndex(schema: Schema, name: string): number {
  const index = schema.fields.findIndex((field: Field) => field.name === name);
  const field = schema.fields[index];
  if (field !== undefined && field.type.kind !== "string") {
    throw new StreamingError("INVALID_CORRUPT_RECORD_TYPE", { columnName: `\`${name}\``, actualType: field.type.kind });
  }
  return index;
}
