import type { DataType } from "../arrow/types.js";
import { unreachable } from "../errors/assert.js";
import type { Attribute } from "../expression/expression.js";
import type { LogicalPlan, OptimizedPlan } from "./logicalPlan.js";
import { outputOf } from "./outputOf.js";
import { childrenOf, nodesUp } from "./transform.js";

/** What Spark takes the size of a table to be of which it knows nothing: so large that it is never the smaller side of a join. */
const unknownBytes = 2n ** 63n - 1n;

/**
 * How many bytes each node of a plan gives, estimated as Spark does without statistics: a row of the output is so much wider or narrower than one of the input,
 * a union adds, a join multiplies. Nothing is decided by it; `explain("cost")` shows it.
 */
export function sizesOf(plan: OptimizedPlan): ReadonlyMap<LogicalPlan, bigint> {
  const sizes = new Map<LogicalPlan, bigint>();
  for (const node of nodesUp(plan)) sizes.set(node, sizeOf(node, sizes));
  return sizes;
}

function sizeOf(node: LogicalPlan, sizes: ReadonlyMap<LogicalPlan, bigint>): bigint {
  if (node.kind === "read" || node.kind === "sideRows") return unknownBytes;
  if (node.kind === "localRelation") return BigInt(node.batch.length) * rowBytes(node.output);
  const children = childrenOf(node);
  if (node.kind === "setOperation") return children.reduce((sum, child) => sum + sizes.get(child)!, 0n);
  if (node.kind === "join") return children.reduce((product, child) => product * sizes.get(child)!, 1n);
  const child = children[0]!;
  const width = rowBytes(outputOf(node));
  if (node.kind === "limit") return atLeastOne(BigInt(node.count) * width);
  if (node.kind === "aggregate" && node.grouping.length === 0) return width;
  return atLeastOne((sizes.get(child)! * width) / rowBytes(outputOf(child)));
}

function atLeastOne(bytes: bigint): bigint {
  return bytes > 0n ? bytes : 1n;
}

/** Spark counts eight bytes a row beside its values. */
function rowBytes(output: readonly Attribute[]): bigint {
  return BigInt(8 + output.reduce((sum, { type }) => sum + defaultBytes(type), 0));
}

function defaultBytes(type: DataType): number {
  switch (type.kind) {
    case "null":
    case "boolean":
    case "byte":
      return 1;
    case "short":
      return 2;
    case "int":
    case "float":
    case "date":
    case "interval_yearmonth":
      return 4;
    case "long":
    case "double":
    case "timestamp":
    case "timestamp_ntz":
    case "interval_daytime":
      return 8;
    case "interval":
      return 16;
    case "decimal":
      return type.precision <= 18 ? 8 : 16;
    case "string":
      return 20;
    case "binary":
      return 100;
    case "array":
      return defaultBytes(type.element);
    case "map":
      return defaultBytes(type.key) + defaultBytes(type.value);
    case "struct":
      return type.fields.reduce((sum, f) => sum + defaultBytes(f.type), 0);
    default:
      return unreachable(type);
  }
}

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** `96.0 B`, `8.0 EiB`; beyond that a power of ten, as Spark prints it. */
export function sizeText(bytes: bigint): string {
  if (bytes >= 2n ** 71n) return `${Number(bytes).toExponential(2).replace("e+", "E+")} B`;
  let unit = 0;
  while (unit < units.length - 1 && bytes >= 2n * 1024n ** BigInt(unit + 1)) unit++;
  return `${(Number(bytes) / 1024 ** unit).toFixed(1)} ${units[unit]!}`;
}
