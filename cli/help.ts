import yargs, { type Argv, type Options } from "yargs";
import { nearestName } from "../engine/errors/nearest.js";
import type { Call } from "./arguments.js";
import { commands, type Command } from "./commands.js";
import { exitCodes } from "./failure.js";
import { Messages } from "./messages.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import type { Flag, FlagValues } from "./flags.js";

/** The whole command line: help, version, what is wrong with it and what may have been meant. Gives the call, or the exit code when there is none. */
export async function fullCall(argv: readonly string[], version: string): Promise<Call | number> {
  let call: Call | null = null;
  let mistake: string | null = null;
  const parser = yargs([...argv])
    .scriptName("tidemark")
    .usage("$0 <command>\n\nStreaming queries in TypeScript: exactly once, with Spark's semantics.")
    .demandCommand(1, `Say what to do: ${Object.keys(commands).join(", ")}.`)
    .strict()
    .version(version)
    .help()
    .alias("h", "help")
    .exitProcess(false)
    .fail((message: string | undefined, error: Error | undefined) => {
      // The first mistake counts: what follows from it would only confuse.
      mistake ??= message ?? error?.message ?? "That is no command.";
    });
  for (const [name, command] of Object.entries(commands)) {
    parser.command(
      [name, ...command.takes.map((word) => (word.isRequired ? `<${word.name}>` : `[${word.name}]`))].join(" "),
      command.describe,
      (builder) => withFlags(builder, command),
      (values) => {
        const words = command.takes.map((word) => values[word.name]).map((word) => (typeof word === "string" ? word : ""));
        call = { command: name, words, values: values as FlagValues };
      },
    );
  }
  await parser.parseAsync();
  mistake ??= call && wrongNumber(call);
  if (mistake === null) return call ?? exitCodes.done;
  const help = `tidemark ${Object.hasOwn(commands, argv[0] ?? "") ? `${argv[0]} ` : ""}--help`;
  const said = explained(mistake, argv);
  if (argv.includes("--json")) new Messages(true).failure(new StreamingError("INVALID_COMMAND_LINE", { mistake: said, help }));
  else process.stderr.write(`${said}\nTry: ${help}\n`);
  return exitCodes.usage;
}

function withFlags(builder: Argv, { takes, flags }: Command): Argv {
  for (const { name, describe, isRequired, choices } of takes)
    builder.positional(name, { type: "string", demandOption: isRequired, describe, ...(choices && { choices }) });
  for (const [name, flag] of Object.entries(flags)) builder.option(name, optionOf(flag));
  return builder;
}

function optionOf({ type, describe, default: standard }: Flag): Options {
  if (type === "switch") return { type: "boolean", describe };
  if (type === "number") return { type: "number", requiresArg: true, describe, default: standard };
  if (type === "text") return { type: "string", requiresArg: true, describe };
  return { type: "string", array: true, nargs: 1, describe };
}

function wrongNumber({ command, values }: Call): string | null {
  const numbers = Object.entries(commands[command]!.flags).filter(([, { type }]) => type === "number");
  const wrong = numbers.find(([name]) => !(Number(values[name]) > 0 && Number.isFinite(Number(values[name]))));
  return wrong ? `--${wrong[0]} takes a number above 0.` : null;
}

function explained(mistake: string, argv: readonly string[]): string {
  const command = Object.hasOwn(commands, argv[0] ?? "") ? commands[argv[0]!] : undefined;
  if (/^Not enough non-option|^Missing required argument/.test(mistake)) {
    const words = (command?.takes ?? [])
      .map(({ name, choices, isRequired }) => choices?.join("|") ?? (isRequired ? `<${name}>` : `[${name}]`))
      .join(" ");
    const [first] = command?.takes ?? [];
    return `Say ${first?.name === "job" ? "which job file" : "what, and of which checkpoint"}: tidemark ${argv[0] ?? ""} ${words}`;
  }
  const choice = /^Invalid values:\s+Argument: (\w+), Given: "([^"]*)", Choices: (.*)$/s.exec(mistake);
  if (choice !== null) {
    const [, name, given = "", choices = ""] = choice;
    const words = choices
      .trim()
      .split(", ")
      .map((word) => word.replaceAll('"', ""));
    const nearest = nearestName(given, words);
    return `There is no tidemark ${argv[0] ?? ""} ${given}: ${name} is one of ${words.join(", ")}.${nearest ? ` Did you mean ${nearest}?` : ""}`;
  }
  const unknown = /^Unknown (?:arguments?|command): ([^,]+)/.exec(mistake)?.[1];
  if (unknown === undefined) return mistake;
  const nearest = command ? nearestName(unknown, Object.keys(command.flags)) : nearestName(argv[0] ?? "", Object.keys(commands));
  if (command) return `There is no flag --${unknown} (or one word too many).${nearest ? ` Did you mean --${nearest}?` : ""}`;
  return `There is no command ${argv[0]}.${nearest ? ` Did you mean ${nearest}?` : ""}`;
}
