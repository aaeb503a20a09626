import { resetText, targetOf, type BackFlags } from "./reset.js";
import type { CheckpointReport, CheckpointVerdict } from "../dataframe/checkpointReport.js";
import { Session } from "../dataframe/session.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { exitCodeOf, exitCodes, failureRecord, failureText } from "./failure.js";
import { Messages } from "./messages.js";

/** What `tidemark checkpoint` was told. */
export interface CheckpointFlags {
  readonly what: "inspect" | "verify" | "savepoint" | "fork" | "prune" | "repartition" | "reset";
  readonly path: string;
  /** Where a copy goes; to how many partitions, to how many batches. */
  readonly to: string;
  readonly json: boolean;
  /** Where `reset` goes back to. */
  readonly back: BackFlags;
  /** `reset` only says what it means. */
  readonly dryRun: boolean;
}

/** Says what is in a checkpoint, or whether all of it can be read, or copies it. Gives the exit code: 1 also where something is damaged. */
export async function checkpoint({ what, path, to, json, back, dryRun }: CheckpointFlags): Promise<number> {
  const messages = new Messages(json);
  const session = Session.create({ warn: (message) => messages.warning(message) });
  try {
    const { copyCheckpointTo, inspectCheckpoint, prune, repartition, verifyCheckpoint } = await import("../dataframe/checkpointReport.js");
    if (what === "inspect") {
      const report = await inspectCheckpoint(session, path);
      print(json ? JSON.stringify(report) : reportText(report));
      return exitCodes.done;
    }
    if (what === "savepoint" || what === "fork") {
      if (to === "")
        throw new StreamingError("INVALID_COMMAND_LINE", {
          mistake: `Say where to: tidemark checkpoint ${what} <path> <to>`,
          help: "tidemark checkpoint --help",
        });
      const batchId = await copyCheckpointTo(session, path, to, what);
      const at = batchId === null ? "before its first batch" : `behind batch ${batchId}`;
      print(
        json
          ? JSON.stringify({ what, path, to, lastCommitted: batchId })
          : `${to}: ${what === "fork" ? "a query of its own that goes on" : "the same query,"} ${at}`,
      );
      return exitCodes.done;
    }
    if (what === "reset") {
      const { reset } = await import("../dataframe/checkpointReport.js");
      const report = await reset(session, path, targetOf(back), dryRun);
      print(json ? JSON.stringify({ what, path, dryRun, ...report }) : resetText(path, report, dryRun));
      return exitCodes.done;
    }
    if (what === "repartition") {
      const before = await repartition(session, path, numberOf(what, to));
      const had = before === null ? "" : `, in place of ${before}`;
      print(
        json ? JSON.stringify({ what, path, partitions: Number(to), before }) : `${path}: ${to} partitions from the next batch on${had}`,
      );
      return exitCodes.done;
    }
    if (what === "prune") {
      const pruned = await prune(session, path, numberOf(what, to));
      const { oldestBatchId, removedFiles, removedBytes } = pruned;
      print(
        json
          ? JSON.stringify({ what, path, ...pruned })
          : `${path}: batches from ${oldestBatchId} on are kept; ${removedFiles} files of ${removedBytes} bytes are gone`,
      );
      return exitCodes.done;
    }
    const verdict = await verifyCheckpoint(session, path);
    print(json ? JSON.stringify(verdictRecord(verdict)) : verdictText(verdict));
    return verdict.problems.length === 0 ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    messages.failure(error);
    return exitCodeOf(error);
  } finally {
    await session.stop();
  }
}

/** The word behind the path, where it is a number. */
function numberOf(what: "prune" | "repartition", word: string): number {
  if (/^\d+$/.test(word)) return Number(word);
  const mistake =
    what === "prune"
      ? "Say how many batches to keep: tidemark checkpoint prune <path> <batches>"
      : "Say how many partitions: tidemark checkpoint repartition <path> <partitions>";
  throw new StreamingError("INVALID_COMMAND_LINE", { mistake, help: "tidemark checkpoint --help" });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function reportText({ location, queryId, outputMode, sink, batches, sources, state }: CheckpointReport): string {
  const lines: (readonly [string, string])[] = [
    ["checkpoint", location],
    ["query", queryId ?? "none of ours"],
  ];
  if (sink !== null) lines.push(["sink", outputMode === null ? sink : `${sink} (${outputMode})`]);
  if (batches === null) {
    lines.push(["batches", "none planned yet"]);
  } else {
    const { oldest, lastPlanned, lastCommitted, plannedAt, runId, watermark } = batches;
    const done = lastCommitted === null ? "none committed" : `${oldest} to ${lastCommitted} committed`;
    const open = lastPlanned === lastCommitted ? "" : `; ${lastPlanned} planned, which the next start runs again`;
    lines.push(["batches", `${done}${open}`], ["planned", `batch ${lastPlanned} at ${plannedAt}`]);
    if (runId !== null) lines.push(["last run", runId]);
    lines.push(["watermark", watermark ?? "none yet"]);
  }
  for (const { name, offset } of sources) lines.push(["source", `${name} at ${JSON.stringify(offset)}`]);
  for (const { operatorId, operatorName, storeName, layout, key, value } of state) {
    const store = storeName === "default" ? "" : `, ${storeName}`;
    lines.push([
      "state",
      `${operatorId} (${operatorName}${store}), ${layout}: ${key.join(", ") || "no key"} -> ${value.join(", ") || "nothing"}`,
    ]);
  }
  const width = Math.max(...lines.map(([title]) => title.length));
  return lines.map(([title, text]) => `${title.padEnd(width)}  ${text}`).join("\n");
}

function verdictText({ location, batches, stateFiles, problems, passedOver }: CheckpointVerdict): string {
  const notes = passedOver.map((error) => `passed over at a restart: ${failureText(error)}`);
  if (problems.length > 0) return [...problems.map(failureText), ...notes, `${location}: damaged`].join("\n");
  return [...notes, `${location}: ${batches} batches and ${stateFiles} state files are whole`].join("\n");
}

function verdictRecord({ problems, passedOver, ...counts }: CheckpointVerdict): object {
  return { ...counts, isWhole: problems.length === 0, problems: problems.map(recordOf), passedOver: passedOver.map(recordOf) };
}

function recordOf(error: CheckpointVerdict["problems"][number]): object {
  return failureRecord(error, null);
}
