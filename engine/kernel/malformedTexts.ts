import { decodeText } from "../arrow/reading.js";

/** So many malformed records are shown in the progress, and so many bytes of each. */
export const sampleSize = 3;
const shownBytes = 200;

/** The malformed records that a decoder met: how many, and the text of the latest, until somebody takes them. */
export class MalformedTexts {
  /** Records so far, whatever became of them. */
  records = 0;
  #texts: string[] = [];

  /** @param isTold whether all of them are taken, whole; a sample of their beginnings is else */
  constructor(private readonly isTold: boolean) {}

  add(bytes: Uint8Array, start: number, end: number): void {
    this.records++;
    if (this.isTold) this.#texts.push(decodeText(bytes, start, end));
    else if (this.#texts.length < sampleSize) this.#texts.push(decodeText(bytes, start, Math.min(end, start + shownBytes)));
  }

  get areWaiting(): boolean {
    return this.#texts.length > 0;
  }

  take(): readonly string[] {
    const texts = this.#texts;
    if (texts.length > 0) this.#texts = [];
    return texts;
  }
}
