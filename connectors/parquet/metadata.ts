import { agree, convertedAnnotation, readLogical, type Annotation } from "./annotation.js";
import { CompactReader, DamagedParquet, wire } from "./thrift.js";

/** Physical types as the format numbers them. */
export const physicalTypes = ["BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"] as const;

export type PhysicalType = (typeof physicalTypes)[number];

export const repetitions = ["required", "optional", "repeated"] as const;

/** A column or a group of columns. */
export interface SchemaNode {
  readonly name: string;
  readonly repetition: (typeof repetitions)[number];
  /** Null of a group. */
  readonly physical: PhysicalType | null;
  /** Of FIXED_LEN_BYTE_ARRAY. */
  readonly byteLength: number;
  readonly annotation: Annotation | null;
  readonly children: readonly SchemaNode[];
  /** Of a column: its place among the column chunks of a row group. Of a group −1. */
  readonly leaf: number;
}

/** The values of a column in a row group. */
export interface ColumnChunk {
  readonly physical: PhysicalType;
  readonly path: readonly string[];
  readonly codec: number;
  readonly encodings: readonly number[];
  /** Encodings of dictionary pages and of data pages, where the writer has counted them. */
  readonly pageEncodings: { readonly dictionary: readonly number[]; readonly data: readonly number[] } | null;
  readonly values: number;
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  /** Where its first page begins. */
  readonly start: number;
  readonly hasDictionary: boolean;
  /** Lengths of the histograms of definition and repetition levels; 0 where there is none. */
  readonly histograms: readonly [definition: number, repetition: number];
}

export interface RowGroup {
  readonly columns: readonly ColumnChunk[];
  readonly rows: number;
}

export interface ParquetMetadata {
  /** The columns of the table. */
  readonly fields: readonly SchemaNode[];
  readonly rowGroups: readonly RowGroup[];
}

/**
 * Reads the footer. What it says twice must agree: names of columns and paths of their chunks, types, rows.
 *
 * @throws DamagedParquet
 */
export function parseMetadata(bytes: Uint8Array): ParquetMetadata {
  const reader = new CompactReader(bytes);
  const found: { elements?: Element[]; groups?: RowGroup[]; rows?: number } = {};
  reader.struct((id, type) => {
    if (id === 2 && type === wire.list) found.elements = reader.list(() => readElement(reader));
    else if (id === 3 && type === wire.i64) found.rows = reader.int();
    else if (id === 4 && type === wire.list) found.groups = reader.list(() => readRowGroup(reader));
    else if (id === 8) throw new DamagedParquet("it is encrypted");
    else return false;
    return true;
  });
  const fields = treeOf(required(found.elements, "schema"));
  const groups = required(found.groups, "list of row groups");
  const paths = leafPaths(fields);
  for (const group of groups) checkGroup(group, paths);
  if (groups.reduce((sum, group) => sum + group.rows, 0) !== required(found.rows, "number of rows")) {
    throw new DamagedParquet("its row groups have not the rows that the file has");
  }
  return { fields, rowGroups: groups };
}

interface Leaf {
  readonly path: readonly string[];
  readonly node: SchemaNode;
  readonly levels: readonly [definition: number, repetition: number];
}

function checkGroup(group: RowGroup, leaves: readonly Leaf[]): void {
  if (group.columns.length !== leaves.length) throw new DamagedParquet("a row group has not the columns of the schema");
  for (const [i, chunk] of group.columns.entries()) {
    const { node, path, levels } = leaves[i]!;
    if (chunk.physical !== node.physical || path.length !== chunk.path.length || path.some((name, k) => name !== chunk.path[k])) {
      throw new DamagedParquet(`the column ${path.join(".")} is not the one of the schema`);
    }
    const isFlat = levels[1] === 0;
    if (chunk.values < group.rows || (isFlat && chunk.values !== group.rows)) {
      throw new DamagedParquet(`the column ${path.join(".")} has not the rows of its row group`);
    }
    // Who counts levels counts each that the schema has.
    if (levels.some((level, k) => chunk.histograms[k] !== 0 && chunk.histograms[k] !== level + 1)) {
      throw new DamagedParquet(`the column ${path.join(".")} is not nested as the schema says`);
    }
  }
}

interface Element extends Omit<SchemaNode, "children" | "leaf"> {
  readonly childCount: number;
}

function readElement(reader: CompactReader): Element {
  const numbers: (number | undefined)[] = [];
  const found: { name?: string; logical?: Annotation | null } = {};
  reader.struct((id, type) => {
    if (id === 4 && type === wire.binary) found.name = reader.text();
    else if (id === 10 && type === wire.struct) found.logical = readLogical(reader);
    else if (type === wire.i32) numbers[id] = reader.int();
    else return false;
    return true;
  });
  const [, physical, byteLength = 0, repetition = 0, , childCount = 0, convertedType, scale = 0, precision = 0] = numbers;
  const older = convertedType === undefined ? null : convertedAnnotation(convertedType, precision, scale);
  const name = required(found.name, "name of a column");
  const logical = found.logical ?? null;
  if (older && logical && !agree(older, logical)) throw new DamagedParquet(`the column ${name} is of two types`);
  return {
    name,
    physical: physical === undefined ? null : among(physicalTypes, physical, "physical type"),
    repetition: among(repetitions, repetition, "repetition"),
    byteLength,
    annotation: logical ?? older,
    childCount,
  };
}

