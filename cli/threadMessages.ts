import type { FlagValues } from "./flags.js";

/** What the thread of a command is started with. */
export interface CommandTask {
  readonly command: string;
  readonly words: readonly string[];
  readonly values: FlagValues;
  readonly screen: Screen;
  /** One place, shared: 1 when the person wants the statement that runs to stop. It is read while the thread computes, when it hears no messages. */
  readonly interrupt: Int32Array;
}

/** What standard output is. */
export interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
  /** Whether somebody is there who can be asked: input and output are a terminal. */
  readonly asks: boolean;
}

/** What a person who was asked for a line has done: typed one, dropped it (Ctrl-C), or gone. */
export type AskedLine = { readonly kind: "line"; readonly text: string } | { readonly kind: "dropped" } | { readonly kind: "end" };

/** What the end of a line may become, and the word that it would replace. */
export interface Completions {
  readonly found: readonly string[];
  readonly word: string;
}

/** What the main thread says. */
export type ToCommand =
  | { readonly kind: "stop" }
  | { readonly kind: "screen"; readonly screen: Screen }
  /** The answer to `ask`. */
  | { readonly kind: "asked"; readonly line: AskedLine }
  /** The person wants the line completed. */
  | { readonly kind: "complete"; readonly line: string };

/** What the thread of the command says. */
export type FromCommand =
  /** It knows that it has to stop. */
  | { readonly kind: "stopping" }
  /** Nothing that it does now can end well before its end. */
  | { readonly kind: "unstoppable" }
  | { readonly kind: "done"; readonly exitCode: number }
  | { readonly kind: "ask"; readonly prompt: string }
  | { readonly kind: "completions"; readonly completions: Completions }
  /** It is done, and should have been gone for a while. */
  | { readonly kind: "heldOpen"; readonly by: readonly string[] };
