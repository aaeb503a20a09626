import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { PushedFilter } from "../../engine/contract/source.js";
import { createDecoder } from "../../engine/kernel/decoder.js";
import { environment } from "../unit/kernel/environment.js";

// Rows per second of the bare decoder over lines of the Yahoo benchmark, on one core: `npx vitest`-free, run as `node <built file> [rows]`.

const schema = types.struct([field("ad_id", types.string), field("event_type", types.string), field("event_time", types.timestamp)]);
const eventTypes = ["view", "click", "purchase"];
const hex = (n: number, digits: number): string => (n >>> 0).toString(16).padStart(digits, "0");
const uuid = (i: number, salt: number): string =>
  `${hex(Math.imul(i + 1, 2654435761) ^ salt, 8)}-${hex(i & 65535, 4)}-4${hex(i % 4096, 3)}-a${hex(salt % 4096, 3)}-${hex(Math.imul(i, 40503), 8)}${hex(i & 65535, 4)}`;

function line(i: number, irregular: boolean): string {
  const time = `2026-01-01T06:${String(Math.floor(i / 60000) % 60).padStart(2, "0")}:${String(Math.floor(i / 1000) % 60).padStart(2, "0")}.${String(i % 1000).padStart(3, "0")}Z`;
  const members = [
    ["user_id", `"${uuid(i, 1)}"`],
    ["page_id", `"${uuid(i, 2)}"`],
    ["ad_id", `"${uuid(i % 1000, 3)}"`],
    ["ad_type", '"banner"'],
    ["event_type", `"${eventTypes[i % 3]!}"`],
    ["event_time", `"${time}"`],
    ["ip_address", '"1.2.3.4"'],
  ];
  if (irregular) {
    if (i % 12 === 1) members[1]![1] = "null";
    else if (i % 12 === 4) members.splice(6, 1);
    else if (i % 12 === 7) [members[2], members[3]] = [members[3]!, members[2]!];
    else if (i % 48 === 10) members[6]![1] = '"1.2\\t.3.4"';
  }
  return `{${members.map(([name, value]) => `"${name}":${value}`).join(",")}}\n`;
}

function reading(i: number): string {
  const digits = (salt: number): number => (Math.imul(i, 2654435761) >>> salt) % 4000;
  return `{"sensor_id":"s${String(i % 50_000).padStart(5, "0")}","ts":${1767247200000 + (i % 3600)},"temperature":${(digits(3) / 100).toFixed(2)},"humidity":${(digits(7) / 40).toFixed(1)}}\n`;
}

const nestedLine = (i: number): string => `{"id":${i},"tags":["a","b${i}"],"in":{"n":${i % 100},"s":"x${i}"},"x":${Math.sin(i)}}\n`;

interface Workload {
  readonly name: string;
  readonly line: (i: number) => string;
  readonly schema: Schema;
  readonly filters?: readonly PushedFilter[];
}

function measure({ name, line: lineOf, schema: read, filters = [] }: Workload, rows: number, bufferBytes: number): void {
  let text = "";
  for (let i = 0; i < 20_000; i++) text += lineOf(i);
  const block = new TextEncoder().encode(text);
  const decoder = createDecoder({ format: "json", schema: read, options: {} }, filters, { ...environment, bufferBytes });
  let out = 0;
  let best = Infinity;
  for (let round = 0; round < 6; round++) {
    let decodeMs = 0;
    for (let done = 0; done < rows; done += 20_000) {
      for (let at = 0; at < block.length;) {
        const into = decoder.buffer();
        const count = Math.min(into.length, block.length - at);
        into.set(block.subarray(at, at + count));
        at += count;
        const start = performance.now();
        out += decoder.decode(count, false)?.length ?? 0;
        decodeMs += performance.now() - start;
      }
    }
    best = Math.min(best, decodeMs);
  }
  console.log(JSON.stringify({ name, bufferBytes, rows, out, millionRowsPerSecond: +(rows / best / 1000).toFixed(2) }));
}

const views: PushedFilter = { op: "=", column: ["event_type"], value: "view" };
const sensors = types.struct([
  field("sensor_id", types.string),
  field("ts", types.long),
  field("temperature", types.double),
  field("humidity", types.double),
]);
const nested = types.struct([
  field("id", types.long),
  field("tags", types.array(types.string)),
  field("in", types.struct([field("n", types.int), field("s", types.string)])),
  field("x", types.double),
]);
const workloads: readonly Workload[] = [
  { name: "w1", line: (i) => line(i, false), schema, filters: [views] },
  { name: "w1 irregular", line: (i) => line(i, true), schema, filters: [views] },
  { name: "w2 readings", line: reading, schema: sensors },
  { name: "nested, long doubles", line: nestedLine, schema: nested },
];
const rows = Number(process.argv[2] ?? 1_000_000);
for (const workload of workloads) measure(workload, rows, Number(process.argv[3] ?? 1 << 20));
