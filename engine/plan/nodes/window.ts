import type { Alias } from "../../expression/expression.js";
import { StreamingError } from "../../errors/streamingError.js";
import { attributeOf } from "../attributeOf.js";
import { sqlText } from "../sqlText.js";
import { windowText } from "../windowText.js";
import { definesNothing, oneInput, stateless, type Input, type NodeFacts } from "./facts.js";
import { listText } from "./text.js";

/** Functions OVER windows: each row with what they say of the rows around it. All calls have the same partitions and the same order. */
export interface Window<Plan> {
  readonly kind: "window";
  /** Aliases of window calls. */
  readonly calls: readonly Alias[];
  readonly input: Plan;
  /** Of a stream, which may be asked for its first rows (`outputMode("changes")`). */
  readonly operatorId?: string;
  /** Its operator's id where the query says it (`.id(…)`). */
  readonly ownId?: string;
}

export const window: NodeFacts<Window<Input>> = {
  kind: "window",
  ...oneInput,
  ...definesNothing,
  ...stateless,
  operatorKind: (_, [streams]) => (streams! ? "window" : null),
  expressions: ({ calls }) => calls,
  withExpressions: (node, calls) => ({ ...node, calls: calls as readonly Alias[] }),
  output: ({ calls }, inputs) => [...inputs[0]!, ...calls.map(attributeOf)],
  onlyExpressions: false,
  origins: ({ calls }) => {
    const own = new Set(calls.map(({ id }) => id));
    return [(column) => (own.has(column.id) ? null : column)];
  },
  // A whole partition may go, not a part of it.
  letsFilterPass: ({ calls }, columns) => {
    const [call] = calls;
    if (call?.child.kind !== "windowCall" || columns.size === 0) return false;
    const keys = new Set(call.child.partition.flatMap((e) => (e.kind === "attribute" ? [e.id] : [])));
    return [...columns].every((id) => keys.has(id));
  },
  narrow: (node, asked) => {
    const calls = node.calls.filter(({ id }) => asked.has(id));
    return calls.length === node.calls.length || calls.length === 0 ? node : { ...node, calls };
  },
  refusal: ({ calls }, { streams }) => {
    if (!streams[0]!) return null;
    const [call] = calls;
    const spec =
      call?.child.kind === "windowCall"
        ? windowText({ base: null, ...call.child }, call.child.name, call.child.args, sqlText).toUpperCase()
        : "";
    return new StreamingError("NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", {
      windowFunc:
        call?.child.kind === "windowCall" ? `${call.child.name}(${call.child.args.map((e) => sqlText(e)).join(", ")})`.toUpperCase() : "",
      columnName: `\`${call?.name ?? ""}\``,
      windowSpec: spec,
    });
  },
  explain: ({ calls }) => `Window ${listText(calls)}`,
};
