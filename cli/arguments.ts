import { parseArgs, type ParseArgsConfig } from "node:util";
import { commands } from "./commands.js";
import type { Flag, FlagValues } from "./flags.js";

/** A command line that says what to do. */
export interface Call {
  readonly command: string;
  readonly job: string;
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
    if (positionals.length > (takes === null ? 0 : 1) || (takes?.isRequired === true && positionals.length === 0)) return null;
    if (flags.some(([flag, { type }]) => type === "number" && flag in values)) return null;
    return { command: name, job: positionals[0] ?? "", values: values as FlagValues };
  } catch {
    return null;
  }
}

type ParseOption = NonNullable<ParseArgsConfig["options"]>[string];

function parseOption(type: Flag["type"]): ParseOption {
  return { type: type === "switch" ? "boolean" : "string", multiple: type === "texts" };
}
