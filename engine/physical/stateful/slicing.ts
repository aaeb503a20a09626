import { allWindows, type KeepsWindow } from "./windowFilter.js";
import { latestStart, type Windows } from "./windows.js";

export const noWindows: readonly number[] = [];

/**
 * The slices of hopping windows: time cut wherever a window begins or ends, so that every row falls into one slice and every window is a run of slices. Two for
 * each slide (paired panes), or one where the slide divides the window. Windows are numbered by their start, which is `startUs` of window 0.
 */
export class Slicing {
  readonly #windows: Windows;
  /** Whether a window that starts there has groups. */
  readonly #keeps: KeepsWindow;
  /** Where, behind a window's start, another one ends. */
  readonly #endUs: number;
  #lateUs = -Infinity;
  /** What `lateWindows` found in this batch. */
  readonly #late = new Map<number, readonly number[]>();

  constructor(windows: Windows, keeps: KeepsWindow) {
    this.#windows = windows;
    this.#keeps = keeps;
    this.#endUs = windows.durationUs % windows.slideUs;
  }

  /** The start of the slice that a time is in. */
  startAt(timeUs: number): number {
    const start = latestStart(this.#windows, timeUs);
    return timeUs - start < this.#endUs ? start : start + this.#endUs;
  }

  /** The end of the slice that begins there. */
  endOf(sliceUs: number): number {
    const start = latestStart(this.#windows, sliceUs);
    return sliceUs - start < this.#endUs ? start + this.#endUs : start + this.#windows.slideUs;
  }

  /** The first window that a slice is of. */
  firstWindow(sliceUs: number): number {
    return this.lastEnded(sliceUs) + 1;
  }

  /** The last window that a slice is of. */
  lastWindow(sliceUs: number): number {
    const { startUs, slideUs } = this.#windows;
    return Math.floor((sliceUs - startUs) / slideUs);
  }

  /** The last window that ends at or before a time. */
  lastEnded(timeUs: number): number {
    const { startUs, slideUs, durationUs } = this.#windows;
    return Math.floor((timeUs - durationUs - startUs) / slideUs);
  }

  /** Windows that end until `lateUs` are closed from now on. */
  begin(lateUs: number): void {
    this.#lateUs = lateUs;
    this.#late.clear();
  }

  /** The starts of a slice's windows that are closed. */
  lateWindows(sliceUs: number): readonly number[] {
    const first = this.firstWindow(sliceUs);
    const last = Math.min(this.lastWindow(sliceUs), this.lastEnded(this.#lateUs));
    if (last < first) return noWindows;
    let windows = this.#late.get(sliceUs);
    if (windows === undefined) {
      windows = Array.from({ length: last - first + 1 }, (_, k) => this.windowStart(first + k)).filter(this.#keeps);
      this.#late.set(sliceUs, windows);
    }
    return windows;
  }

  /** Whether a window has groups. */
  keeps(window: number): boolean {
    return this.#keeps(this.windowStart(window));
  }

  /** How many of the windows from the first to the last have groups. */
  keptBetween(first: number, last: number): number {
    if (this.#keeps === allWindows) return Math.max(0, last - first + 1);
    let kept = 0;
    for (let window = first; window <= last; window++) if (this.keeps(window)) kept++;
    return kept;
  }

  /** Whether a slice is of a window that has groups. */
  keepsSlice(sliceUs: number): boolean {
    return this.keptBetween(this.firstWindow(sliceUs), this.lastWindow(sliceUs)) > 0;
  }

  windowStart(window: number): number {
    return this.#windows.startUs + window * this.#windows.slideUs;
  }

  /** When the last window ends that a slice is of. */
  closesAt(sliceUs: number): number {
    return latestStart(this.#windows, sliceUs) + this.#windows.durationUs;
  }
}
