import { unreachable } from "../errors/assert.js";
import type { Expression, FrameBound, WindowDefinition, WindowFrame } from "../expression/expression.js";

type Text = (e: Expression) => string;

/** `(PARTITION BY … ORDER BY … frame)` of a function, as Spark prints a window. */
export function windowText(
  { base, partition, order, frame }: WindowDefinition,
  name: string,
  args: readonly Expression[],
  text: Text,
): string {
  const list = (expressions: readonly Expression[]): string => expressions.map((e) => text(e)).join(", ");
  const parts = [
    ...(base === null ? [] : [base]),
    ...(partition.length === 0 ? [] : [`PARTITION BY ${list(partition)}`]),
    ...(order.length === 0 ? [] : [`ORDER BY ${list(order)}`]),
    shiftedFrame(name, args, text) ?? (frame === null ? defaultFrame(name, order.length > 0) : frameText(frame, text)),
  ];
  return `(${parts.join(" ")})`;
}

const ranks = new Set(["row_number", "rank", "dense_rank", "percent_rank", "ntile"]);

function defaultFrame(name: string, ordered: boolean): string {
  if (ranks.has(name)) return "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  return ordered ? "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW" : "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
}

/** The frame of lag and lead is the row that they look at. */
function shiftedFrame(name: string, args: readonly Expression[], text: Text): string | null {
  if (name !== "lag" && name !== "lead") return null;
  const offset = args[1] === undefined ? "1" : text(args[1]);
  const bound = `${name === "lag" ? `-${offset}` : offset} FOLLOWING`.replace(/^--/, "");
  return `ROWS BETWEEN ${bound} AND ${bound}`;
}

function frameText({ unit, start, end }: WindowFrame, text: Text): string {
  return `${unit.toUpperCase()} BETWEEN ${boundText(start, text)} AND ${boundText(end, text)}`;
}

function boundText(bound: FrameBound, text: Text): string {
  switch (bound.kind) {
    case "unboundedPreceding":
      return "UNBOUNDED PRECEDING";
    case "unboundedFollowing":
      return "UNBOUNDED FOLLOWING";
    case "currentRow":
      return "CURRENT ROW";
    case "preceding":
    case "following":
      return `${text(bound.offset)} ${bound.kind.toUpperCase()}`;
    default:
      return unreachable(bound);
  }
}
