import type { FlagValues } from "./flags.js";

/** What the thread of a command is started with. */
export interface CommandTask {
  readonly command: string;
  readonly job: string;
  readonly values: FlagValues;
  readonly screen: Screen;
}

/** What standard output is. */
export interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
}

/** What the main thread says. */
export type ToCommand = { readonly kind: "stop" } | { readonly kind: "screen"; readonly screen: Screen };

/** What the thread of the command says. */
export type FromCommand =
  /** It knows that it has to stop. */
  | { readonly kind: "stopping" }
  /** Nothing that it does now can end well before its end. */
  | { readonly kind: "unstoppable" }
  | { readonly kind: "done"; readonly exitCode: number }
  /** It is done, and should have been gone for a while. */
  | { readonly kind: "heldOpen"; readonly by: readonly string[] };
