import { defineConfig } from "rolldown";

/**
 * How `npm run build` makes `dist` out of the sources: few files, because a start of the command is mostly Node finding and reading modules. What is loaded on demand stays apart.
 * Declarations come from the compiler, file by file.
 */
export default defineConfig({
  input: {
    index: "index.ts",
    "cli/main": "cli/main.ts",
    // Loaded by their URLs.
    "cli/commandThread": "cli/commandThread.ts",
    "cli/loadHook": "cli/loadHook.ts",
    // What the tests load that kill processes at their crash points.
    "cli/job": "cli/job.ts",
    "cli/overrides": "cli/overrides.ts",
    "runtime/systemRuntime": "runtime/systemRuntime.ts",
    // What tools read beside the API that compare answers value by value.
    "dataframe/execution": "dataframe/execution.ts",
    "engine/arrow/columns": "engine/arrow/columns.ts",
    "engine/arrow/types": "engine/arrow/types.ts",
    "engine/sql/ddl": "engine/sql/ddl.ts",
  },
  platform: "node",
  external: /^[^./]/,
  tsconfig: "tsconfig.build.json",
  // What it gives out are the classes of other files, and what it does to them first would be left out.
  treeshake: { moduleSideEffects: [{ test: /\/dataframe\/door\.ts$/, sideEffects: true }] },
  output: {
    dir: "dist",
    cleanDir: true,
    format: "esm",
    entryFileNames: "[name].js",
    // One folder below `dist`, as the entries: URLs relative to a module hold wherever it ends up.
    chunkFileNames: "chunks/[name].js",
  },
});
