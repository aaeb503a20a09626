import { Cache } from "../codegen/cache.js";
import { compileCached } from "../codegen/compileFunction.js";
import { sameBytes } from "../arrow/byteHash.js";
import type { KeyLayout } from "./keyLayout.js";
import { slotRange, tagMask, tagShift } from "./keySegment.js";

/**
 * Looks up the packed keys of a list (key `numbers[j]`, or key j when `numbers` is null), from entry `from` on, and writes their slots; stops at the first key
 * that is not in the table and gives its place in the list (`count` when all were found). Indexes and key bytes are those of the key's group.
 */
export type Probe = (
  from: number,
  count: number,
  numbers: Int32Array | null,
  indexes: readonly Int32Array[],
  keys: Int32Array,
  words: Int32Array,
  hashes: Int32Array,
  keyBytes: readonly DataView[],
  bytes: readonly DataView[],
  slots: Int32Array,
) => number;

const parameters = ["from", "count", "numbers", "indexes", "keys", "words", "hashes", "keyBytes", "bytes", "slots"];
const probes = new Cache<Probe>(1024);

/** The probe loop for keys of this layout, compiled once. */
export function probeFor({ stride, columns }: KeyLayout): Probe {
  const tests: string[] = [];
  const isOfBytes = new Set<number>();
  columns.forEach(({ kind, outside }, c) => {
    if (outside === null) return;
    const { start, length, inline } = outside;
    isOfBytes.add(start);
    const same = `sameBytes(keyBytes[group], keys[k + ${start}], bytes[${c}], words[r + ${start}], words[r + ${length}])`;
    tests.push(kind === "text" ? `(words[r + ${length}] > ${inline} ? ${same} : keys[k + ${start}] === words[r + ${start}])` : same);
  });
  const wordTests = Array.from({ length: stride }, (_, w) => w)
    .filter((w) => !isOfBytes.has(w))
    .map((w) => `keys[k + ${w}] === words[r + ${w}]`);
  const body = `  for (let j = from; j < count; j++) {
    const i = numbers === null ? j : numbers[j], hash = hashes[i], r = i * ${stride};
    const group = hash >>> 24, index = indexes[group], mask = index.length - 1;
    const tag = (hash & ${tagMask}) << ${tagShift};
    let p = hash & mask;
    for (;;) {
      const entry = index[p];
      if (entry === 0) return j;
      if (((entry ^ tag) & ${~slotRange}) === 0) {
        const slot = (entry & ${slotRange}) - 1, k = slot * ${stride};
        if (${["true", ...wordTests, ...tests].join(" && ")}) { slots[j] = slot; break; }
      }
      p = (p + 1) & mask;
    }
  }
  return count;`;
  return compileCached(probes, { name: "probe", parameters, body, bound: { sameBytes } });
}
