/** `ansi`: errors; `legacy`: null or wrap-around; `try`: null. Chosen at analysis from the function and `spark.sql.ansi.enabled`. */
export type EvalMode = "ansi" | "legacy" | "try";
