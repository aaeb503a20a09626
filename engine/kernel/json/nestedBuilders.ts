import { buffers } from "../../arrow/buffers.js";
import type { Column } from "../../arrow/column.js";
import { types, type ArrayType, type MapType, type StructType } from "../../arrow/types.js";
import { ColumnBuilder, grown, outcome, type BuilderContext } from "./columnBuilder.js";
import { token, type JsonReader } from "./jsonReader.js";
import { unescapeInto } from "./jsonStrings.js";
import { NameIndex } from "./nameIndex.js";
import { StringBuilder } from "./textBuilders.js";

/** struct, from an object. A member that cannot be converted leaves its field as it was and makes the struct partial. */
export class StructBuilder extends ColumnBuilder {
  readonly children: readonly ColumnBuilder[];
  /** Of a record's own members, where somebody asks: 1 for those that the last record has. */
  met: Uint8Array | null = null;
  private readonly names: NameIndex;

  constructor(type: StructType, context: BuilderContext) {
    super(type, context);
    this.children = type.fields.map((field) => context.builderOf(field.type));
    const encoder = new TextEncoder();
    this.names = new NameIndex(type.fields.map((field) => encoder.encode(field.name)));
  }

  override reset(): void {
    super.reset();
    for (const child of this.children) child.reset();
  }

  override setNull(row: number): void {
    super.setNull(row);
    this.clearFields(row);
  }

  /** Makes every field null. */
  clearFields(row: number): void {
    this.met?.fill(0);
    for (const child of this.children) child.setNull(row);
  }

  read(row: number): number {
    const { reader, failure } = this.context;
    const kind = reader.next();
    if (kind === token.null) {
      this.setNull(row);
      return outcome.ok;
    }
    if (kind !== token.object) {
      failure.note(this.type, kind, reader.bytes, reader.start, reader.stop, reader.escaped);
      if (kind === token.array) reader.skipNested(kind);
      return outcome.failed;
    }
    this.clearFields(row);
    const result = this.readMembers(row);
    this.nulls[row] = 0;
    return result;
  }

  /** Reads the object at whose brace the reader stands into the fields of `row`, which must be null. */
  readMembers(row: number): number {
    const { reader, failure } = this.context;
    let result: number = outcome.ok;
    let expected = 0;
    reader.at++;
    for (let first = true; reader.nextMember(first); first = false) {
      const field = this.fieldAt(reader, expected);
      if (field < 0) {
        reader.skipValue();
        continue;
      }
      expected = field + 1;
      if (failure.listening) failure.fieldName = (this.type as StructType).fields[field]!.name;
      if (this.children[field]!.read(row) !== outcome.ok) result = outcome.partial;
      else if (this.met !== null) this.met[field] = 1;
    }
    return result;
  }

  /** The field of the member at which the reader stands; -1 when it is not read. */
  private fieldAt({ bytes, start, stop, escaped }: JsonReader, expected: number): number {
    if (!escaped) return this.names.find(bytes, start, stop, expected);
    const name = bytes.slice(start, stop);
    return this.names.find(name, 0, unescapeInto(name, 0, name.length, 0), expected);
  }

  finish(length: number): Column {
    const children = this.children.map((child) => child.finish(length));
    return { type: this.type, length, nulls: this.nullsOf(length), encoding: "struct", children };
  }

  override ensure(rows: number): void {
    super.ensure(rows);
    for (const child of this.children) child.ensure(rows);
  }

  protected grow(): void {}
}

/** Values of several elements a row: `offsets[row]` is where the row begins, always right; elements behind it are forgotten when it is written again. */
abstract class RepeatedBuilder extends ColumnBuilder {
  protected offsets: Int32Array = buffers.int32(1);

  override setNull(row: number): void {
    super.setNull(row);
    this.offsets[row + 1] = this.offsets[row]!;
  }

  protected grow(capacity: number): void {
    this.offsets = grown(this.offsets, buffers.int32(capacity + 1));
  }

