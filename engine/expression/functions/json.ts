import { notYetSupported } from "../../errors/streamingError.js";
import { typeName, types } from "../../arrow/types.js";
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

export const jsonFunctions: readonly FunctionEntry[] = [fromJson];
