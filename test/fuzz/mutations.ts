import type { Random } from "../simulation/world/random.js";

/** One way to damage a file. `siblings`: what other files of its folder hold. Null: the file is gone. */
interface Mutation {
  readonly name: string;
  apply(bytes: Uint8Array, random: Random, siblings: readonly Uint8Array[]): Uint8Array | null;
}

const mutations: readonly Mutation[] = [
  {
    name: "a bit",
    apply: (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << random.below(8))),
  },
  { name: "a byte", apply: (bytes, random) => changed(bytes, random, () => random.below(256)) },
  {
    name: "a digit",
    apply(bytes, random) {
      const digits = [...bytes.keys()].filter((i) => bytes[i]! >= 48 && bytes[i]! <= 57);
      if (digits.length === 0) return changed(bytes, random, () => 48);
      const copy = bytes.slice();
      copy[random.pick(digits)] = 48 + random.below(10);
      return copy;
    },
  },
  {
    name: "a letter",
    apply(bytes, random) {
      const letters = [...bytes.keys()].filter((i) => bytes[i]! >= 97 && bytes[i]! <= 122);
      if (letters.length === 0) return changed(bytes, random, () => 97);
      const copy = bytes.slice();
      copy[random.pick(letters)] = 97 + random.below(26);
      return copy;
    },
  },
  { name: "a cut", apply: (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)) },
  {
    name: "a piece left out",
    apply(bytes, random) {
      const from = random.below(bytes.length + 1);
      return joined(bytes.subarray(0, from), bytes.subarray(from + 1 + random.below(8)));
    },
  },
  {
    name: "a piece twice",
    apply(bytes, random) {
      const from = random.below(bytes.length + 1);
      const to = Math.min(bytes.length, from + 1 + random.below(40));
      return joined(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to));
    },
  },
  {
    name: "a line left out",
    apply(bytes, random) {
      const lines = new TextDecoder("latin1").decode(bytes).split("\n");
      lines.splice(random.below(lines.length), 1);
      return Buffer.from(lines.join("\n"), "latin1");
    },
  },
  {
    name: "zeros",
    apply(bytes, random) {
      const copy = bytes.slice();
      return copy.fill(0, random.below(bytes.length + 1));
    },
  },
  { name: "nothing", apply: () => new Uint8Array(0) },
  { name: "gone", apply: () => null },
  {
    name: "another one's bytes",
    apply: (_bytes, random, siblings) => (siblings.length === 0 ? new Uint8Array(0) : random.pick(siblings)),
  },
];

/** A file's bytes, damaged in some way; and in which. */
export function mutate(bytes: Uint8Array, random: Random, siblings: readonly Uint8Array[]): { bytes: Uint8Array | null; name: string } {
  const mutation = random.pick(mutations);
  return { bytes: mutation.apply(bytes, random, siblings), name: mutation.name };
}

function changed(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  const at = random.below(bytes.length);
  if (bytes.length > 0) copy[at] = change(copy[at]!);
  return copy;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
