import type { JoinType } from "../joinType.js";

/** The sides of a join whose rows come out in no other way than with a partner: one for which the condition cannot hold may be dropped before. */
export const droppableSides: Readonly<Record<JoinType, readonly ("left" | "right")[]>> = {
  inner: ["left", "right"],
  cross: ["left", "right"],
  left: ["right"],
  right: ["left"],
  full: [],
  leftSemi: ["left", "right"],
  leftAnti: ["right"],
  mark: ["right"],
  single: ["right"],
};
