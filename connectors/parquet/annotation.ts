import { CompactReader, DamagedParquet, wire, type CompactWriter } from "./thrift.js";

export type TimeUnit = "ms" | "us" | "ns";

/** What a column means beyond its bytes: Parquet's logical type, or the older converted type that says the same. */
export type Annotation =
  | { readonly kind: "string" | "enum" | "json" | "bson" | "uuid" | "float16" | "map" | "list" | "date" | "interval" | "unknown" | "other" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "time"; readonly unit: TimeUnit }
  | { readonly kind: "timestamp"; readonly unit: TimeUnit; readonly utc: boolean }
  | { readonly kind: "integer"; readonly bits: number; readonly signed: boolean };

/** `ConvertedType` by number. Of a decimal, precision and scale stand beside it. */
const converted: readonly Annotation[] = [
  { kind: "string" },
  { kind: "map" },
  { kind: "map" },
  { kind: "list" },
  { kind: "enum" },
  { kind: "decimal", precision: 0, scale: 0 },
  { kind: "date" },
  { kind: "time", unit: "ms" },
  { kind: "time", unit: "us" },
  { kind: "timestamp", unit: "ms", utc: true },
  { kind: "timestamp", unit: "us", utc: true },
  { kind: "integer", bits: 8, signed: false },
  { kind: "integer", bits: 16, signed: false },
  { kind: "integer", bits: 32, signed: false },
  { kind: "integer", bits: 64, signed: false },
  { kind: "integer", bits: 8, signed: true },
  { kind: "integer", bits: 16, signed: true },
  { kind: "integer", bits: 32, signed: true },
  { kind: "integer", bits: 64, signed: true },
  { kind: "json" },
  { kind: "bson" },
  { kind: "interval" },
];

/** Members of the union `LogicalType` that say all by their number. */
const plainLogical: Readonly<Record<number, Annotation["kind"]>> = {
  1: "string",
  2: "map",
  3: "list",
  4: "enum",
  6: "date",
  11: "unknown",
  12: "json",
  13: "bson",
  14: "uuid",
  15: "float16",
};

const units: readonly TimeUnit[] = ["ms", "us", "ns"];

export function convertedAnnotation(number: number, precision: number, scale: number): Annotation {
  const annotation = converted[number];
  if (!annotation) throw new DamagedParquet(`the unknown converted type ${number}`);
  return annotation.kind === "decimal" ? { kind: "decimal", precision, scale } : annotation;
}

/** The number of the older type that says the same; −1 where there is none. */
export function convertedNumber(annotation: Annotation): number {
  // What is no moment had no type of its own, and what was a moment was in UTC.
  if (annotation.kind === "timestamp" && !annotation.utc) return -1;
  return converted.findIndex((each) => {
    if (each.kind !== annotation.kind) return false;
    return each.kind === "decimal" || agree(each, annotation);
  });
}

/** The union that says the logical type: one member is set. */
export function readLogical(reader: CompactReader): Annotation | null {
  let found: Annotation | null = null;
  reader.struct((id, type) => {
    if (type !== wire.struct) return false;
    found = readMember(reader, id);
    return true;
  });
  return found;
}

function readMember(reader: CompactReader, id: number): Annotation {
  const numbers = new Map<number, number>();
  let unit = 0;
  reader.struct((member, type) => {
    if (type === wire.true || type === wire.false) numbers.set(member, type === wire.true ? 1 : 0);
    else if (type === wire.i32) numbers.set(member, reader.int());
    else if (type === wire.byte) numbers.set(member, reader.int8());
    else if (type === wire.struct) {
      reader.struct((choice, kind) => {
        if (kind !== wire.struct) return false;
        unit = choice;
        return false;
      });
    } else return false;
    return true;
  });
  const number = (member: number): number => {
    const value = numbers.get(member);
    if (value === undefined) throw new DamagedParquet("a logical type that lacks a part");
    return value;
  };
  switch (id) {
    case 5:
      return { kind: "decimal", scale: number(1), precision: number(2) };
    case 7:
      return { kind: "time", unit: unitOf(unit) };
    case 8:
      return { kind: "timestamp", utc: number(1) === 1, unit: unitOf(unit) };
    case 10:
      return { kind: "integer", bits: number(1), signed: number(2) === 1 };
    default:
      return { kind: plainLogical[id] ?? "other" } as Annotation;
  }
}

function unitOf(choice: number): TimeUnit {
  const unit = units[choice - 1];
  if (!unit) throw new DamagedParquet(`the unknown unit of time ${choice}`);
  return unit;
}

/** Whether the two ways of saying it agree. Only the logical type knows of wall clocks. */
export function agree(a: Annotation, b: Annotation): boolean {
  if (a.kind !== b.kind) return isText(a) && isText(b);
  switch (a.kind) {
    case "decimal":
      return b.kind === "decimal" && a.precision === b.precision && a.scale === b.scale;
    case "time":
      return b.kind === "time" && a.unit === b.unit;
    case "timestamp":
      return b.kind === "timestamp" && a.unit === b.unit;
    case "integer":
      return b.kind === "integer" && a.bits === b.bits && a.signed === b.signed;
    default:
      return true;
  }
}

function isText({ kind }: Annotation): boolean {
  return kind === "string" || kind === "enum" || kind === "json";
}

/** Writes the member of the union `LogicalType`. */
export function writeLogical(writer: CompactWriter, annotation: Annotation): void {
  switch (annotation.kind) {
    case "decimal":
      return writer.struct(5, (inner) => {
        inner.int(1, annotation.scale);
        inner.int(2, annotation.precision);
      });
    case "time":
    case "timestamp":
      return writer.struct(annotation.kind === "time" ? 7 : 8, (inner) => {
        inner.boolean(1, annotation.kind === "time" || annotation.utc);
        inner.struct(2, (unit) => unit.struct(units.indexOf(annotation.unit) + 1, () => {}));
      });
    case "integer":
      return writer.struct(10, (inner) => {
        inner.byte(1, annotation.bits);
        inner.boolean(2, annotation.signed);
      });
    default: {
      const id = Object.keys(plainLogical).find((key) => plainLogical[Number(key)] === annotation.kind);
      if (id !== undefined) writer.struct(Number(id), () => {});
    }
  }
}
