#!/usr/bin/env node
import { readFileSync } from "node:fs";
import yargs from "yargs";
import { exitCodes } from "./failure.js";

/** The `tidemark` command. Commands load when they are called: start-up counts. */
async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  const parser = yargs([...argv])
    .scriptName("tidemark")
    .usage("$0 <command>\n\nStreaming queries in TypeScript: exactly once, with Spark's semantics.")
    .command(
      "run <job>",
      "Run the streaming queries of a job file until they end or are stopped",
      (y) =>
        y
          .positional("job", { type: "string", demandOption: true, describe: "A TypeScript or JavaScript file" })
          .option("trigger", { type: "string", describe: 'available-now, once, or an interval such as "5 seconds"' })
          .option("set", {
            type: "string",
            array: true,
            nargs: 1,
            default: [],
            describe: "key=value: configuration, or an option of the job",
          })
          .option("checkpoint", { type: "string", describe: "Where the checkpoint is, instead of where the job says" })
          .option("quiet", { type: "boolean", default: false, describe: "Show nothing but failures" })
          .option("json", { type: "boolean", default: false, describe: "One JSON line a batch, for machines" }),
      async (flags) => {
        const { run } = await import("./run.js");
        code = await run({ ...flags, trigger: flags.trigger, checkpoint: flags.checkpoint });
      },
    )
    .command(
      "backfill <job>",
      "Run the same queries over bounded input, into a place of their own",
      (y) =>
        y
          .positional("job", { type: "string", demandOption: true, describe: "A TypeScript or JavaScript file" })
          .option("from", { type: "string", describe: "Where the input starts (included): an ISO time, or Kafka offsets as JSON" })
          .option("to", { type: "string", describe: "Where it ends (not included)" })
          .option("output", { type: "string", describe: "The folder or topic to write to" })
          .option("dry-run", { type: "boolean", default: false, describe: "Write nothing: show counts and the first rows" })
          .option("overwrite", { type: "boolean", default: false, describe: "Replace what is at the output" })
          .option("set", {
            type: "string",
            array: true,
            nargs: 1,
            default: [],
            describe: "key=value: configuration, or an option of the job",
          })
          .option("quiet", { type: "boolean", default: false, describe: "Show nothing but failures" })
          .option("json", { type: "boolean", default: false, describe: "One JSON line a query, for machines" }),
      async (flags) => {
        const { backfill } = await import("./backfill.js");
        code = await backfill({ ...flags, from: flags.from, to: flags.to, output: flags.output, dryRun: flags["dry-run"] });
      },
    )
    .command(
      "demo",
      "A windowed average over made-up sensors, written below demo/",
      (y) => y.option("seconds", { type: "number", default: 15, describe: "How long it runs" }),
      async (flags) => {
        const { demo } = await import("./demo.js");
        code = await demo(flags);
      },
    )
    .demandCommand(1, "Say what to do: run, backfill or demo.")
    .strict()
    .version(version)
    .help()
    .alias("h", "help")
    .exitProcess(false)
    .fail((message: string | undefined, error: Error | undefined) => {
      if (error) throw error;
      process.stderr.write(`${message ?? "That is no command."}\nTry: tidemark --help\n`);
      code = exitCodes.usage;
    });
  await parser.parseAsync();
  return code;
}

process.exitCode = await main(process.argv.slice(2));
