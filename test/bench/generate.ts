import { closeSync, mkdirSync, openSync, utimesSync, writeSync } from "node:fs";
import { join } from "node:path";
import { mix, SplitMix, uuid } from "./random.js";

/**
 * The workloads' input, JSON lines in 20 files each with rising modification times. Deterministic: the same bytes for the same scale, whoever runs it.
 *
 * w1 ad events (Yahoo streaming benchmark), w1x the same with every third line irregular, w2 sensor readings, w3 clicks, w4 impressions and clicks,
 * w6 lines of words, w7 events with re-sends.
 */
export type Workload = "w1" | "w1x" | "w2" | "w3" | "w4" | "w6" | "w7";

const baseMs = 1_767_225_600_000; // 2026-01-01T00:00:00Z
const fileCount = 20;
const sixHoursMs = 6 * 3_600_000;

/** Writes the input of `workload` below `directory`; `scale` 1 is 5 million events of w1. */
export function generate(workload: Workload, directory: string, scale: number): void {
  const rows = (full: number) => Math.floor(Math.floor(full * scale) / fileCount) * fileCount;
  switch (workload) {
    case "w1":
      return adEvents(directory, "w1", rows(5_000_000), (line) => line);
    case "w1x":
      return adEvents(directory, "w1x", rows(5_000_000), irregular);
    case "w2":
      return readings(directory, rows(5_000_000));
    case "w3":
      return clicks(directory, rows(2_000_000));
    case "w4":
      return impressions(directory, rows(2_000_000), rows(500_000));
    case "w6":
      return words(directory, rows(2_000_000));
    case "w7":
      return resends(directory, rows(5_000_000));
  }
}

const ids = (kind: bigint, count: number) => Array.from({ length: count }, (_, i) => uuid(kind, BigInt(i)));

