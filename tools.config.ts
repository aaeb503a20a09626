import { defineConfig } from "rolldown";

/** How `npm run golden`, `npm run sql-suite`, `npm run bench`, `npm run stream-fuzz`, `npm run simulate` and `npm run nightly` are made: few files too, so that loading them is no part of what they measure. */
export default defineConfig({
  input: {
    golden: "test/golden/main.ts",
    sqlSuite: "test/sqlSuite/main.ts",
    bench: "test/bench/main.ts",
    nightly: "test/nightly/main.ts",
    streamFuzz: "test/golden/fuzzMain.ts",
    simulate: "test/simulation/main.ts",
  },
  platform: "node",
  external: /^[^./]/,
  tsconfig: "tsconfig.json",
  output: { dir: ".cache/tools", cleanDir: true, format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js" },
});