function treeOf(elements: readonly Element[]): SchemaNode[] {
  let at = 1;
  let leaves = 0;
  const read = (depth: number): SchemaNode => {
    const element = elements[at++];
    if (!element || depth > 200) throw new DamagedParquet("a schema that does not end");
    const { childCount, ...rest } = element;
    if ((element.physical === null) !== childCount > 0) throw new DamagedParquet(`${element.name} is neither a column nor a group`);
    const leaf = childCount > 0 ? -1 : leaves++;
    return { ...rest, leaf, children: Array.from({ length: childCount }, () => read(depth + 1)) };
  };
  const fields = Array.from({ length: elements[0]?.childCount ?? 0 }, () => read(0));
  if (at !== elements.length) throw new DamagedParquet("columns that belong to nothing");
  return fields;
}

function leafPaths(fields: readonly SchemaNode[]): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (node: SchemaNode, above: readonly string[], definition: number, repetition: number): void => {
    const path = [...above, node.name];
    const levels = [definition + (node.repetition === "required" ? 0 : 1), repetition + (node.repetition === "repeated" ? 1 : 0)] as const;
    if (node.leaf >= 0) leaves.push({ path, node, levels });
    for (const child of node.children) visit(child, path, ...levels);
  };
  for (const node of fields) visit(node, [], 0, 0);
  return leaves;
}

function readRowGroup(reader: CompactReader): RowGroup {
  const found: { columns?: ColumnChunk[]; rows?: number } = {};
  reader.struct((id, type) => {
    if (id === 1 && type === wire.list) found.columns = reader.list(() => readChunk(reader));
    else if (id === 3 && type === wire.i64) found.rows = reader.int();
    else return false;
    return true;
  });
  return { columns: required(found.columns, "list of columns"), rows: natural(required(found.rows, "number of rows")) };
}

function readChunk(reader: CompactReader): ColumnChunk {
  const found: { chunk?: ColumnChunk } = {};
  reader.struct((id, type) => {
    if (id === 1 && type === wire.binary) throw new DamagedParquet("its columns are in other files");
    if (id !== 3 || type !== wire.struct) return false;
    found.chunk = readColumnMetadata(reader);
    return true;
  });
  return required(found.chunk, "place of a column");
}

function readColumnMetadata(reader: CompactReader): ColumnChunk {
  const numbers: (number | undefined)[] = [];
  const found: { -readonly [K in "encodings" | "path" | "pageEncodings" | "histograms"]?: ColumnChunk[K] } = {};
  reader.struct((id, type) => {
    if (type === wire.i32 || type === wire.i64) numbers[id] = reader.int();
    else if (id === 2 && type === wire.list) found.encodings = reader.list(() => reader.int());
    else if (id === 3 && type === wire.list) found.path = reader.list(() => reader.text());
    else if (id === 13 && type === wire.list) found.pageEncodings = readPageEncodings(reader);
    else if (id === 16 && type === wire.struct) found.histograms = readHistograms(reader);
    else return false;
    return true;
  });
  const number = (id: number): number => natural(required(numbers[id], "place of a column"));
  const dictionary = numbers[11];
  const data = number(9);
  // Some writers set the place of a dictionary that is not there to 0, or to the first page.
  const hasDictionary = dictionary !== undefined && dictionary > 0 && dictionary < data;
  return {
    physical: among(physicalTypes, number(1), "physical type"),
    path: required(found.path, "path of a column"),
    codec: number(4),
    encodings: found.encodings ?? [],
    pageEncodings: found.pageEncodings ?? null,
    values: number(5),
    uncompressedBytes: number(6),
    compressedBytes: number(7),
    start: hasDictionary ? dictionary : data,
    hasDictionary,
    histograms: found.histograms ?? [0, 0],
  };
}

function readPageEncodings(reader: CompactReader): NonNullable<ColumnChunk["pageEncodings"]> {
  const dictionary: number[] = [];
  const data: number[] = [];
  reader.list(() => {
    const [, page, encoding] = readNumbers(reader);
    if (encoding !== undefined) (page === 2 ? dictionary : data).push(encoding);
  });
  return { dictionary, data };
}

function readHistograms(reader: CompactReader): [number, number] {
  const lengths: [number, number] = [0, 0];
  reader.struct((id, type) => {
    if ((id !== 2 && id !== 3) || type !== wire.list) return false;
    lengths[id === 3 ? 0 : 1] = reader.list(() => reader.int()).length;
    return true;
  });
  return lengths;
}

/** The numbers of a struct, by id. */
export function readNumbers(reader: CompactReader): (number | undefined)[] {
  const numbers: (number | undefined)[] = [];
  reader.struct((id, type) => {
    if (type !== wire.i32 && type !== wire.i64) return false;
    numbers[id] = reader.int();
    return true;
  });
  return numbers;
}

function among<T>(values: readonly T[], at: number, what: string): T {
  const value = values[at];
  if (value === undefined) throw new DamagedParquet(`the unknown ${what} ${at}`);
  return value;
}

function natural(value: number): number {
  if (value < 0) throw new DamagedParquet("a count below zero");
  return value;
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new DamagedParquet(`it has no ${what}`);
  return value;
}
