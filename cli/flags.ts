/** A flag of a command, as its help shows it. */
export interface Flag {
  readonly type: "text" | "texts" | "number" | "switch";
  readonly describe: string;
  readonly default?: number;
}

/** What was given on the command line, by flag. */
export type FlagValues = Readonly<Record<string, string | readonly string[] | number | boolean | undefined>>;
