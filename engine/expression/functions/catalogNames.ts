import { types } from "../../arrow/types.js";
import { literal } from "../expression.js";
import type { AnalysisContext } from "../types/coerce.js";
import type { FunctionEntry } from "./entry.js";

/** Where a query stands: what it finds its tables in, who asks, and which part of a batch it runs on. */

function name(names: Pick<FunctionEntry, "name" | "aliases" | "doc">, find: (context: AnalysisContext) => string): FunctionEntry {
  return {
    ...names,
    arity: [0, 0],
    nulls: "own",
    resolve: (_args, { context }) => literal(find(context), types.string),
  };
}

function databaseOf({ database }: AnalysisContext): string {
  return database ?? "default";
}

export const catalogNames: readonly FunctionEntry[] = [
  name({ name: "current_catalog", doc: "The name of the catalog, which is always `spark_catalog`." }, () => "spark_catalog"),
  name({ name: "current_database", aliases: ["current_schema"], doc: "The name of the database that USE has chosen." }, databaseOf),
  name(
    { name: "current_path", doc: "Where names of functions and tables are looked for." },
    (context) => `system.builtin,system.session,spark_catalog.${databaseOf(context)}`,
  ),
  name(
    { name: "current_user", aliases: ["user", "session_user"], doc: "The user of the system that the process runs as." },
    ({ user }) => user ?? "",
  ),
  name({ name: "version", doc: "The version of Spark whose meaning queries have, and the engine's name." }, () => "4.3.0 tidemark"),
  {
    name: "spark_partition_id",
    doc: "The number of the part of the batch that a row is in: a batch has one, 0.",
    arity: [0, 0],
    nulls: "own",
    resolve: () => literal(0, types.int),
  },
];
