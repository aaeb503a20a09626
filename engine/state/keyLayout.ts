import type { DataType } from "../arrow/types.js";

/**
 * How a key lies in memory: a row of 32-bit words. First the null mask (a word for every 31 columns), then each column's words; those of a null are 0.
 *
 * | column | words |
 * |---|---|
 * | boolean to int, date, float, months | 1 |
 * | long and its like, double, decimal to 18 digits | 2, the low one first |
 * | longer decimal | 4 |
 * | string, binary | 4: how many bytes they are, the first four, then of up to twelve the others, of more where they start, and the next four |
 * | nested (as cell bytes) | 2: where the bytes start and how many they are |
 *
 * So two keys are equal when their words are, and the bytes that they point at: no type needs a comparison of its own, and most texts need no bytes beside the words.
 */
export interface KeyLayout {
  readonly columns: readonly KeyColumnLayout[];
  /** Words a key. */
  readonly stride: number;
}

export interface KeyColumnLayout {
  readonly type: DataType;
  readonly kind: "word" | "pair" | "quad" | "text" | "bytes";
  /** The first of its words, and how many it has. */
  readonly offset: number;
  readonly width: number;
  /** Null where the words are all there is of it. */
  readonly outside: OutsideBytes | null;
  /** The word of the null mask, and the bit in it. */
  readonly nullWord: number;
  readonly nullBit: number;
}

/** The bytes of a column that lie outside of its words, where they are more than `inline`. */
export interface OutsideBytes {
  /** The word that says where they start, and the one that says how many they are. */
  readonly start: number;
  readonly length: number;
  readonly inline: number;
}

/** Texts of up to so many bytes lie in the words of their key. */
export const inlineBytes = 12;

const columnsPerMask = 31;
/** Words of a text. */
export const textWidth = 4;
const widths = { word: 1, pair: 2, quad: 4, text: textWidth, bytes: 2 } as const;

export function layoutOf(types: readonly DataType[]): KeyLayout {
  let offset = Math.ceil(types.length / columnsPerMask);
  const columns = types.map((type, i): KeyColumnLayout => {
    const kind = kindOf(type);
    const width = widths[kind];
    const place = { offset, width, outside: outsideOf(kind, offset) };
    offset += width;
    return { type, kind, ...place, nullWord: Math.floor(i / columnsPerMask), nullBit: 1 << (i % columnsPerMask) };
  });
  return { columns, stride: offset };
}

function outsideOf(kind: KeyColumnLayout["kind"], offset: number): OutsideBytes | null {
  if (kind === "text") return { length: offset, start: offset + 2, inline: inlineBytes };
  return kind === "bytes" ? { start: offset, length: offset + 1, inline: 0 } : null;
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
    case "string":
    case "binary":
      return "text";
    default:
      return "bytes";
  }
}
