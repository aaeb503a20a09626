import { types } from "../../arrow/types.js";
import { literal } from "../expression.js";
import type { FunctionEntry } from "./entry.js";

/** Where a query stands: what it finds its tables in, and which part of a batch it runs on. */

function name(names: Pick<FunctionEntry, "name" | "aliases" | "doc">, find: (database: string) => string): FunctionEntry {
  return {
    ...names,
    arity: [0, 0],
    nulls: "own",
    resolve: (_args, { context }) => literal(find(context.database ?? "default"), types.string),
  };
}

export const catalogNames: readonly FunctionEntry[] = [
  name({ name: "current_catalog", doc: "The name of the catalog, which is always `spark_catalog`." }, () => "spark_catalog"),
  name(
    { name: "current_database", aliases: ["current_schema"], doc: "The name of the database that USE has chosen." },
    (database) => database,
  ),
  {
    name: "spark_partition_id",
    doc: "The number of the part of the batch that a row is in: a batch has one, 0.",
    arity: [0, 0],
    nulls: "own",
    resolve: () => literal(0, types.int),
  },
];
