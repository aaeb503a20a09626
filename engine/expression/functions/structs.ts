import { StreamingError } from "../../errors/streamingError.js";
import { sqlTypeName, types, type Field } from "../../arrow/types.js";
import type { Value } from "../../arrow/value.js";
import type { Expression } from "../expression.js";
import { resolveMapItem } from "./items.js";
import { callOf, type FunctionEntry, type Resolution, type Resolving } from "./entry.js";
import { describe, describeCall } from "../types/describe.js";
import { nullableOf, typeOf } from "../types/typeOf.js";

const textLiteral = (value: string): Expression => ({ kind: "literal", value, type: types.string });

/** named_struct: arguments are name, value, name, value, …. */
const namedStruct: FunctionEntry = {
  name: "named_struct",
  doc: "A struct of the fields given as name, value, name, value, ….",
  arity: [0, Infinity],
  nulls: "own",
  resolve: (args, resolving) => {
    if (args.length % 2 === 1) {
      throw new StreamingError("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", {
        functionName: "`named_struct`",
        expectedNum: "2n (n > 0)",
        actualNum: String(args.length),
        docroot: "https://spark.apache.org/docs/latest",
      });
    }
    const names = args.filter((_, i) => i % 2 === 0);
    if (names.some((name) => name.kind !== "literal" || typeof name.value !== "string")) {
      throw new StreamingError("DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", {
        sqlExpr: `"${describeCall(resolving.name, args)}"`,
        inputExprs: `["${names.map(describe).join('", "')}"]`,
      });
    }
    return structOf(args);
  },
  eval: (args) => args.filter((_, i) => i % 2 === 1),
};

function structOf(args: readonly Expression[]): Resolution {
  const fields: Field[] = [];
  for (let i = 0; i + 1 < args.length; i += 2) {
    const name = args[i]!;
    fields.push({
      name: name.kind === "literal" ? (name.value as string) : "",
      type: typeOf(args[i + 1]!),
      nullable: nullableOf(args[i + 1]!),
    });
  }
  return { args, type: types.struct(fields), nullable: false };
}

const struct: FunctionEntry = {
  name: "struct",
  doc: "A struct of its arguments; columns and aliases give their names, others are col1, col2, ….",
  arity: [0, Infinity],
  nulls: "own",
  resolve: (args) => {
    const named = args.flatMap((arg, i) => [textLiteral(fieldName(arg, i)), arg.kind === "alias" ? arg.child : arg]);
    const { type } = structOf(named);
    return callOf("named_struct", named, type, false, "ansi");
  },
};

function fieldName(e: Expression, index: number): string {
  if (e.kind === "alias" || e.kind === "attribute" || e.kind === "lambdaVariable") return e.name;
  const key = e.kind === "call" && e.name === "getField" ? e.args[1] : undefined;
  return key?.kind === "literal" ? (key.value as string) : `col${index + 1}`;
}

/** The field that a name means, in any case. @throws FIELD_NOT_FOUND, AMBIGUOUS_REFERENCE_TO_FIELDS */
function findField(fields: readonly Field[], name: string): Field {
  const found = fields.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new StreamingError("AMBIGUOUS_REFERENCE_TO_FIELDS", { field: `\`${name}\``, count: String(found.length) });
  }
  throw new StreamingError("FIELD_NOT_FOUND", {
    fieldName: `\`${name}\``,
    fields: fields.map((field) => `\`${field.name}\``).join(", "),
  });
}

/** `e.name` of a struct, of the structs in an array, or the value of a key of a map. */
const getField: FunctionEntry = {
  name: "getField",
  internal: true,
  doc: "A field of a struct; of an array of structs the array of that field.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([child, key], resolving) => resolveField(child!, key!, resolving),
  eval: ([value, name], call) => {
    const type = typeOf(call.args[0]!);
    const fields = type.kind === "struct" ? type.fields : [];
    return (value as readonly Value[])[fields.findIndex((field) => field.name === name)] ?? null;
  },
};

/** The field of each struct of an array. */
const getArrayFields: FunctionEntry = {
  name: "getarrayfields",
  internal: true,
  doc: "One field of each struct of an array.",
  arity: [2, 2],
  nulls: "strict",
  resolve: ([child, key], resolving) => resolveField(child!, key!, resolving),
  eval: ([value, name], call) => {
    const type = typeOf(call.args[0]!);
    const fields = type.kind === "array" && type.element.kind === "struct" ? type.element.fields : [];
    const ordinal = fields.findIndex((field) => field.name === name);
    return (value as readonly (readonly Value[] | null)[]).map((element) => element?.[ordinal] ?? null);
  },
};

function resolveField(child: Expression, key: Expression, resolving: Resolving): Resolution | Expression {
  const type = typeOf(child);
  const name = key.kind === "literal" && typeof key.value === "string" ? key.value : null;
  if (name !== null && type.kind === "struct") {
    const field = findField(type.fields, name);
    return { args: [child, textLiteral(field.name)], type: field.type, nullable: nullableOf(child) || field.nullable };
  }
  if (name !== null && type.kind === "array" && type.element.kind === "struct") {
    const field = findField(type.element.fields, name);
    const element = types.array(field.type, type.containsNull || field.nullable);
    return callOf("getarrayfields", [child, textLiteral(field.name)], element, nullableOf(child), "ansi");
  }
  if (type.kind === "map") {
    const { args } = resolveMapItem(child, key, { ...resolving, name: "getItem" });
    return callOf("getItem", args, type.value, true, resolving.context.ansi ? "ansi" : "legacy");
  }
  throw new StreamingError("INVALID_EXTRACT_BASE_FIELD_TYPE", {
    base: `"${describe(child)}"`,
    other: `"${sqlTypeName(type)}"`,
  });
}

export const structFunctions: readonly FunctionEntry[] = [namedStruct, struct, getField, getArrayFields];
