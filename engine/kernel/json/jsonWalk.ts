import { compileFunction } from "../../codegen/compileFunction.js";
import type { ColumnBuilder } from "./columnBuilder.js";
import { isoDate, isoTimestamp } from "../text/isoTime.js";
import { arraysCode, type FilteredColumns } from "../text/acceptRows.js";
import { filterLibrary, matchCode, type FilterCode } from "../text/rowFilters.js";
import { hasEscape, numberKind, type MemberReader } from "./jsonMember.js";
import type { JsonReader } from "./jsonReader.js";
import { token } from "./jsonReader.js";
import type { Shape } from "./jsonShape.js";
import { numberEnd, parseSafeInteger, shortDouble } from "../text/numberBytes.js";
import { TimestampBuilder, type DateBuilder, type IntegralBuilder, type TimestampNtzBuilder } from "./scalarBuilders.js";

/** Where a walk stands; it is both its input and its output. */
export interface WalkPosition {
  /** The record to begin with; afterwards the record that needs the strict path, or the end. */
  record: number;
  /** The row to write next. */
  row: number;
  /** Rows that failed only filters on members that they lack, since the beginning. */
  unasked: number;
}

/** Decodes indexed records until one needs the strict path or `to` is reached. */
export type Walk = (position: WalkPosition, to: number) => void;

/** What the generated code works on. */
export interface WalkParts extends FilteredColumns {
  readonly members: MemberReader;
  readonly reader: JsonReader;
}

const library = { numberEnd, numberKind, parseSafeInteger, shortDouble, isoTimestamp, isoDate, hasEscape, ...filterLibrary };

/**
 * The loop for records of one shape. It reads like this, with the members and columns written out:
 *
 * for every record: from member to member (the expected one by comparing its lead, any other through `members.read`) note where the values of columns
 * are; check that the record ends there; convert the columns that filters look at, and go on if one fails; convert the others; write nulls.
 *
 * Whatever does not fit leaves the attempt, and with it the walk: the strict path takes the record. Nothing of a row counts before `row` moves on.
 */
export function compileWalk(shape: Shape, parts: WalkParts): Walk {
  const { columns, filters } = parts;
  const words = Math.ceil(columns.length / 31);
  const filtered = new Set(filters.flatMap((filter) => filter.columns));
  const all = [...columns.keys()];
  const convert = (column: number): string => convertCode(column, columns[column]!);
  const body = `  const { bytes, view, starts, ends, quotes, quoteStarts, flags } = memory;
${arraysCode(columns)}
  let row = position.row;
  let record = position.record;
  for (; record < to; record++) {
    const flag = flags[record];
    if (flag > 1) break;
    const escaped = flag === 1;
    const start = starts[record];
    const end = ends[record];
    const quoteEnd = quoteStarts[record + 1];
    let quote = quoteStarts[record];
    let at = start;
    let member = 0;
${range(words, (word) => `    let seen${word} = 0;\n`)}${all.map((c) => `    let start${c} = 0, stop${c} = 0, kind${c} = 0;\n`).join("")}    members: for (;;) {
      switch (member) {
${shape.members.slice(0, shape.seen).map(memberCode).join("")}        default:
          if (at + 1 === end && bytes[at] === 125 && at !== start) { at = end; break members; }
      }
      const first = at === start;
      if (first && bytes[at++] !== 123) { at = -1; break; }
      member = members.read(shapeMembers, member, first, at, end, quote, quoteEnd);
      if (member < 0) { at = member === -1 ? end : -1; quote = found.quote; break; }
      at = found.at;
      quote = found.quote;
      switch (found.column) {
${all.map(foundCode).join("")}      }
    }
    if (at !== end || quote !== quoteEnd) break;
    let v = 0, unasked = 0;
${[...filtered].map(convert).join("")}${filters.map(filterTest).join("")}${all
    .filter((column) => !filtered.has(column))
    .map(convert)
    .join(
      "",
    )}${filters.length === 0 ? "" : "    if (unasked === 1) { position.unasked++; continue; }\n"}${range(words, (word) => nullsCode(columns, word))}    row++;
  }
  position.row = row;
  position.record = record;`;
  return compileFunction({ name: "walkRecords", parameters: ["position", "to"], body, bound: boundTo(parts, shape.known) }) as Walk;
}

const seen = (column: number): string => `seen${Math.floor(column / 31)}`;
const bit = (column: number): number => (2 ** (column % 31)) | 0;

/** At `at`, behind the last value: this member, if its lead is there. */
function memberCode({ lead, column, kind }: Shape["members"][number], place: number): string {
  const read = column >= 0;
  const mark = read ? ` ${seen(column)} |= ${bit(column)};` : "";
  // A name that comes twice is for the strict path, which looks at the first value too.
  const condition = matchCode(lead, "at").slice(4) + (read ? ` && (${seen(column)} & ${bit(column)}) === 0` : "");
  const next = `member = ${place}; break;`;
  if (kind === "string") {
    const keep = read
      ? `start${column} = at + ${lead.length}; stop${column} = quotes[quote + 3]; kind${column} = ${token.string};${mark}`
      : "";
    return `        case ${place}:
          if (!(${condition})) { ${next} }
          ${keep}
          at = quotes[quote + 3] + 1;
          quote += 4;
`;
  }
  if (kind === "number") {
    const keep = read ? `start${column} = at + ${lead.length}; stop${column} = v; kind${column} = ${token.integer};${mark}` : "";
    return `        case ${place}: {
          if (!(${condition})) { ${next} }
          const v = numberEnd(bytes, at + ${lead.length}, end);
          if (v < 0) { ${next} }
          ${keep}
          at = v;
          quote += 2;
        }
`;
  }
  return `        case ${place}: { ${next} }\n`;
}

