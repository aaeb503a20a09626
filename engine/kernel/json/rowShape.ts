import { types, type DataType, type StructType } from "../../arrow/types.js";
import { token, type JsonReader } from "./jsonReader.js";

/** So many digits, and a sign, are a long whatever they say. */
const longDigits = 18;

/** Types that a value shows by its first bytes. */
const plainKinds: ReadonlySet<DataType["kind"]> = new Set(["string", "long", "double", "boolean", "null"]);

/** The names and types of an object's members, in the order of the text: most rows of a file have those of the row before. */
export class RowShape {
  private constructor(
    readonly type: StructType,
    private readonly names: readonly Uint8Array[],
  ) {}

  /** Null for objects of other than plain values. */
  static of(type: StructType): RowShape | null {
    if (!type.fields.every((field) => plainKinds.has(field.type.kind))) return null;
    const encoder = new TextEncoder();
    return new RowShape(
      type,
      type.fields.map(({ name }) => encoder.encode(name)),
    );
  }

  /** Whether the object whose brace is behind the reader has this shape; the reader is then behind the object, and anywhere otherwise. */
  matches(reader: JsonReader): boolean {
    const { fields } = this.type;
    for (let i = 0; i < fields.length; i++) {
      if (!reader.nextMember(i === 0) || !this.isName(reader, this.names[i]!)) return false;
      if (plainType(reader, reader.next()) !== fields[i]!.type) return false;
    }
    return !reader.nextMember(fields.length === 0) && reader.at >= 0;
  }

  private isName({ bytes, start, stop, escaped }: JsonReader, name: Uint8Array): boolean {
    if (escaped || stop - start !== name.length) return false;
    for (let k = 0; k < name.length; k++) if (bytes[start + k] !== name[k]) return false;
    return true;
  }
}

/** The type of a value; null where it takes a closer look. */
function plainType({ start, stop }: JsonReader, kind: number): DataType | null {
  switch (kind) {
    case token.string:
      return start === stop ? types.null : types.string;
    case token.integer:
      return stop - start <= longDigits ? types.long : null;
    case token.decimal:
      return types.double;
    case token.true:
    case token.false:
      return types.boolean;
    case token.null:
      return types.null;
    default:
      return null;
  }
}
