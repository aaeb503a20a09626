/** When rows begin, and when their gaps are over, µs. */
export interface RowBounds {
  readonly times: Float64Array;
  readonly ends: Float64Array;
}

/** What of the rows of a key makes sessions that a batch may have changed. */
export interface ChangedSessions {
  readonly before: Int32Array;
  readonly now: Int32Array;
  /** Whether the first session of the key is among them. */
  readonly hasFirst: boolean;
}

/** So many rows are looked at together. */
const step = 64;

/**
 * Leaves out what two lists of rows, in the order of their times, have in common at their ends, as far as it is whole sessions. Where a row's gap is over no sooner than that
 * of one before it, two rows next to each other say whether a session ends between them.
 */
export function changedSessions(before: Int32Array, now: Int32Array, boundsOf: (rows: Int32Array) => RowBounds): ChangedSessions {
  const least = Math.min(before.length, now.length);
  let head = 0;
  while (head < least && before[head] === now[head]) head++;
  let tail = 0;
  while (tail < least - head && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const from = head === 0 ? 0 : sessionStart(before, head - 1, boundsOf);
  const to = tail === 0 ? before.length : sessionEnd(before, before.length - tail, boundsOf);
  return { before: before.subarray(from, to), now: now.subarray(from, to + now.length - before.length), hasFirst: from === 0 };
}

/** The first row of the session that a row is in. */
function sessionStart(rows: Int32Array, row: number, boundsOf: (rows: Int32Array) => RowBounds): number {
  for (let last = row; last > 0; last = Math.max(0, last - step)) {
    const first = Math.max(0, last - step);
    const { times, ends } = boundsOf(rows.subarray(first, last + 1));
    for (let j = last - first; j > 0; j--) if (times[j]! > ends[j - 1]!) return first + j;
  }
  return 0;
}

/** The row behind the session that a row is in. */
function sessionEnd(rows: Int32Array, row: number, boundsOf: (rows: Int32Array) => RowBounds): number {
  for (let first = row; first < rows.length - 1; first += step) {
    const some = rows.subarray(first, Math.min(rows.length, first + step + 1));
    const { times, ends } = boundsOf(some);
    for (let j = 1; j < some.length; j++) if (times[j]! > ends[j - 1]!) return first + j;
  }
  return rows.length;
}
