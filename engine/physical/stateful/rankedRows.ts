import { IntList } from "../../state/intList.js";

const none = -1;

/** Rows and their ranks, one after the other for several keys. */
export interface RankedRows {
  readonly rows: IntList;
  readonly ranks: IntList;
}

export function rankedRows(): RankedRows {
  return { rows: new IntList(), ranks: new IntList() };
}

export function clearRanked({ rows, ranks }: RankedRows): void {
  rows.clear();
  ranks.clear();
}

/**
 * Adds what is in one of two lists only: rows `from` to `to` of `before` that are gone, and those of `after` that have come. Both are in the order of their rows, so
 * it is found by walking along both.
 */
export function addDifferences(
  before: RankedRows,
  { from, to }: { readonly from: number; readonly to: number },
  after: RankedRows,
  { compare, byRank }: { readonly compare: (a: number, b: number) => number; readonly byRank: boolean },
  { gone, come }: { readonly gone: RankedRows; readonly come: RankedRows },
): void {
  const [oldRows, oldRanks] = [before.rows.values, before.ranks.values];
  const [newRows, newRanks] = [after.rows.values, after.ranks.values];
  let i = from;
  let j = 0;
  while (i < to || j < after.rows.count) {
    const [old, now] = [i < to ? oldRows[i]! : none, j < after.rows.count ? newRows[j]! : none];
    const order = old === none ? 1 : now === none ? -1 : old === now ? 0 : compare(old, now);
    const isSame = order === 0 && (!byRank || oldRanks[i] === newRanks[j]);
    if (order <= 0 && !isSame) push(gone, old, oldRanks[i]!);
    if (order >= 0 && !isSame) push(come, now, newRanks[j]!);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
}

function push({ rows, ranks }: RankedRows, row: number, rank: number): void {
  rows.push(row);
  ranks.push(rank);
}
