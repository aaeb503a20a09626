import type { Executor } from "../../engine/contract/executor.js";
import { inlineExecutor } from "../../runtime/inlineExecutor.js";

/** Runs on this thread as if it were another: what it is given, plans, facts and tasks, it gets as copies, as a message would bring them. */
export const copyingExecutor: Executor = {
  parallelism: 1,
  send: (data) => structuredClone(data),
  runAll: (tasks, run) => inlineExecutor.runAll(structuredClone(tasks), run),
};
