import type { Executor } from "../engine/contract/executor.js";

/** Runs the tasks one after the other on this thread, in their order: no hand-over, so a small batch pays nothing for it. */
export const inlineExecutor: Executor = {
  parallelism: 1,
  send: (data) => data,
  async runAll(tasks, run) {
    const results = [];
    for (const task of tasks) results.push(await run(task));
    return results;
  },
};
