import { CompactReader, CompactWriter, wire } from "./thrift.js";

/** A struct that is written back as it was read, but for what was changed: of most fields only the bytes are known. */
export type ThriftStruct = ThriftField[];

export interface ThriftField {
  readonly id: number;
  readonly type: number;
  value: number | Uint8Array | ThriftStruct | readonly ThriftStruct[];
}

/** Which fields are read as what they are: numbers, structs and lists of structs, by id. */
export interface Shape {
  readonly [id: number]: "number" | { readonly struct: Shape } | { readonly structs: Shape };
}

export function readTree(reader: CompactReader, shape: Shape): ThriftStruct {
  const fields: ThriftStruct = [];
  reader.struct((id, type) => {
    fields.push({ id, type, value: readValue(reader, type, shape[id]) });
    return true;
  });
  return fields;
}

function readValue(reader: CompactReader, type: number, shape: Shape[number] | undefined): ThriftField["value"] {
  if (shape === "number" && (type === wire.i32 || type === wire.i64 || type === wire.i16)) return reader.int();
  if (typeof shape === "object" && "struct" in shape && type === wire.struct) return readTree(reader, shape.struct);
  if (typeof shape === "object" && "structs" in shape && type === wire.list) return reader.list(() => readTree(reader, shape.structs));
  return reader.raw(() => reader.skip(type));
}

export function writeTree(writer: CompactWriter, fields: ThriftStruct): void {
  for (const { id, type, value } of fields) {
    writer.header(id, type);
    if (typeof value === "number") writer.rawInt(value);
    else if (value instanceof Uint8Array) writer.rawBytes(value);
    else if (type === wire.struct) writer.rawStruct((inner) => writeTree(inner, value as ThriftStruct));
    else writer.rawList(wire.struct, value as ThriftStruct[], (each) => writer.rawStruct((inner) => writeTree(inner, each)));
  }
}

export function numberOf(fields: ThriftStruct, id: number): number | undefined {
  const value = valueOf(fields, id);
  return typeof value === "number" ? value : undefined;
}

export function structOf(fields: ThriftStruct, id: number): ThriftStruct | undefined {
  return valueOf(fields, id) as ThriftStruct | undefined;
}

/** The structs of a list. */
export function structsOf(fields: ThriftStruct, id: number): readonly ThriftStruct[] {
  return (valueOf(fields, id) ?? []) as readonly ThriftStruct[];
}

/** Changes a number that is there. */
export function change(fields: ThriftStruct, id: number, value: (old: number) => number): void {
  const field = fields.find((each) => each.id === id);
  if (field && typeof field.value === "number") field.value = value(field.value);
}

function valueOf(fields: ThriftStruct, id: number): ThriftField["value"] | undefined {
  return fields.find((field) => field.id === id)?.value;
}
