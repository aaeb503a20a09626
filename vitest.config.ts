import { defineConfig } from "vitest/config";
import { patienceMs, testLimitMs } from "./test/patience.js";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: testLimitMs,
    hookTimeout: testLimitMs,
    expect: { poll: { timeout: patienceMs } },
    pool: "forks",
    maxWorkers: 2,
    // The files of a worker share its modules: each imports the engine, which takes longer than most of them run. So a test file leaves nothing behind in a module.
    isolate: false,
  },
});
