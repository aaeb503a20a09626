import { parseArgs, type ParseArgsConfig } from "node:util";
import { commands, type Word } from "./commands.js";
import type { Flag, FlagValues } from "./flags.js";

/** A command line that says what to do. */
export interface Call {
  readonly command: string;
  /** The words beside its flags; "" for one that was not given. */
  readonly words: readonly string[];
  readonly values: FlagValues;
}

/**
 * Reads a command line that is plainly right with what Node has; null for help, mistakes and the rarer spellings, which are yargs' business: loading it
 * takes a tenth of what start-up may take.
 */
export function plainCall([name = "", ...rest]: readonly string[]): Call | null {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) return null;
  const flags = Object.entries(command.flags);
  const options = Object.fromEntries(flags.map(([flag, { type }]) => [flag, parseOption(type)]));
  try {
    const { values, positionals } = parseArgs({ args: rest, options, strict: true, allowPositionals: true });
    // Whatever is not plain text or a switch gets the full treatment.
    const { takes } = command;
    if (positionals.length > takes.length || !takes.every((word, i) => fits(word, positionals[i]))) return null;
    if (flags.some(([flag, { type }]) => type === "number" && flag in values)) return null;
    return { command: name, words: takes.map((_, i) => positionals[i] ?? ""), values: values as FlagValues };
  } catch {
    return null;
  }
}

function fits({ isRequired, choices }: Word, given: string | undefined): boolean {
  return given === undefined ? !isRequired : (choices?.includes(given) ?? true);
}

type ParseOption = NonNullable<ParseArgsConfig["options"]>[string];

function parseOption(type: Flag["type"]): ParseOption {
  return { type: type === "switch" ? "boolean" : "string", multiple: type === "texts" };
}
