import { decodeText } from "../../arrow/reading.js";
import { field, types, type DataType, type Field, type StructType } from "../../arrow/types.js";
import type { JsonOptions } from "./jsonOptions.js";
import { JsonReader, token } from "./jsonReader.js";
import { unescapeInto } from "./jsonStrings.js";
import { RowShape } from "./rowShape.js";
import { parseTimestamp } from "../../values/dateTimeText.js";
import { mergeTypes } from "./mergeTypes.js";

export interface JsonTypeOptions {
  readonly reading: JsonOptions;
  readonly primitivesAsString: boolean;
  readonly prefersDecimal: boolean;
  readonly inferTimestamp: boolean;
}

/** A document that goes deeper is malformed, as for Spark's parser. */
const deepest = 1000;

/** Reads a JSON document for its type, with the liberties that the reader of its rows takes. Numbers are judged by their digits: a number of JavaScript would not keep them. */
export class JsonTypeReader {
  private readonly reader: JsonReader;
  private depth = 0;
  /** That of the row before, where values show their types by themselves. */
  private shape: RowShape | null = null;
  private readonly isPlain: boolean;

  constructor(private readonly options: JsonTypeOptions) {
    this.reader = new JsonReader(options.reading.syntax);
    this.isPlain = !options.primitivesAsString && !options.prefersDecimal && !options.inferTimestamp;
  }

  /** The type of the first value in [start, end): nobody looks at what follows it, as in Spark. Null when it is malformed. */
  read(bytes: Uint8Array, start: number, end: number): DataType | null {
    const hasMark = end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
    this.reader.reset(bytes, hasMark ? start + 3 : start, end);
    this.depth = 0;
    const kind = this.reader.next();
    return kind === token.end ? types.null : this.typeOf(kind);
  }

  private value(): DataType | null {
    return this.typeOf(this.reader.next());
  }

  private typeOf(kind: number): DataType | null {
    switch (kind) {
      case token.object:
      case token.array:
        return this.nested(kind);
      case token.string:
        return this.textType();
      case token.integer:
        return this.primitive(wholeType(this.scalar()));
      case token.decimal:
        return this.primitive(this.options.prefersDecimal ? decimalType(this.scalar()) : types.double);
      case token.notFinite:
        return this.options.prefersDecimal ? null : this.primitive(types.double);
      case token.true:
      case token.false:
        return this.primitive(types.boolean);
      case token.null:
        return types.null;
      default:
        return null;
    }
  }

  private nested(kind: number): DataType | null {
    if (++this.depth > deepest) return null;
    this.reader.at++;
    const type = kind === token.object ? this.object() : this.array();
    this.depth--;
    return this.reader.at < 0 ? null : type;
  }

  private object(): DataType | null {
    const { reader } = this;
    if (this.depth > 1 || !this.isPlain) return this.anyObject();
    const { at } = reader;
    if (this.shape?.matches(reader) === true) return this.shape.type;
    reader.at = at;
    const type = this.anyObject();
    this.shape = type === null || reader.at < 0 ? null : RowShape.of(type);
    return type;
  }

  private anyObject(): StructType | null {
    const { reader } = this;
    const fields = new Map<string, DataType>();
    for (let first = true; reader.nextMember(first); first = false) {
      const name = this.name();
      const type = this.value();
      if (type === null) return null;
      const known = fields.get(name);
      fields.set(name, known ? mergeTypes(known, type) : type);
    }
    return types.struct([...fields].map(([name, type]): Field => field(name, type)));
  }

  private array(): DataType | null {
    let element: DataType = types.null;
    for (let first = true; this.reader.nextElement(first); first = false) {
      const type = this.value();
      if (type === null) return null;
      element = mergeTypes(element, type);
    }
    return types.array(element);
  }

  /** An empty text says nothing: some programs write it for null. */
  private textType(): DataType {
    const { prefersDecimal, inferTimestamp } = this.options;
    const { start, stop } = this.reader;
    if (start === stop) return types.null;
    if (!prefersDecimal && !inferTimestamp) return types.string;
    const text = this.name();
    const decimal = prefersDecimal ? decimalOfText(text) : null;
    if (decimal !== null) return decimal;
    return inferTimestamp && this.isTimestamp(text) ? types.timestamp : types.string;
  }

  private isTimestamp(text: string): boolean {
    const { timestampPattern, zone } = this.options.reading;
    return (timestampPattern === null ? parseTimestamp(text, zone, 0) : timestampPattern(text)) !== undefined;
  }

  private primitive(type: DataType): DataType {
    return this.options.primitivesAsString ? types.string : type;
  }

  /** The text of the last scalar that has no escapes. */
  private scalar(): string {
    const { bytes, start, stop } = this.reader;
    return decodeText(bytes, start, stop);
  }

  /** The last string or name, without its escapes. */
  private name(): string {
    const { bytes, start, stop, escaped } = this.reader;
    if (!escaped) return this.scalar();
    const text = bytes.slice(start, stop);
    return decodeText(text, 0, unescapeInto(text, 0, text.length, 0));
  }
}

/** long, or a decimal of as many digits, or double when those are too many. */
function wholeType(text: string): DataType {
  const digits = text.replace(/^-?0*(?=\d)/, "");
  if (digits.length > 38) return types.double;
  const value = BigInt(text.startsWith("-") ? `-${digits}` : digits);
  return BigInt.asIntN(64, value) === value ? types.long : types.decimal(digits.length, 0);
}

function decimalType(digits: string): DataType {
  const [mantissa, exponent = "0"] = digits.replace(/^-/, "").toLowerCase().split("e") as [string, string | undefined];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string | undefined];
  const significant = (whole + fraction).replace(/^0+(?=\d)/, "").length;
  const scale = fraction.length - Number(exponent);
  const precision = scale < 0 ? significant - scale : Math.max(significant, scale);
  return precision > 38 ? types.double : types.decimal(precision, Math.max(0, scale));
}

/** What Java's BigDecimal makes of a text without its commas, where a type can hold that. */
function decimalOfText(text: string): DataType | null {
  const digits = text.replaceAll(",", "").replace(/^\+/, "");
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits)) return null;
  const [mantissa, exponent = "0"] = digits.toLowerCase().split("e") as [string, string | undefined];
  const isWhole = Number(exponent) > (mantissa.split(".")[1]?.length ?? 0);
  const type = decimalType(digits);
  return isWhole || type.kind !== "decimal" ? null : type;
}
