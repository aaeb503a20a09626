import { biases, linearThresholds, rawEstimates } from "./hyperLogLogBias.generated.js";

/**
 * HyperLogLog++ with dense registers, as Spark has it: the estimate is the same number for the same values, whatever their order.
 * A register is a byte: how many zeros the hashes of its values began with at most, and one.
 */

/** How many bits of a hash choose the register, for an error that is asked for. */
export function addressBits(relativeError: number): number {
  return Math.ceil((2 * Math.log(1.106 / relativeError)) / Math.log(2));
}

/** Takes a hash of 64 bits into the registers from `start` on. */
export function takeHash(registers: Uint8Array, start: number, bits: number, hash: bigint): void {
  const unsigned = BigInt.asUintN(64, hash);
  const register = start + Number(unsigned >> BigInt(64 - bits));
  // The bit behind the address bounds the count of zeros.
  const rest = BigInt.asUintN(64, (unsigned << BigInt(bits)) | (1n << BigInt(bits - 1)));
  const high = Number(rest >> 32n);
  const zeros = high === 0 ? 32 + Math.clz32(Number(rest & 0xffffffffn)) : Math.clz32(high);
  if (zeros + 1 > registers[register]!) registers[register] = zeros + 1;
}

/** How many different values the registers have seen, about. */
export function estimateOf(registers: Uint8Array, start: number, bits: number): number {
  const count = 2 ** bits;
  let inverse = 0;
  let empty = 0;
  for (let i = start; i < start + count; i++) {
    inverse += 1 / 2 ** registers[i]!;
    if (registers[i] === 0) empty++;
  }
  const raw = (alphaOf(bits) * count * count) / inverse;
  const hasTables = bits < 19;
  const corrected = hasTables && raw < 5 * count ? raw - biasOf(raw, bits) : raw;
  if (empty === 0) return Math.round(corrected);
  const linear = count * Math.log(count / empty);
  return Math.round((hasTables && linear <= linearThresholds[bits - 4]!) || raw <= 2.5 * count ? linear : corrected);
}

function alphaOf(bits: number): number {
  if (bits === 4) return 0.673;
  if (bits === 5) return 0.697;
  return bits === 6 ? 0.709 : 0.7213 / (1 + 1.079 / 2 ** bits);
}

const neighbours = 6;

/** The mean of the biases that were measured nearest to an estimate. */
function biasOf(raw: number, bits: number): number {
  const estimates = rawEstimates[bits - 4]!;
  const distance = (i: number): number => (raw - estimates[i]!) ** 2;
  let low = Math.max(firstFrom(estimates, raw) - neighbours + 1, 0);
  let high = Math.min(low + neighbours, estimates.length);
  while (high < estimates.length && distance(high) < distance(low)) {
    low++;
    high++;
  }
  let sum = 0;
  for (let i = low; i < high; i++) sum += biases[bits - 4]![i]!;
  return sum / (high - low);
}

/** The place of the first that is not below a number, in ascending ones. */
function firstFrom(ascending: readonly number[], wanted: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
