import { lazily } from "../../engine/errors/loading.js";
export type ArrowEdge = typeof import("../../engine/arrow/edge.js");

let edge: Promise<ArrowEdge> | null = null;

/** apache-arrow takes 80 ms to load; a query without state never needs it. */
export function loadArrow(): Promise<ArrowEdge> {
  return (edge ??= lazily(import("../../engine/arrow/edge.js")));
}
