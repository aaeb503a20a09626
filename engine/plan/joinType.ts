export type JoinType = "inner" | "cross" | "left" | "right" | "full" | "leftSemi" | "leftAnti";
