/**
 * `mark`: the left rows, each with whether it has a partner. `single`: as `left`, where a second partner of a row is an error. Only the analyzer makes these
 * two, of subqueries.
 */
export type JoinType = "inner" | "cross" | "left" | "right" | "full" | "leftSemi" | "leftAnti" | "mark" | "single";
