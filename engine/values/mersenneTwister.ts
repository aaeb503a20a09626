import { assert } from "../errors/assert.js";

/**
 * The Mersenne twister (MT19937), seeded by an array of two words as Apache Commons Math does it: what Spark's shuffle draws from, so that a seed gives the same order
 * here and there.
 */
export class MersenneTwister {
  readonly #state = new Int32Array(length);
  #at = length;

  constructor(seed: bigint) {
    this.#seed([Number(BigInt.asIntN(32, seed >> 32n)), Number(BigInt.asIntN(32, seed))]);
  }

  /** A whole number below `bound`, evenly distributed, by Java's rule. */
  below(bound: number): number {
    assert(bound > 0, "a bound is positive");
    if ((bound & (bound - 1)) === 0) return Number((BigInt(bound) * BigInt(this.#bits())) >> 31n);
    for (;;) {
      const bits = this.#bits();
      const value = bits % bound;
      // What would not be even is drawn again: the sum has left the range of an int.
      if (bits - value + (bound - 1) <= 0x7fffffff) return value;
    }
  }

  /** The numbers from 0 in a new order: each next one takes a place among those before it, and what stood there goes to the end. */
  order(count: number): Int32Array {
    const order = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const place = this.below(i + 1);
      order[i] = order[place]!;
      order[place] = i;
    }
    return order;
  }

  #seed(words: readonly number[]): void {
    const state = this.#state;
    state[0] = 19_650_218;
    for (let i = 1; i < length; i++) state[i] = Math.imul(1_812_433_253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
    let i = 1;
    const step = (): void => {
      if (++i < length) return;
      state[0] = state[length - 1]!;
      i = 1;
    };
    for (let k = 0; k < length; k++, step()) {
      const j = k % words.length;
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1_664_525)) + words[j]! + j;
    }
    for (let k = 1; k < length; k++, step()) {
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1_566_083_941)) - i;
    }
    state[0] = -2_147_483_648;
  }

  /** The next 31 bits. */
  #bits(): number {
    if (this.#at === length) this.#next();
    let y = this.#state[this.#at++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & -1_658_038_656;
    y ^= (y << 15) & -272_236_544;
    y ^= y >>> 18;
    return y >>> 1;
  }

  #next(): void {
    const state = this.#state;
    for (let k = 0; k < length; k++) {
      const y = (state[k]! & -2_147_483_648) | (state[(k + 1) % length]! & 0x7fffffff);
      state[k] = state[(k + middle) % length]! ^ (y >>> 1) ^ ((y & 1) === 0 ? 0 : -1_727_483_681);
    }
    this.#at = 0;
  }
}

const length = 624;
const middle = 397;
