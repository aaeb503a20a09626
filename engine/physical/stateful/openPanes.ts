import { Pane } from "../../state/pane.js";

/** Panes that the row loop finds without a map; a power of two. */
const cachedPanes = 64;

/** The panes of a state partition that have groups, by start. */
export class OpenPanes {
  /** Stands for a pane that is late: rows of it find nothing. */
  readonly closed = new Pane(NaN);
  /** Stands for a pane that has no groups: rows of it are left out. */
  readonly refused = new Pane(NaN);
  readonly #stepUs: number;
  readonly #closesAt: (startUs: number) => number;
  readonly #keeps: (startUs: number) => boolean;
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

  /**
   * @param stepUs about how far panes lie apart
   * @param closesAt when the last window ends that a pane is of; the later, the later the pane
   * @param keeps whether a pane has groups
   */
  constructor(stepUs: number, closesAt: (startUs: number) => number, keeps: (startUs: number) => boolean) {
    this.#stepUs = stepUs;
    this.#closesAt = closesAt;
    this.#keeps = keeps;
  }

  /** Panes that close until `lateUs` are closed from now on. The others take the form that suits their groups (see `Pane.adapt`). */
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

  /** The pane that starts there, opened when it is new, `closed` when it is late, `refused` when it has no groups. */
  at(startUs: number): Pane {
    const place = (startUs / this.#stepUs) & (cachedPanes - 1);
    if (this.#cacheStarts[place] !== startUs) {
      this.#cacheStarts[place] = startUs;
      this.#cache[place] = this.#paneAt(startUs);
    }
    return this.#cache[place]!;
  }

  #paneAt(startUs: number): Pane {
    if (!this.#keeps(startUs)) return this.refused;
    return this.#closesAt(startUs) <= this.#lateUs ? this.closed : this.open(startUs);
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

  /** The pane that starts there, if it has groups. */
  get(startUs: number): Pane | undefined {
    return this.#panes.get(startUs);
  }

  /** The panes that close until a time, by start. */
  closingUntil(timeUs: number): Pane[] {
    const panes: Pane[] = [];
    for (const start of this.#starts) {
      if (this.#closesAt(start) > timeUs) break;
      panes.push(this.#panes.get(start)!);
    }
    return panes;
  }

  /** When the first of them closes; Infinity when there is none. */
  get firstClose(): number {
    return this.#starts.length === 0 ? Infinity : this.#closesAt(this.#starts[0]!);
  }

  /** Takes groups out of a pane (see `Pane.prune`), and the pane too when none is left and it is not to stay. */
  prune(startUs: number, marks: Int32Array, keyOf: Int32Array, stays: boolean): void {
    const pane = this.#panes.get(startUs)!;
    pane.prune(marks, keyOf);
    if (pane.groups.count > 0 || stays) return this.changed(pane);
    this.drop(startUs);
    // Rows of the same batch may ask for it again.
    this.#cacheStarts.fill(NaN);
    if (this.#lastGrown === pane) this.#lastGrown = this.closed;
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
