/** A row of the state of an operator: key and value by the names that `tidemark state show` has. */
export interface StateRow {
  readonly key: Readonly<Record<string, unknown>>;
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * What a user says to do with the state of an operator that does not fit any more: a function that makes of each row that is there the row that is wanted (null to drop
 * it), or `discard` to begin without.
 *
 * @param store the table of the state, `default` where there is one
 */
export type StateHook = "discard" | ((row: StateRow, store: string) => StateRow | null);
