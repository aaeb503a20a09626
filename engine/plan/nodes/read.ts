import type { Attribute } from "../../expression/expression.js";
import { noExpressions, noInput, stateless, type NodeFacts } from "./facts.js";
import { columnsText } from "./text.js";

/** A table that a reader gives. `table` is the session's handle of it: the plan stays plain data. */
export interface Read {
  readonly kind: "read";
  readonly streaming: boolean;
  /** Key of the session's registry of tables (sources are made from it at start, one per Read). */
  readonly table: number;
  /** What `explain` and errors call it (`json[out/x]`). */
  readonly description: string;
  readonly output: readonly Attribute[];
  /** What the table knows beside its columns, and does not put out unless it is asked for by name. */
  readonly metadata: readonly Attribute[];
}

export const read: NodeFacts<Read> = {
  kind: "read",
  ...noInput,
  ...noExpressions,
  ...stateless,
  defined: ({ output, metadata }) => [...output, ...metadata],
  withDefined: (node, defined) => {
    const { length } = node.output;
    return { ...node, output: defined.slice(0, length), metadata: defined.slice(length) };
  },
  narrow: (node, asked) => {
    const output = node.output.filter(({ id }) => asked.has(id));
    return output.length === node.output.length ? node : { ...node, output };
  },
  explain: ({ streaming, description, output }) => `${streaming ? "ReadStream" : "Read"} ${description} ${columnsText(output)}`,
};
