import { compileFunction } from "../../codegen/compileFunction.js";
import type { Column } from "../../arrow/column.js";
import { types, type DataType } from "../../arrow/types.js";
import { notYetSupported } from "../../errors/streamingError.js";
import { scalarBytes, type JsonOutput } from "./jsonOutput.js";
import { compareNames } from "./jsonLayout.js";
import { quoteJson } from "./jsonQuote.js";

/** Writes rows [from, to) of columns as JSON, one object a line; `ends` (if any) gets the end of each. */
export type WriteRows = (output: JsonOutput, columns: readonly Column[], from: number, to: number, ends: Int32Array | null) => void;

/** How members are written. */
export interface MemberForm {
  /** Those that are null are left out. */
  readonly ignoreNulls: boolean;
  /** By name, in the order of UTF-16 units; else as they come. */
  readonly sorted: boolean;
}

/** Which code a column needs: its encodings all the way down. */
export function encodingKey(column: Column): string {
  switch (column.encoding) {
    case "struct":
      return `{${column.children.map(encodingKey).join(",")}}`;
    case "list":
      return `[${encodingKey(column.element)}]`;
    case "map":
      return `<${encodingKey(column.keys)},${encodingKey(column.values)}>`;
    default:
      return column.encoding;
  }
}

/**
 * The loop over the rows of columns of these encodings. For an object it writes each member with a comma before it, and then a brace over the first comma; so
 * members that are left out need no bookkeeping.
 *
 * @param names of the members that the columns are; null: there is one column, whose values are written as they are
 * @param lineSeparator written behind every row
 */
export function compileWriter(
  names: readonly string[] | null,
  columns: readonly Column[],
  form: MemberForm,
  lineSeparator: Uint8Array,
): WriteRows {
  const code = new WriterCode(form);
  const writeRow =
    names === null
      ? code.nullable(columns[0]!, code.bind("columns[0]", columns[0]!), "row")
      : code.object(
          names,
          columns,
          columns.map((column, i) => code.bind(`columns[${i}]`, column)),
          "row",
        );
  const body = `  let bytes = output.bytes;
  let at = output.at;
${code.declarations.join("")}
  for (let row = from; row < to; row++) {
    bytes = output.grow(at, ${scalarBytes});
    ${writeRow}
    ${store(lineSeparator)}
    if (ends !== null) ends[row] = at;
  }
  output.at = at;`;
  return compileFunction({ name: "writeJson", parameters: ["output", "columns", "from", "to", "ends"], body }) as WriteRows;
}

/** Stores bytes at `at`; there must be room. */
function store(bytes: Uint8Array): string {
  const stores = [...bytes].map((byte, i) => `bytes[at + ${i}] = ${byte};`).join(" ");
  return `${stores} at += ${bytes.length};`;
}

class WriterCode {
  readonly declarations: string[] = [];
  private count = 0;

  constructor(private readonly form: MemberForm) {}

  /** Gives a column and its arrays names; returns the number that is in them. */
  bind(expression: string, column: Column): number {
    const id = this.count++;
    this.declarations.push(`  const c${id} = ${expression}, nulls${id} = c${id}.nulls;\n`);
    const arrays = {
      view: ["data", "starts", "lengths"],
      utf8: ["data", "offsets"],
      list: ["offsets"],
      map: ["offsets"],
      struct: [],
      null: [],
      constant: [],
      dictionary: [],
    };
    for (const array of (arrays as Record<string, string[]>)[column.encoding] ?? ["values"]) {
      this.declarations.push(`  const ${array}${id} = c${id}.${array};\n`);
    }
    return id;
  }

  object(names: readonly string[], columns: readonly Column[], ids: readonly number[], row: string): string {
    const start = `o${this.count++}`;
    const order = [...names.keys()];
    if (this.form.sorted) order.sort((a, b) => compareNames(names[a]!, names[b]!));
    const members = order.map((i) => {
      const column = columns[i]!;
      const lead = new TextEncoder().encode(`,${quoteJson(names[i]!)}:`);
      const write = `bytes = output.grow(at, ${lead.length + scalarBytes}); ${store(lead)}`;
      const isNull = this.isNull(column, ids[i]!, row);
      if (!this.form.ignoreNulls) return `${write}\n${this.nullable(column, ids[i]!, row)}`;
      return `if (!(${isNull})) {\n${write}\n${this.value(column, ids[i]!, row)}\n}`;
    });
    return `const ${start} = at;
${members.join("\n")}
bytes = output.grow(at, ${scalarBytes});
if (at === ${start}) at++;
bytes[${start}] = 123;
bytes[at++] = 125;`;
  }

  nullable(column: Column, id: number, row: string): string {
    const isNull = this.isNull(column, id, row);
    const none = store(new TextEncoder().encode("null"));
    if (isNull === "true") return none;
    return `if (${isNull}) { ${none} } else {\n${this.value(column, id, row)}\n}`;
  }

