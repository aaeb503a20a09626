import { Pane } from "../../state/pane.js";
import type { Windows } from "./windows.js";

/** Panes that the row loop finds without a map; a power of two. */
const cachedPanes = 64;

/** The panes of a state partition that have groups, by start. */
export class OpenPanes {
  /** Stands for a pane that is late: rows of it find nothing. */
  readonly closed = new Pane(NaN);
  readonly #window: Windows;
  readonly #panes = new Map<number, Pane>();
  /** The starts of the panes, ascending: what expires lies at the front, what comes mostly at the end. */
  readonly #starts: number[] = [];
  readonly #cacheStarts = new Float64Array(cachedPanes).fill(NaN);
  readonly #cache: Pane[] = Array.from({ length: cachedPanes }, () => this.closed);
  #lateUs = -Infinity;
  /** Panes that got groups since the last batch began. */
  readonly #grown = new Set<Pane>();
  #lastGrown = this.closed;
  /** Counted when a batch begins. */
  readonly #bytesOf = new Map<Pane, number>();
  #bytes = 0;

  constructor(window: Windows) {
    this.#window = window;
  }

  /** Panes that end until `lateUs` are closed from now on. The others take the form that suits their groups (see `Pane.adapt`). */
  begin(lateUs: number, keys: number, keyOf: Int32Array): void {
    this.#lateUs = lateUs;
    this.#cacheStarts.fill(NaN);
    for (const pane of this.#grown) {
      pane.adapt(keys, keyOf);
      this.#count(pane, pane.memoryBytes);
    }
    this.#grown.clear();
    this.#lastGrown = this.closed;
  }

  /** The pane of a window, opened when it is new, `closed` when it is late. */
  at(startUs: number): Pane {
    const place = (startUs / this.#window.slideUs) & (cachedPanes - 1);
    if (this.#cacheStarts[place] !== startUs) {
      this.#cacheStarts[place] = startUs;
      this.#cache[place] = startUs + this.#window.durationUs <= this.#lateUs ? this.closed : this.open(startUs);
    }
    return this.#cache[place]!;
  }

  open(startUs: number): Pane {
    let pane = this.#panes.get(startUs);
    if (pane === undefined) {
      this.#panes.set(startUs, (pane = new Pane(startUs)));
      let place = this.#starts.length;
      while (place > 0 && this.#starts[place - 1]! > startUs) place--;
      this.#starts.splice(place, 0, startUs);
    }
    return pane;
  }

  /** To be told of a pane that got a group. */
  changed(pane: Pane): void {
    if (pane === this.#lastGrown) return;
    this.#lastGrown = pane;
    this.#grown.add(pane);
  }

  /** The panes whose windows end until a time, by start. */
  endingUntil(timeUs: number): Pane[] {
    const panes: Pane[] = [];
    for (const start of this.#starts) {
      if (start + this.#window.durationUs > timeUs) break;
      panes.push(this.#panes.get(start)!);
    }
    return panes;
  }

  /** Takes a pane out; null when there is none that starts there. */
  drop(startUs: number): Pane | null {
    const pane = this.#panes.get(startUs);
    if (pane === undefined) return null;
    this.#panes.delete(startUs);
    this.#starts.splice(this.#starts.indexOf(startUs), 1);
    this.#grown.delete(pane);
    this.#count(pane, 0);
    return pane;
  }

  get memoryBytes(): number {
    return this.#bytes;
  }

  #count(pane: Pane, bytes: number): void {
    this.#bytes += bytes - (this.#bytesOf.get(pane) ?? 0);
    if (bytes === 0) this.#bytesOf.delete(pane);
    else this.#bytesOf.set(pane, bytes);
  }
}
