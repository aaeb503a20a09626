import type { DataType } from "../arrow/types.js";

/**
 * How a key lies in memory: a row of 32-bit words. First the null mask (a word for every 31 columns), then each column's words; those of a null are 0.
 *
 * | column | words |
 * |---|---|
 * | boolean to int, date, float, months | 1 |
 * | long and its like, double, decimal to 18 digits | 2, the low one first |
 * | longer decimal | 4 |
 * | string, binary, nested (as cell bytes) | 2: where the bytes start and how many they are |
 *
 * So two keys are equal when their words are, and the bytes that they point at: no type needs a comparison of its own.
 */
export interface KeyLayout {
  readonly columns: readonly KeyColumnLayout[];
  /** Words a key. */
  readonly stride: number;
}

export interface KeyColumnLayout {
  readonly type: DataType;
  readonly kind: "word" | "pair" | "quad" | "bytes";
  /** The first of its words. */
  readonly offset: number;
  /** The word of the null mask, and the bit in it. */
  readonly nullWord: number;
  readonly nullBit: number;
}

const columnsPerMask = 31;
const widths = { word: 1, pair: 2, quad: 4, bytes: 2 } as const;

export function layoutOf(types: readonly DataType[]): KeyLayout {
  let offset = Math.ceil(types.length / columnsPerMask);
  const columns = types.map((type, i): KeyColumnLayout => {
    const kind = kindOf(type);
    const column: KeyColumnLayout = { type, kind, offset, nullWord: Math.floor(i / columnsPerMask), nullBit: 1 << (i % columnsPerMask) };
    offset += widths[kind];
    return column;
  });
  return { columns, stride: offset };
}

function kindOf(type: DataType): KeyColumnLayout["kind"] {
  switch (type.kind) {
    case "boolean":
    case "byte":
    case "short":
    case "int":
    case "date":
    case "interval_yearmonth":
    case "float":
    case "null":
      return "word";
    case "long":
    case "double":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return "pair";
    case "decimal":
      return type.precision <= 18 ? "pair" : "quad";
    default:
      return "bytes";
  }
}