  /** Ends the row after `end` elements, or makes it null. */
  protected close(row: number, end: number, result: number): number {
    if (result === outcome.failed) {
      this.setNull(row);
    } else {
      this.offsets[row + 1] = end;
      this.nulls[row] = 0;
    }
    return result;
  }

  /** Whether the value is of the right kind; if not, its failure is noted and it is skipped. */
  protected enter(row: number, wanted: number): number | null {
    const { reader, failure } = this.context;
    const kind = reader.next();
    if (kind === wanted) {
      reader.at++;
      return null;
    }
    if (kind === token.null) {
      this.setNull(row);
      return outcome.ok;
    }
    failure.note(this.type, kind, reader.bytes, reader.start, reader.stop, reader.escaped);
    if (kind === token.object || kind === token.array) reader.skipNested(kind);
    return outcome.failed;
  }
}

/** array. An element that cannot be converted spoils the whole array; one that is partial makes it partial. */
export class ListBuilder extends RepeatedBuilder {
  readonly element: ColumnBuilder;

  constructor(type: ArrayType, context: BuilderContext) {
    super(type, context);
    this.element = context.builderOf(type.element);
  }

  override reset(): void {
    super.reset();
    this.element.reset();
  }

  read(row: number): number {
    const early = this.enter(row, token.array);
    if (early !== null) return early;
    const { reader, failure } = this.context;
    let result: number = outcome.ok;
    let count = this.offsets[row]!;
    for (let first = true; reader.nextElement(first); first = false) {
      failure.fieldName = null;
      this.element.ensure(count + 1);
      result = Math.max(result, readOrNull(this.element, count++));
    }
    return this.close(row, count, result);
  }

  /** Makes the row an array of one element, read from the object at which the reader stands. */
  readSingle(row: number): number {
    const at = this.offsets[row]!;
    this.element.ensure(at + 1);
    return this.close(row, at + 1, readOrNull(this.element, at));
  }

  finish(length: number): Column {
    const offsets = this.offsets.subarray(0, length + 1);
    return {
      type: this.type,
      length,
      nulls: this.nullsOf(length),
      encoding: "list",
      offsets,
      element: this.element.finish(offsets[length]!),
    };
  }
}

/** map with string keys. A value that cannot be converted spoils the whole map. Keys that repeat are kept, as Spark keeps them. */
export class MapBuilder extends RepeatedBuilder {
  private readonly keys: StringBuilder;
  private readonly entryValues: ColumnBuilder;

  constructor(type: MapType, context: BuilderContext) {
    super(type, context);
    this.keys = new StringBuilder(types.string, context);
    this.entryValues = context.builderOf(type.value);
  }

  override reset(): void {
    super.reset();
    this.keys.reset();
    this.entryValues.reset();
  }

  read(row: number): number {
    const early = this.enter(row, token.object);
    if (early !== null) return early;
    const { reader, failure } = this.context;
    let result: number = outcome.ok;
    let count = this.offsets[row]!;
    for (let first = true; reader.nextMember(first); first = false) {
      this.keys.ensure(count + 1);
      this.entryValues.ensure(count + 1);
      this.keys.convert(count, token.string, reader.start, reader.stop, reader.escaped);
      if (failure.listening) failure.fieldName = stringOf(reader.bytes, reader.start, reader.stop);
      result = Math.max(result, readOrNull(this.entryValues, count++));
    }
    return this.close(row, count, result);
  }

  finish(length: number): Column {
    const offsets = this.offsets.subarray(0, length + 1);
    const entries = offsets[length]!;
    return {
      type: this.type,
      length,
      nulls: this.nullsOf(length),
      encoding: "map",
      offsets,
      keys: this.keys.finish(entries),
      values: this.entryValues.finish(entries),
    };
  }
}

/** Reads an element; one that cannot be converted becomes null, so that the next begins where it should. */
function readOrNull(builder: ColumnBuilder, row: number): number {
  const result = builder.read(row);
  if (result === outcome.failed) builder.setNull(row);
  return result;
}

function stringOf(bytes: Uint8Array, start: number, stop: number): string {
  return new TextDecoder().decode(bytes.slice(start, stop));
}
