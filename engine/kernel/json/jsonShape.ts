import type { DecoderMemory } from "../wasm/decoderMemory.js";
import { KnownMembers, memberEnd, memberIrregular, type KnownMember, type MemberReader } from "./jsonMember.js";
import { token } from "./jsonReader.js";

/** A member as the records of this input have it: with exactly these bytes between the last value and this one. */
export interface ShapeMember extends KnownMember {
  /** From behind the last value (or from the opening brace) up to the value; with the opening quote of a string. */
  readonly lead: Uint8Array;
  readonly kind: "string" | "number" | "other";
}

/**
 * What records look like: their members in the order in which they were last seen. Code is generated for it; a record that differs still decodes, member by
 * member. Members of the schema that the sample lacked follow at the end, without a lead.
 */
export interface Shape {
  readonly members: readonly ShapeMember[];
  /** The same, to find those that come in another order. */
  readonly known: KnownMembers;
  /** How many of the members were in the sample. */
  readonly seen: number;
  /** Equal for equal shapes. */
  readonly key: string;
}

/** Members of a record for which code is generated at most: the others are read singly, so that a record of a hundred thousand makes no function of that size. */
const maxMembers = 512;

/** A shape that knows the names of the schema only. */
export function emptyShape(names: readonly string[]): Shape {
  return shapeOf([], names);
}

/** The shape of indexed record `record`; null when it is not a plain object. */
export function learnShape(memory: DecoderMemory, reader: MemberReader, record: number, names: readonly string[]): Shape | null {
  const { bytes, starts, ends, quotes, quoteStarts } = memory;
  const start = starts[record]!;
  const end = ends[record]!;
  if (memory.flags[record] !== 0 || bytes[start] !== 123) return null;
  const { known } = emptyShape(names);
  const columns = new Set<number>();
  const members: ShapeMember[] = [];
  let at = start + 1;
  let lead = start;
  let quote = quoteStarts[record]!;
  for (;;) {
    const nameStart = quotes[quote]! + 1;
    const nameStop = quotes[quote + 1]!;
    const place = reader.read(known, 0, members.length === 0, at, end, quote, quoteStarts[record + 1]!);
    if (place === memberIrregular) return null;
    if (place === memberEnd) break;
    const { found } = reader;
    if (found.column >= 0 && columns.has(found.column)) return null;
    columns.add(found.column);
    const kind = found.kind === token.string ? "string" : found.kind === token.integer || found.kind === token.decimal ? "number" : "other";
    members.push({ name: bytes.slice(nameStart, nameStop), column: found.column, lead: bytes.slice(lead, found.start), kind });
    at = lead = found.at;
    quote = found.quote;
    if (members.length === maxMembers) break;
  }
  return shapeOf(members, names);
}

function shapeOf(members: readonly ShapeMember[], names: readonly string[]): Shape {
  const all = [...members];
  const encoder = new TextEncoder();
  const columns = new Set(members.map((member) => member.column));
  for (const [column, name] of names.entries()) {
    if (!columns.has(column)) all.push({ name: encoder.encode(name), column, lead: new Uint8Array(0), kind: "other" });
  }
  const key = members.map((member) => `${member.lead.join(",")}:${member.kind}:${member.column}`).join(";");
  return { members: all, known: new KnownMembers(all), seen: members.length, key };
}