  private isNull(column: Column, id: number, row: string): string {
    return column.encoding === "null" ? "true" : `nulls${id} !== null && nulls${id}[${row}] === 1`;
  }

  /** Writes the value, which is not null. There is room for a scalar. */
  private value(column: Column, id: number, row: string): string {
    switch (column.encoding) {
      case "struct": {
        const { type } = column;
        const names = type.kind === "struct" ? type.fields.map((field) => field.name) : [];
        const ids = column.children.map((child, i) => this.bind(`c${id}.children[${i}]`, child));
        return `{\n${this.object(names, column.children, ids, row)}\n}`;
      }
      case "list":
        return this.list(id, this.bind(`c${id}.element`, column.element), column.element, row);
      case "map":
        return this.map(id, column.keys, column.values, row);
      case "null":
        return "";
      default:
        return `${this.scalar(column, id, row)}\nbytes = output.bytes;`;
    }
  }

  private list(id: number, element: number, column: Column, row: string): string {
    const index = `i${this.count++}`;
    return `bytes[at++] = 91;
for (let ${index} = offsets${id}[${row}]; ${index} < offsets${id}[${row} + 1]; ${index}++) {
bytes = output.grow(at, ${scalarBytes});
if (${index} !== offsets${id}[${row}]) bytes[at++] = 44;
${this.nullable(column, element, index)}
}
bytes = output.grow(at, ${scalarBytes});
bytes[at++] = 93;`;
  }

  private map(id: number, keys: Column, values: Column, row: string): string {
    const index = `i${this.count++}`;
    const [starts, mark, sort] = this.form.sorted
      ? [`const s${index} = [];`, `s${index}.push(at);`, `output.sortMembers(s${index}, at);`]
      : ["", "", ""];
    const keyId = this.bind(`c${id}.keys`, keys);
    const valueId = this.bind(`c${id}.values`, values);
    return `bytes[at++] = 123;
${starts}
for (let ${index} = offsets${id}[${row}]; ${index} < offsets${id}[${row} + 1]; ${index}++) {
bytes = output.grow(at, ${scalarBytes});
if (${index} !== offsets${id}[${row}]) bytes[at++] = 44;
${mark}
${this.key(keys, keyId, index)}
bytes = output.grow(at, ${scalarBytes});
bytes[at++] = 58;
${this.nullable(values, valueId, index)}
}
${sort}
bytes = output.grow(at, ${scalarBytes});
bytes[at++] = 125;`;
  }

  /** Keys are what Java prints of them: dates and timestamps as numbers. */
  private key(column: Column, id: number, row: string): string {
    if (column.type.kind === "string") return this.scalar(column, id, row);
    const numbers: Record<string, DataType | undefined> = { date: types.int, timestamp: types.long, timestamp_ntz: types.long };
    return `bytes[at++] = 34;\n${this.scalar(column, id, row, numbers[column.type.kind])}\nbytes = output.bytes;\nbytes[at++] = 34;`;
  }

  private scalar(column: Column, id: number, row: string, type: DataType = column.type): string {
    const value = `values${id}[${row}]`;
    const text =
      column.encoding === "view"
        ? `starts${id}[${row}], starts${id}[${row}] + lengths${id}[${row}]`
        : `offsets${id}[${row}], offsets${id}[${row} + 1]`;
    const wide = column.encoding === "i64";
    switch (type.kind) {
      case "string":
        return `at = output.string(at, data${id}, ${text});`;
      case "binary":
        return `at = output.base64(at, data${id}, ${text});`;
      case "boolean":
        return `at = output.ascii(at, ${value} === 1 ? "true" : "false");`;
      case "byte":
      case "short":
      case "int":
        return `at = output.integer(at, ${value});`;
      case "long":
        return `at = output.${wide ? "bigint" : "integer"}(at, ${value});`;
      case "float":
        return `at = output.float(at, ${value});`;
      case "double":
        return `at = output.double(at, ${value});`;
      case "decimal":
        if (column.encoding !== "i128") return `at = output.decimal(at, ${value}, ${type.scale});`;
        return `at = output.decimal(at, (values${id}[2 * ${row} + 1] << 64n) | BigInt.asUintN(64, values${id}[2 * ${row}]), ${type.scale});`;
      case "date":
        return `at = output.date(at, ${value});`;
      case "timestamp":
        return `at = output.${wide ? "wideTimestamp" : "timestamp"}(at, ${value});`;
      case "timestamp_ntz":
        return `at = output.timestampNtz(at, ${value});`;
      case "interval_daytime":
        return `at = output.dayTimeInterval(at, ${value}${unitsCode(type.units)});`;
      case "interval_yearmonth":
        return `at = output.yearMonthInterval(at, ${value}${unitsCode(type.units)});`;
      default:
        throw notYetSupported(`writing ${type.kind} as JSON`);
    }
  }
}

/** The units of a type that has others than all of its kind, as one more argument. */
function unitsCode(units: string | undefined): string {
  return units === undefined ? "" : `, ${JSON.stringify(units)}`;
}
