import { field, types, type DataType, type Field } from "../../engine/arrow/types.js";
import { mergeTypes } from "./mergeTypes.js";

export interface JsonTypeOptions {
  readonly primitivesAsString: boolean;
  readonly prefersDecimal: boolean;
}

/** A document that goes deeper is malformed, as for Spark's parser. */
const deepest = 1000;

/** Reads a JSON document for its type. Numbers are judged by their digits: a number of JavaScript would not keep them. */
export class JsonTypeParser {
  private text = "";
  private at = 0;
  private depth = 0;

  constructor(private readonly options: JsonTypeOptions) {}

  /** Null when the text does not begin with a JSON document. */
  parse(text: string): DataType | null {
    this.text = text;
    this.at = 0;
    this.depth = 0;
    try {
      return this.value();
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  }

  private value(): DataType {
    this.skipSpace();
    switch (this.text[this.at]) {
      case "{":
        return this.nested(() => this.object());
      case "[":
        return this.nested(() => this.array());
      case '"':
        this.string();
        return types.string;
      case "t":
        return this.word("true", types.boolean);
      case "f":
        return this.word("false", types.boolean);
      case "n":
        return this.word("null", types.null);
      default:
        return this.number();
    }
  }

  private nested(read: () => DataType): DataType {
    if (++this.depth > deepest) throw new Malformed();
    const type = read();
    this.depth--;
    return type;
  }

  private object(): DataType {
    const fields = new Map<string, DataType>();
    this.at++;
    if (this.skipTo("}")) return types.struct([]);
    do {
      this.skipSpace();
      const name = this.string();
      this.expect(":");
      const type = this.value();
      const known = fields.get(name);
      fields.set(name, known ? mergeTypes(known, type) : type);
    } while (this.skipTo(","));
    this.expect("}");
    return types.struct([...fields].map(([name, type]): Field => field(name, type)));
  }

  private array(): DataType {
    let element: DataType = types.null;
    this.at++;
    if (this.skipTo("]")) return types.array(element);
    do element = mergeTypes(element, this.value());
    while (this.skipTo(","));
    this.expect("]");
    return types.array(element);
  }

  private string(): string {
    if (this.text[this.at] !== '"') throw new Malformed();
    let end = this.at + 1;
    for (; end < this.text.length && this.text[end] !== '"'; end++) if (this.text[end] === "\\") end++;
    const found = this.text.slice(this.at, end + 1);
    this.at = end + 1;
    try {
      return JSON.parse(found) as string;
    } catch {
      throw new Malformed();
    }
  }

  private word(word: string, type: DataType): DataType {
    if (!this.text.startsWith(word, this.at)) throw new Malformed();
    this.at += word.length;
    return this.primitive(type);
  }

  private number(): DataType {
    const digits = this.match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (!/[.eE]/.test(digits)) return this.primitive(wholeType(digits));
    return this.primitive(this.options.prefersDecimal ? decimalType(digits) : types.double);
  }

  private primitive(type: DataType): DataType {
    return this.options.primitivesAsString && type.kind !== "null" ? types.string : type;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) throw new Malformed();
    this.at += found.length;
    return found;
  }

  private expect(character: string): void {
    if (!this.skipTo(character)) throw new Malformed();
  }

  private skipTo(character: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    while (this.at < this.text.length && " \t\r\n".includes(this.text[this.at]!)) this.at++;
  }
}

class Malformed extends Error {}

/** long, or a decimal of as many digits, or double when those are too many. */
function wholeType(digits: string): DataType {
  const precision = digits.replace("-", "").length;
  if (precision > 38) return types.double;
  const value = BigInt(digits);
  return BigInt.asIntN(64, value) === value ? types.long : types.decimal(precision, 0);
}

function decimalType(digits: string): DataType {
  const [mantissa, exponent] = digits.replace(/^-/, "").toLowerCase().split("e") as [string, string | undefined];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string | undefined];
  const significant = (whole + fraction).replace(/^0+(?=\d)/, "").length;
  const scale = Math.max(0, fraction.length - Number(exponent ?? 0));
  const precision = Math.max(significant, scale);
  return precision > 38 ? types.double : types.decimal(precision, scale);
}
