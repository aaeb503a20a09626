import { assert } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { Attribute } from "../../expression/expression.js";
import { noExpressions, stateless, type Input, type NodeFacts } from "./facts.js";

/** UNION ALL, or INTERSECT / EXCEPT. `output` is set by the analyzer (ids of its own, types widened). */
export interface SetOperation<Plan> {
  readonly kind: "setOperation";
  readonly operation: "union" | "intersect" | "except";
  readonly all: boolean;
  readonly byName: boolean;
  readonly allowMissingColumns: boolean;
  readonly inputs: readonly Plan[];
  readonly output?: readonly Attribute[];
}

export const setOperation: NodeFacts<SetOperation<Input>> = {
  kind: "setOperation",
  ...noExpressions,
  ...stateless,
  children: ({ inputs }) => inputs,
  withChildren: (node, inputs) => ({ ...node, inputs }),
  defined: ({ output }) => output ?? [],
  withDefined: (node, output) => (node.output === undefined ? node : { ...node, output }),
  output: ({ output }) => {
    assert(output !== undefined, "a set operation has its output only after analysis");
    return output;
  },
  onlyExpressions: false,
  origins: ({ output }, inputs) => {
    const places = new Map((output ?? []).map(({ id }, i) => [id, i]));
    return inputs.map(
      (columns) =>
        ({ id }: Attribute) =>
          columns[places.get(id) ?? -1] ?? null,
    );
  },
  conditionsHoldIn: "each",
  letsFilterPass: ({ operation }) => operation === "union",
  // Its inputs meet by position: the rule that prunes columns does it for all of them together.
  narrow: (node) => node,
  refusal: ({ operation }, { streams }) => {
    const some = streams.includes(true);
    if (operation === "union" && some && streams.includes(false)) return new StreamingError("STREAMING_BATCH_UNION");
    if (operation === "except" && streams.slice(1).includes(true)) return new StreamingError("STREAMING_EXCEPT");
    if (operation === "intersect" && some) return new StreamingError("STREAMING_INTERSECT");
    return null;
  },
  explain: ({ operation, all }) => `${operation[0]!.toUpperCase()}${operation.slice(1)}${all ? " all" : ""}`,
};