/** Takes over what \`members.read\` found. */
function foundCode(column: number): string {
  return `        case ${column}:
          if ((${seen(column)} & ${bit(column)}) !== 0) { at = -1; break members; }
          start${column} = found.start; stop${column} = found.stop; kind${column} = found.kind;
          if (found.kind !== ${token.null}) ${seen(column)} |= ${bit(column)};
          break;
`;
}

/** Converts the text of a column into its array: the common case written out, the others by the column's builder. */
function convertCode(column: number, builder: ColumnBuilder): string {
  const [start, stop, kind] = [`start${column}`, `stop${column}`, `kind${column}`];
  const values = `values${column}[row]`;
  const fallback = `if (column${column}.convert(row, ${kind}, ${start}, ${stop}, escaped && hasEscape(bytes, ${start}, ${stop})) !== 0) break;`;
  const exact = `${kind} = ${kind} === ${token.integer} ? numberKind(bytes, ${start}, ${stop}) : ${kind};`;
  const isNumber = `(${kind} === ${token.integer} || ${kind} === ${token.decimal})`;
  const when = (body: string): string => `    if ((${seen(column)} & ${bit(column)}) !== 0) {\n      ${body}\n    }\n`;
  switch (builder.type.kind) {
    case "string":
      return when(`if (${kind} === ${token.string} && !escaped) { starts${column}[row] = ${start}; lengths${column}[row] = ${stop} - ${start}; }
      else { ${exact} ${fallback} }`);
    case "byte":
    case "short":
    case "int": {
      const { min, max } = builder as IntegralBuilder;
      return when(`v = ${kind} === ${token.integer} ? parseSafeInteger(bytes, ${start}, ${stop}) : NaN;
      if (v >= ${min} && v <= ${max}) ${values} = v; else { ${exact} ${fallback} }`);
    }
    case "long":
      return when(`v = ${kind} === ${token.integer} ? parseSafeInteger(bytes, ${start}, ${stop}) : NaN;
      if (v === v) ${values} = v; else { ${exact} ${fallback} }`);
    case "double":
      return when(`if (${isNumber}) {
        v = shortDouble(bytes, ${start}, ${stop});
        ${values} = v === v ? v : memory.longDouble(${start}, ${stop});
      } else { ${fallback} }`);
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return when(`${timeCode(column, builder)}
      if (v === v) ${values} = v; else { ${exact} ${fallback} }`);
    case "struct":
    case "array":
    case "map":
      return when(
        `reader.reset(bytes, ${start} - (${kind} === ${token.string} ? 1 : 0), end); if (column${column}.read(row) !== 0) break;`,
      );
    default:
      return when(`${exact} ${fallback}`);
  }
}

function timeCode(column: number, builder: ColumnBuilder): string {
  const text = `bytes, start${column}, stop${column}`;
  if (!(builder as DateBuilder | TimestampBuilder | TimestampNtzBuilder).usesDefaultForm) return "v = NaN;";
  const isText = `kind${column} === ${token.string}`;
  if (builder.type.kind === "date") return `v = ${isText} ? isoDate(${text}) : NaN;`;
  const zones = builder instanceof TimestampBuilder ? `${builder.utc}, true` : "true, false";
  return `v = ${isText} ? isoTimestamp(${text}, ${zones}) : NaN;`;
}

const isNull = (column: number): string => `(${seen(column)} & ${bit(column)}) === 0`;

function filterTest({ columns, passes }: FilterCode): string {
  // The place of a member is noted whatever its value is.
  const asked = columns.map((column) => `kind${column} !== 0`).join(" && ");
  return `    if (!${passes(isNull)}) { if (${asked}) continue; unasked = 1; }\n`;
}

/** Nulls of the columns of one word of \`seen\`; nothing when all were seen. */
function nullsCode(columns: readonly ColumnBuilder[], word: number): string {
  const here = Array.from({ length: Math.min(31, columns.length - word * 31) }, (_, i) => word * 31 + i);
  const every = here.reduce((mask, column) => mask | bit(column), 0);
  const lines = here.map((column) => `      if ((seen${word} & ${bit(column)}) === 0) column${column}.setNull(row);\n`);
  return `    if (seen${word} !== ${every}) {\n${lines.join("")}    }\n`;
}

function range(count: number, code: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => code(index)).join("");
}

/** What the generated code names beside its own locals. */
function boundTo({ memory, columns, members, reader, constants }: WalkParts, shapeMembers: Shape["known"]): Record<string, unknown> {
  return { ...library, memory, columns, members, reader, found: members.found, shapeMembers, ...Object.fromEntries(constants) };
}
