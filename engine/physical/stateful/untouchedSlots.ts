import { IntList } from "../../state/intList.js";

/** So many slots share a note of when they were last looked at. */
const slotsOfNote = 1024;

/**
 * Which slots were not touched for long, by a hand that goes around: a slot is given that was not touched since the hand was there before. When the hand has been around
 * and found too few, those that the batch has not touched are given too.
 */
export class UntouchedSlots {
  #hand = 0;
  /** By 1024 slots: the batch in which the hand was there. */
  readonly #seen = new IntList();
  readonly #found = new IntList();

  /**
   * @param stamps the batch in which each slot was last touched; −1 where it is free, as one is from here on that is given
   * @param limit slots are below
   */
  next(stamps: Int32Array, limit: number, batch: number, count: number): IntList {
    const found = this.#found;
    found.clear();
    while (this.#seen.count * slotsOfNote < limit) this.#seen.push(0);
    const seen = this.#seen.values;
    for (let looked = 0; looked < 2 * limit && found.count < count; looked++) {
      if (this.#hand >= limit) this.#hand = 0;
      const slot = this.#hand++;
      const note = Math.floor(slot / slotsOfNote);
      const stamp = stamps[slot]!;
      if (stamp >= 0 && stamp < seen[note]! && stamp < batch) {
        found.push(slot);
        stamps[slot] = -1;
      }
      if (this.#hand % slotsOfNote === 0 || this.#hand === limit) seen[note] = batch;
    }
    return found;
  }
}