function adEvents(directory: string, name: string, total: number, shape: (line: string, i: number) => string): void {
  const random = new SplitMix(1n);
  const users = ids(1n, 100_000);
  const pages = ids(2n, 1000);
  const ads = ids(3n, 1000);
  const campaigns = ids(4n, 100);
  writeFile(
    join(directory, "w1_ads"),
    "ads.json",
    0,
    0,
    1000,
    (i) => `{"ad_id":"${ads[i]!}","campaign_id":"${campaigns[Math.floor(i / 10)]!}"}`,
  );
  const adTypes = ["banner", "modal", "sponsored-search", "mail", "mobile"];
  const eventTypes = ["view", "click", "purchase"];
  writeFiles(join(directory, name), total, (i) => {
    const ms = baseMs + Math.floor(i / 10) - random.below(5000) + 10_000;
    const user = users[random.below(100_000)]!;
    const page = pages[random.below(1000)]!;
    const ad = ads[random.below(1000)]!;
    const adType = adTypes[random.below(5)]!;
    const eventType = eventTypes[random.below(3)]!;
    const ip = `${random.below(256)}.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
    const line = `{"user_id":"${user}","page_id":"${page}","ad_id":"${ad}","ad_type":"${adType}","event_type":"${eventType}","event_time":"${iso(ms)}","ip_address":"${ip}"}`;
    return shape(line, i);
  });
}

/** Every third line: a null, a missing field, a field in another place, or an escape, in turn. The answer of w1 stays the same. */
function irregular(line: string, i: number): string {
  if (i % 3 !== 0) return line;
  switch (i % 12) {
    case 0:
      return line.replace(/"page_id":"[^"]*"/, '"page_id":null');
    case 3:
      return line.replace(/"user_id":"[^"]*",/, "");
    case 6:
      return line.replace(/("ad_id":"[^"]*"),("ad_type":"[^"]*")/, "$2,$1");
    default:
      return line.replace(/"ad_type":"/, '"ad_type":"\\u0041\\"');
  }
}

function readings(directory: string, total: number): void {
  const random = new SplitMix(2n);
  writeFiles(join(directory, "w2"), total, (i) => {
    const ms = baseMs + Math.floor((i / total) * 3_600_000) + 30_000 - random.below(20_000);
    const id = String(random.below(50_000)).padStart(5, "0");
    const temperature = (-10 + 50 * random.double()).toFixed(2);
    return `{"sensor_id":"s${id}","ts":${ms + sixHoursMs},"temperature":${temperature},"humidity":${(100 * random.double()).toFixed(1)}}`;
  });
}

function clicks(directory: string, total: number): void {
  const random = new SplitMix(3n);
  writeFiles(join(directory, "w3"), total, (i) => {
    const ms = baseMs + Math.floor((i / total) * 18_000_000) + 60_000 - random.below(60_000);
    const user = String(random.below(200_000)).padStart(6, "0");
    return `{"user_id":"u${user}","ts":"${iso(ms)}","url":"/p/${random.below(50)}/item-${random.below(10_000)}"}`;
  });
}

const adName = (id: number) => `ad${String(id).padStart(6, "0")}`;

function impressions(directory: string, total: number, clickTotal: number): void {
  const random = new SplitMix(4n);
  const spanMs = 21_600_000;
  const times = new Float64Array(total);
  const ads = new Int32Array(total);
  for (let i = 0; i < total; i++) {
    times[i] = baseMs + Math.floor((i / total) * spanMs) + 30_000 - random.below(30_000);
    ads[i] = random.below(500_000);
  }
  const arrivals: { arrival: number; ms: number; ad: number }[] = [];
  while (arrivals.length < clickTotal) {
    const of = random.belowLarge(total);
    const ms = times[of]! + random.belowLarge(5_400_000);
    if (ms < baseMs + spanMs) arrivals.push({ arrival: ms + random.below(30_000), ms, ad: ads[of]! });
  }
  arrivals.sort((a, b) => a.arrival - b.arrival || a.ms - b.ms || a.ad - b.ad);
  writeFiles(join(directory, "w4_imp"), total, (i) => {
    return `{"imp_id":${i},"ad_id":"${adName(ads[i]!)}","imp_ts":${times[i]! + sixHoursMs},"cost":${mix(BigInt(i)) % 1000n}}`;
  });
  writeFiles(join(directory, "w4_clk"), clickTotal, (i) => {
    const click = arrivals[i]!;
    return `{"click_id":${i},"click_ad":"${adName(click.ad)}","click_ts":${click.ms + sixHoursMs}}`;
  });
}

function words(directory: string, total: number): void {
  const random = new SplitMix(6n);
  const vocabulary = Array.from({ length: 50_000 }, (_, i) => {
    let hash = mix(BigInt(i) + 999n);
    const length = 2 + Math.floor(Math.log10(i + 1)) + Number(hash % 4n);
    let word = "";
    for (let k = 0; k < length; k++) {
      hash = mix(hash);
      word += String.fromCharCode(97 + Number(hash % 26n));
    }
    return word + i.toString(16);
  });
  writeFiles(join(directory, "w6"), total, () => {
    const line: string[] = [];
    for (let k = 0; k < 10; k++) line.push(vocabulary[Math.min(Math.floor(50_000 ** random.double()) - 1, 49_999)]!);
    return line.join(" ");
  });
}

function resends(directory: string, total: number): void {
  const random = new SplitMix(7n);
  const ringSize = 20_000;
  const ring: { id: number; ms: number }[] = [];
  let lastId = 0;
  writeFiles(join(directory, "w7"), total, (i) => {
    const again = ring.length > 100 && random.below(10) === 0;
    let event: { id: number; ms: number };
    if (again) {
      event = ring[random.below(ring.length)]!;
    } else {
      event = { id: ++lastId, ms: baseMs + i + 20_000 - random.below(5000) };
      if (ring.length < ringSize) ring.push(event);
      else ring[event.id % ringSize] = event;
    }
    const id = BigInt(event.id);
    return `{"event_id":"${uuid(7n, id)}","ts":"${iso(event.ms)}","user":"u${mix(id) % 100_000n}","amount":${mix(id ^ 5n) % 10_000n}}`;
  });
}

function writeFiles(directory: string, total: number, line: (i: number) => string): void {
  const perFile = total / fileCount;
  for (let file = 0; file < fileCount; file++) {
    writeFile(directory, `part-${String(file).padStart(3, "0")}.json`, file, file * perFile, (file + 1) * perFile, line);
  }
}

function writeFile(directory: string, name: string, order: number, from: number, to: number, line: (i: number) => string): void {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, name);
  const handle = openSync(path, "w");
  const linesAWrite = 4096;
  for (let start = from; start < to; start += linesAWrite) {
    let text = "";
    for (let i = start; i < Math.min(start + linesAWrite, to); i++) text += `${line(i)}\n`;
    writeSync(handle, text);
  }
  closeSync(handle);
  const seconds = 1_767_300_000 + 10 * order;
  utimesSync(path, seconds, seconds);
}

/** All events lie within the one day 2026-01-01, six hours after `baseMs`. */
function iso(ms: number): string {
  return new Date(ms + sixHoursMs).toISOString();
}
