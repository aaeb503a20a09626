/** What a condition of the catalogue says of itself. `<name>` in a text is replaced by that parameter. */
export interface ConditionSpec {
  /** Five characters of ISO 9075 (Spark's where the condition is Spark's). */
  readonly sqlState: string;
  /** What happened, and why. */
  readonly message: string;
  /** What the user can do about it. */
  readonly advice: string;
}

/** A part of the catalogue. Written with `satisfies`, so that the names stay known to the compiler. */
export type ConditionTable = Readonly<Record<string, ConditionSpec>>;
