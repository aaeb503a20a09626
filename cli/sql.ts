import { existsSync, readFileSync, statSync } from "node:fs";
import { extname } from "node:path";
import { Session } from "../dataframe/session.js";
import { resultFormats } from "../dataframe/sql/results.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { commandPort } from "./commandPort.js";
import { exitCodeOf, exitCodes } from "./failure.js";
import { Messages } from "./messages.js";
import { Overrides } from "./overrides.js";
import { SqlPrompt } from "./sqlPrompt.js";
import { SqlStatements, type Format } from "./sqlStatements.js";

/** The flags of `tidemark sql`. */
export interface SqlFlags {
  /** A statement or several, or the path of a file of them; empty: those of standard input, or of a person who is asked. */
  readonly text: string;
  readonly format: string | undefined;
  readonly set: readonly string[];
}

/** Runs statements of SQL and shows what they give. Gives the exit code. */
export async function sql(flags: SqlFlags): Promise<number> {
  const messages = new Messages(false);
  try {
    const format = formatOf(flags.format);
    const overrides = new Overrides(flags.set);
    overrides.checkUsed();
    const session = Session.create({
      conf: overrides.conf,
      readOptions: overrides.readOptions,
      isInterrupted: () => Atomics.load(commandPort.task.interrupt, 0) === 1,
      print: (line) => void process.stdout.write(`${line}\n`),
      warn: (message) => messages.warning(message),
    });
    const statements = new SqlStatements(session, format);
    if (flags.text === "" && commandPort.screen.asks) return await new SqlPrompt(session, statements, messages).run();
    return await inTheForeground(session, () => statements.run(textOf(flags.text)));
  } catch (error) {
    messages.failure(error);
    return exitCodeOf(error);
  }
}

/** Streaming queries that statements have started run until they end, or a signal comes. */
async function inTheForeground(session: Session, work: () => Promise<void>): Promise<number> {
  const letGo = commandPort.onStopSignal(() => void session.stop());
  try {
    await work();
    await Promise.all(session.streams.active.map((query) => query.awaitTermination()));
    return exitCodes.done;
  } finally {
    await session.stop();
    letGo();
  }
}

/** A text that is the path of a file stands for what is in it; so does whatever ends in `.sql`, which is no statement. */
function textOf(text: string): string {
  if (text === "") return readFileSync(0, "utf8");
  if (!/\s/.test(text.trim()) || extname(text) === ".sql") {
    if (existsSync(text) && statSync(text).isFile()) return readFileSync(text, "utf8");
    if (extname(text) === ".sql") throw new StreamingError("PATH_NOT_FOUND", { path: text });
  }
  return text;
}

/** @throws INVALID_FLAG */
function formatOf(given: string | undefined): Format {
  const { isTTY } = commandPort.screen;
  const format = given ?? (isTTY ? "table" : "json");
  const known: readonly string[] = ["table", ...resultFormats];
  if (!known.includes(format)) throw new StreamingError("INVALID_FLAG", { flag: "format", value: format, expected: known.join(", ") });
  if (format === "parquet" && isTTY) {
    throw new StreamingError("INVALID_FLAG", {
      flag: "format",
      value: format,
      expected: "a file there: end the command with > rows.parquet",
    });
  }
  return format as Format;
}
