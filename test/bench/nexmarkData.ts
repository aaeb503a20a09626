import { closeSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { NexmarkEvents, type EventKind } from "./nexmarkEvents.js";

/** What there is to say of the data of Nexmark. */
export interface NexmarkDataOptions {
  /** 1 is five million events. */
  readonly scale: number;
  readonly seed?: number;
  /** Events a second. */
  readonly rate?: number;
  /** How late some events arrive at most, ms. */
  readonly lateMs?: number;
}

const fileCount = 20;
/** Midnight falls at three fifths of the stream, so that queries by day have two days. */
const midnightMs = Date.UTC(2026, 0, 2);
const kinds: readonly EventKind[] = ["person", "auction", "bid"];

/** Writes the three streams of Nexmark, in files whose times rise with their names, and the table beside them; the same bytes for the same options. */
export function writeNexmarkData(folder: string, { scale, seed = 1, rate = 10_000, lateMs = 3000 }: NexmarkDataOptions): void {
  const events = Math.floor((scale * 5e6) / (fileCount * 50)) * fileCount * 50;
  const baseMs = midnightMs - Math.floor(((events * 3) / 5 / rate) * 1000);
  const made = new NexmarkEvents(seed, baseMs, rate);
  const order = arrivals(made, events, rate, lateMs);
  const counts = { person: 0, auction: 0, bid: 0 };
  const lastMs = { person: 0, auction: 0, bid: 0 };
  for (const kind of kinds) mkdirSync(join(folder, kind), { recursive: true });
  for (let file = 0; file < fileCount; file++) {
    const paths = kinds.map((kind) => join(folder, kind, `part-${String(file).padStart(3, "0")}.json`));
    const open = paths.map((path) => openSync(path, "w"));
    const lines: Record<EventKind, string[]> = { person: [], auction: [], bid: [] };
    const flush = (): void => {
      for (const [k, kind] of kinds.entries()) writeSync(open[k]!, lines[kind].splice(0).join(""));
    };
    const perFile = events / fileCount;
    for (let i = 0; i < perFile; i++) {
      const { kind, atMs, line } = made.event(order[file * perFile + i]!);
      lines[kind].push(line);
      counts[kind]++;
      lastMs[kind] = Math.max(lastMs[kind], atMs);
      if (i % 10_000 === 0) flush();
    }
    flush();
    open.forEach(closeSync);
    for (const path of paths) utimesSync(path, 1_767_400_000 + 10 * file, 1_767_400_000 + 10 * file);
  }
  mkdirSync(join(folder, "side_input"), { recursive: true });
  const side = Array.from({ length: 10_000 }, (_, i) => `{"key":${i},"value":"side-${i}"}\n`);
  writeFileSync(join(folder, "side_input", "side.json"), side.join(""));
  // The benchmark's checker reads when the streams end.
  const meta = { events, ...counts, seed, rate, late_ms: lateMs, files: fileCount, first_ms: baseMs, max_ms: lastMs };
  writeFileSync(join(folder, "meta.json"), `${JSON.stringify(meta)}\n`);
}

/** The numbers of the events in the order in which they arrive. */
function arrivals(made: NexmarkEvents, events: number, rate: number, lateMs: number): Uint32Array {
  const atUs = Float64Array.from({ length: events }, (_, k) => Math.floor((k * 1e6) / rate) + made.delayMs(k, lateMs) * 1000);
  return Uint32Array.from({ length: events }, (_, k) => k).toSorted((a, b) => atUs[a]! - atUs[b]! || a - b);
}
