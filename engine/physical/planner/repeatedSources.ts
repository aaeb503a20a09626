import { mainOutput } from "../../contract/sink.js";
import { nodesOf, type PhysicalNode } from "../plan.js";

/**
 * The sources that are read a second time for the same rows: Spark reads what both sides of a join need once, and counts its rows once in `numInputRows`
 * (SEMANTICS 31). A union reads, and counts, its inputs one by one.
 */
export function repeatedSources(root: PhysicalNode): number[] {
  return nodesBelow(root).flatMap((node) => {
    if (node.kind !== "streamJoin" || rowsText(node.left) !== rowsText(node.right)) return [];
    return nodesBelow(node.right).flatMap((below) => (below.kind === "scan" && below.source !== null ? [below.source] : []));
  });
}

function nodesBelow(node: PhysicalNode): readonly PhysicalNode[] {
  return nodesOf([{ outputId: mainOutput, node }]);
}

const namesOnly: ReadonlySet<string> = new Set(["source", "name", "qualifier", "operatorId"]);

/** A text that two nodes share when they give the same rows: they differ in nothing but names, ids, and the places of their sources. */
function rowsText(node: PhysicalNode): string {
  const ids = new Map<unknown, number>();
  return JSON.stringify(node, (member, value: unknown) => {
    if (namesOnly.has(member)) return null;
    if (member !== "id") return typeof value === "bigint" ? String(value) : value;
    if (!ids.has(value)) ids.set(value, ids.size);
    return ids.get(value);
  });
}
