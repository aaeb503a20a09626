import type { DataFrame } from "../dataframe/dataFrame.js";
import { Session } from "../dataframe/session.js";
import { resultFormats, writeResult, type ResultFormat } from "../dataframe/sql/results.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { commandPort } from "./commandPort.js";
import { exitCodeOf, exitCodes } from "./failure.js";
import { Messages } from "./messages.js";

/** What `tidemark state` was told. */
export interface StateFlags {
  readonly what: "list" | "show" | "changes" | "export";
  /** The checkpoint. */
  readonly path: string;
  readonly operator: string | undefined;
  readonly store: string | undefined;
  readonly batch: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly where: string | undefined;
  readonly limit: string | undefined;
  readonly format: string | undefined;
  readonly output: string | undefined;
}

/** Rows that a person gets who does not say how many. */
const shownRows = 20;
const exportFormats = ["parquet", "arrow", "json"] as const;

/** Shows, or writes, what the state of a query holds. Gives the exit code. */
export async function state(flags: StateFlags): Promise<number> {
  const messages = new Messages(false);
  const session = Session.create({
    print: (line) => void process.stdout.write(`${line}\n`),
    warn: (message) => messages.warning(message),
    isInterrupted: () => Atomics.load(commandPort.task.interrupt, 0) === 1,
  });
  try {
    checkFlags(flags);
    const rows = await rowsOf(session, flags);
    if (flags.what === "export") {
      await rows.write.format(formatOf(flags, exportFormats, "parquet")).save(flags.output);
      return exitCodes.done;
    }
    await show(rows, formatOf(flags, ["table", ...resultFormats], commandPort.screen.isTTY ? "table" : "json"));
    return exitCodes.done;
  } catch (error) {
    messages.failure(error);
    return exitCodeOf(error);
  } finally {
    await session.stop();
  }
}

async function rowsOf(session: Session, flags: StateFlags): Promise<DataFrame> {
  const { what, path, where } = flags;
  if (what === "list") {
    const tables = session.read.format("state-metadata").load(path).select("*");
    return limited(where === undefined ? tables : tables.where(where), flags);
  }
  const given: Record<string, string | undefined> = {
    operatorId: flags.operator,
    storeName: flags.store,
    ...(what === "changes" ? await changeOptions(session, flags) : { batchId: flags.batch }),
  };
  const options = Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const rows = await session.read.format("statestore").options(options).load(path);
  return limited(where === undefined ? rows : rows.where(where), flags);
}

/** Without a first batch: the last that was committed. */
async function changeOptions(session: Session, { path, from, to }: StateFlags): Promise<Record<string, string | undefined>> {
  return { readChangeFeed: "true", changeStartBatchId: from ?? to ?? (await lastBatch(session, path)), changeEndBatchId: to };
}

async function lastBatch(session: Session, path: string): Promise<string> {
  const { inspectCheckpoint } = await import("../dataframe/checkpointReport.js");
  const { batches, location } = await inspectCheckpoint(session, path);
  if (batches === null || batches.lastCommitted === null)
    throw new StreamingError("STDS_COMMITTED_BATCH_UNAVAILABLE", { checkpointLocation: location });
  return String(batches.lastCommitted);
}

function limited(rows: DataFrame, { what, limit }: StateFlags): DataFrame {
  if (limit !== undefined) return rows.limit(Number(limit));
  return commandPort.screen.isTTY && what !== "export" ? rows.limit(shownRows) : rows;
}

async function show(rows: DataFrame, format: "table" | ResultFormat): Promise<void> {
  if (format === "table") return rows.show(2 ** 31 - 1, false);
  await writeResult(rows, format, (bytes) => void process.stdout.write(Buffer.from(bytes)));
}

/** @throws INVALID_FLAG */
function checkFlags({ what, batch, from, to, limit, output }: StateFlags): void {
  for (const [flag, value] of Object.entries({ batch, from, to, limit }))
    if (value !== undefined && !/^\d{1,9}$/.test(value)) throw refuse(flag, value, "a whole number that is not negative");
  if (what === "changes" && batch !== undefined) throw refuse("batch", batch, "left out: changes are --from a batch --to a batch");
  for (const [flag, value] of Object.entries({ from, to }))
    if (what !== "changes" && value !== undefined) throw refuse(flag, value, `left out of ${what}: it is of changes`);
  if (what === "export" && output === undefined) throw refuse("output", "", "the folder to write to");
  if (what !== "export" && output !== undefined) throw refuse("output", output, `left out of ${what}: export writes files`);
}

function refuse(flag: string, value: string, expected: string): StreamingError {
  return new StreamingError("INVALID_FLAG", { flag, value, expected });
}

/** @throws INVALID_FLAG */
function formatOf<F extends string>({ format }: StateFlags, formats: readonly F[], standard: F): F {
  if (format === undefined) return standard;
  const known = formats.find((name) => name === format);
  if (known === undefined) throw refuse("format", format, formats.join(", "));
  return known;
}
