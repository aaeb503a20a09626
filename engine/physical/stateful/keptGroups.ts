import { IntList } from "../../state/intList.js";

const none = -1;

/** Rows of keys that a batch touched, one after the other, a key's rows before the batch and then those now. */
export interface TouchedRows {
  readonly rows: IntList;
  /** Of each row: 2k of key k before the batch, 2k + 1 of key k now. */
  readonly sides: IntList;
}

export function touchedRows(): TouchedRows {
  return { rows: new IntList(), sides: new IntList() };
}

/** The groups that such rows are: all rows of a key, or its sessions. */
export interface KeptGroups {
  /** The group of each row. */
  readonly ofRow: Int32Array;
  /** Of each group: its first row, whether it is one of now, and the same group on the other side of the batch; −1: there is none. */
  readonly firstRow: IntList;
  readonly isNow: IntList;
  readonly partner: IntList;
  /** Of sessions: when they start and end, µs. */
  readonly starts: number[];
  readonly ends: number[];
}

/** A group a key. */
export function groupsOfKeys({ sides }: TouchedRows): KeptGroups {
  return split(sides, () => false);
}

/** A group a session: rows of a key, in the order of their starts, that touch. */
export function groupsOfSessions({ sides }: TouchedRows, starts: Float64Array, ends: Float64Array): KeptGroups {
  return split(sides, (row, end) => starts[row]! > end, { starts, ends });
}

interface Bounds {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

function split({ values: sides, count }: IntList, begins: (row: number, endSoFar: number) => boolean, bounds?: Bounds): KeptGroups {
  const groups = { ofRow: new Int32Array(count), firstRow: new IntList(), isNow: new IntList(), partner: new IntList() };
  const [starts, ends]: [number[], number[]] = [[], []];
  let group = none;
  for (let row = 0; row < count; row++) {
    if (row === 0 || sides[row] !== sides[row - 1] || begins(row, ends[group]!)) {
      group++;
      groups.firstRow.push(row);
      groups.isNow.push(sides[row]! & 1);
      groups.partner.push(none);
      starts.push(bounds?.starts[row] ?? 0);
      ends.push(bounds?.ends[row] ?? 0);
    }
    groups.ofRow[row] = group;
    if (bounds !== undefined) ends[group] = Math.max(ends[group]!, bounds.ends[row]!);
  }
  const all = { ...groups, starts, ends };
  findPartners(all, sides);
  return all;
}

/** Walks along the groups of each key before and now, both of which are in the order of their starts. */
function findPartners({ firstRow, isNow, partner, starts, ends }: KeptGroups, sides: Int32Array): void {
  const keyOf = (group: number): number => sides[firstRow.values[group]!]! >> 1;
  let before = 0;
  for (let now = 0; now < firstRow.count; now++) {
    if (isNow.values[now] === 0) continue;
    const key = keyOf(now);
    const isBehind = (group: number): boolean =>
      isNow.values[group] === 1 || keyOf(group) < key || (keyOf(group) === key && starts[group]! < starts[now]!);
    while (before < now && isBehind(before)) before++;
    const isSame = before < now && keyOf(before) === key && starts[before] === starts[now] && ends[before] === ends[now];
    if (!isSame) continue;
    partner.values[now] = before;
    partner.values[before] = now;
  }
}
