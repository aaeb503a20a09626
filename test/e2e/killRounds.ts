import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { crashPoints, type CrashPoint } from "../../engine/contract/runtime.js";
import { CommandProcess, type Ended } from "./command.js";
import { mulberry32, type ReadingsProducer } from "./readings.js";

const faultyRun = fileURLToPath(new URL("faultyRun.ts", import.meta.url));

/** A job under test. */
export interface Subject {
  /** Its file below `jobs/`. */
  readonly job: string;
  /** Where it runs; its checkpoint is in here. */
  readonly folder: string;
  /** For `--set`. */
  readonly settings: readonly string[];
  readonly producer: ReadingsProducer;
}

/** Where the kills have hit. */
export interface Kills {
  readonly atPoint: Record<CrashPoint, number>;
  /** At random moments, by what the logs say of the batch then. */
  readonly random: { starting: number; insideBatch: number; betweenBatches: number };
  readonly total: number;
}

/**
 * Starts the job again and again and kills it, `perPoint` times in each gap of a batch and `randomKills` times at random moments, while readings keep
 * coming; then closes all windows and lets it finish.
 */
export async function killAndFinish(subject: Subject, perPoint: number, randomKills: number, seed: number): Promise<Kills> {
  const random = mulberry32(seed);
  const atPoint = Object.fromEntries(crashPoints.map((point) => [point, 0])) as Record<CrashPoint, number>;
  const moments = { starting: 0, insideBatch: 0, betweenBatches: 0 };
  await mkdir(subject.folder, { recursive: true });
  const done = new AbortController();
  const feeding = feed(subject, done.signal);
  try {
    const rounds = [
      ...crashPoints.flatMap((point) => Array.from({ length: perPoint }, (_, i) => ({ point, nth: i + 1 }))),
      ...Array.from({ length: randomKills }, () => null),
    ]
      .map((round) => ({ round, order: random() }))
      .toSorted((a, b) => a.order - b.order);
    for (const { round } of rounds) {
      if (round === null) moments[await killAtRandom(subject, random)]++;
      else {
        await killAtPoint(subject, round.point, round.nth);
        atPoint[round.point]++;
      }
    }
  } finally {
    done.abort();
    await feeding;
    await subject.producer.close();
  }
  const ended = await start(subject, ["--trigger", "available-now"]).end();
  if (ended.code !== 0) throw unexpected("the last run", ended);
  return { atPoint, random: moments, total: crashPoints.length * perPoint + randomKills };
}

/** Sends readings until told to stop. */
async function feed(subject: Subject, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await subject.producer.send(loggedWatermarkMs(subject));
    await sleep(60);
  }
}

async function killAtPoint(subject: Subject, point: CrashPoint, nth: number): Promise<void> {
  const args = [jobPath(subject), checkpointOf(subject), point, String(nth), ...subject.settings];
  const ended = await CommandProcess.program(faultyRun, args, subject.folder).end();
  if (ended.signal !== "SIGKILL" || !ended.stdout.includes(`"killedAt":"${point}"`)) throw unexpected(`the run to ${point}`, ended);
}

async function killAtRandom(subject: Subject, random: () => number): Promise<keyof Kills["random"]> {
  const child = start(subject, ["--json"]);
  const fromStart = random() < 0.3;
  if (!fromStart) await child.printed(1);
  await sleep(random() * (fromStart ? 800 : 300));
  child.kill("SIGKILL");
  const ended = await child.end();
  if (ended.signal !== "SIGKILL") throw unexpected("a run to be killed", ended);
  if (ended.stdout === "") return "starting";
  return latestId(subject, "offsets") === latestId(subject, "commits") ? "betweenBatches" : "insideBatch";
}

function start(subject: Subject, flags: readonly string[]): CommandProcess {
  const settings = subject.settings.flatMap((setting) => ["--set", setting]);
  return CommandProcess.tidemark(["run", jobPath(subject), "--checkpoint", checkpointOf(subject), ...settings, ...flags], subject.folder);
}

/** The watermark that late rows will be judged by from the next batch on, as the offset log says it. */
function loggedWatermarkMs(subject: Subject): number {
  const id = latestId(subject, "offsets");
  if (id < 0) return 0;
  const [, metadata = "{}"] = readFileSync(join(checkpointOf(subject), "offsets", String(id)), "utf8").split("\n");
  return (JSON.parse(metadata) as { batchWatermarkMs: number }).batchWatermarkMs;
}

function latestId(subject: Subject, log: "offsets" | "commits"): number {
  const folder = join(checkpointOf(subject), log);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+$/.test(name)) : [];
  return Math.max(-1, ...names.map(Number));
}

function jobPath({ job }: Subject): string {
  return fileURLToPath(new URL(`jobs/${job}`, import.meta.url));
}

function checkpointOf({ folder }: Subject): string {
  return join(folder, "checkpoint");
}

function unexpected(what: string, { code, signal, stdout, stderr }: Ended): Error {
  return new Error(`${what} ended with code ${code}, signal ${signal}:\n${stdout}\n${stderr}`);
}
