import { columnFromValues, readValue } from "../../arrow/columns.js";
import { sqlTypeName, typeName, types } from "../../arrow/types.js";
import { notYetSupported, StreamingError } from "../../errors/streamingError.js";
import { createJsonColumnWriter } from "../../kernel/json/jsonWriter.js";
import type { Call } from "../expression.js";
import { describeCall } from "../types/describe.js";
import { typeOf } from "../types/typeOf.js";
import { castArgs, type FunctionEntry } from "./entry.js";

/** JSON in columns. Decoding is not done row by row: the physical planner makes a decode node of each call, which reads whole batches. */
const fromJson: FunctionEntry = {
  name: "from_json",
  doc: "The struct that a JSON text holds; fields that do not fit are null.",
  arity: [1, 1],
  nulls: "own",
  resolve: (args, resolving) => {
    const type = resolving.typeArgument;
    if (type?.kind !== "struct")
      throw notYetSupported(`from_json into ${type === undefined ? "a schema that is computed" : typeName(type)}`);
    return { args: castArgs(args, [types.string], resolving), type, nullable: true };
  },
};

/** The planner writes columns that are `to_json` whole batches at a time; evaluated row by row it is where it stands inside of something else. */
const toJson: FunctionEntry = {
  name: "to_json",
  doc: "The JSON text of a struct, array or map.",
  arity: [1, 1],
  nulls: "strict",
  resolve: (args, resolving) => {
    const type = typeOf(args[0]!);
    if (type.kind !== "struct" && type.kind !== "array" && type.kind !== "map") {
      const sqlExpr = `"${describeCall(resolving.name, args)}"`;
      throw new StreamingError("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", { sqlExpr, schema: `"${sqlTypeName(type)}"` });
    }
    // What is wrong with the options is refused here, not in the first batch.
    createJsonColumnWriter({ options: resolving.options ?? {}, zone: resolving.context.zone });
    return { args, type: types.string, nullable: true };
  },
  eval: ([value], call) => readValue(writerOf(call)(columnFromValues(typeOf(call.args[0]!), [value!])), 0),
};

type ColumnWriter = ReturnType<typeof createJsonColumnWriter>;

/** A writer compiles code for the types it meets: one for each call. */
const writers = new WeakMap<Call, ColumnWriter>();

function writerOf(call: Call): ColumnWriter {
  let writer = writers.get(call);
  if (writer === undefined) {
    writer = createJsonColumnWriter({ options: call.options ?? {}, zone: call.zone ?? "UTC" });
    writers.set(call, writer);
  }
  return writer;
}

export const jsonFunctions: readonly FunctionEntry[] = [fromJson, toJson];
