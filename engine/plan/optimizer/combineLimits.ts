import { transformUp } from "../transform.js";
import type { Rule } from "./rule.js";

/** A limit of a limit is the smaller of the two, as in Spark (CombineLimits): a stream has one counter for both. */
export const combineLimits: Rule = {
  name: "combineLimits",
  apply: (plan) =>
    transformUp(plan, (node) =>
      node.kind === "limit" && node.input.kind === "limit"
        ? { ...node, count: Math.min(node.count, node.input.count), input: node.input.input }
        : node,
    ),
};
