import { compileFunction } from "../codegen/compileFunction.js";
import { sameBytes } from "./byteHash.js";
import type { KeyLayout } from "./keyLayout.js";

/**
 * Looks rows `from` to `count` up and writes their slots; stops at the first key that is not in the table and gives its row (`count` when all were
 * found).
 */
export type Probe = (
  from: number,
  count: number,
  index: Int32Array,
  slotHashes: Int32Array,
  keys: Int32Array,
  words: Int32Array,
  hashes: Int32Array,
  arena: DataView,
  bytes: readonly DataView[],
  slots: Int32Array,
) => number;

const parameters = ["from", "count", "index", "slotHashes", "keys", "words", "hashes", "arena", "bytes", "slots"];
const probes = new Map<string, Probe>();

/** The probe loop for keys of this layout, compiled once. */
export function probeFor({ stride, columns }: KeyLayout): Probe {
  const isStart = new Set<number>();
  const byteTests: string[] = [];
  columns.forEach(({ kind, offset }, c) => {
    if (kind !== "bytes") return;
    isStart.add(offset);
    byteTests.push(`sameBytes(arena, keys[k + ${offset}], bytes[${c}], words[r + ${offset}], words[r + ${offset + 1}])`);
  });
  const wordTests = Array.from({ length: stride }, (_, w) => w)
    .filter((w) => !isStart.has(w))
    .map((w) => `keys[k + ${w}] === words[r + ${w}]`);
  const body = `  const mask = index.length - 1;
  for (let i = from; i < count; i++) {
    const hash = hashes[i], r = i * ${stride};
    let p = hash & mask;
    for (;;) {
      const slot = index[p] - 1;
      if (slot === -1) return i;
      if (slotHashes[slot] === hash) {
        const k = slot * ${stride};
        if (${["true", ...wordTests, ...byteTests].join(" && ")}) { slots[i] = slot; break; }
      }
      p = (p + 1) & mask;
    }
  }
  return count;`;
  let probe = probes.get(body);
  if (probe === undefined) {
    probe = compileFunction({ name: "probe", parameters, body, bound: { sameBytes } }) as Probe;
    probes.set(body, probe);
  }
  return probe;
}
