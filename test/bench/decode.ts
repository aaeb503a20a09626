import { types, field } from "../../engine/arrow/types.js";
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

function measure(name: string, irregular: boolean, rows: number, bufferBytes: number): void {
  let text = "";
  for (let i = 0; i < 20_000; i++) text += line(i, irregular);
  const block = new TextEncoder().encode(text);
  const decoder = createDecoder({ format: "json", schema, options: {} }, [{ op: "=", column: ["event_type"], value: "view" }], {
    ...environment,
    bufferBytes,
  });
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

const rows = Number(process.argv[2] ?? 1_000_000);
for (const bufferBytes of [1 << 18, 1 << 19, 1 << 20]) {
  measure("w1", false, rows, bufferBytes);
  measure("w1 irregular", true, rows, bufferBytes);
}
