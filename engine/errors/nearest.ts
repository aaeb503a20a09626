/** The candidate with the smallest edit distance to `name`, when it is near enough to be what was meant. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance in code points; any number above `limit` when it is above that. Time by the shorter of length and limit, times the length. */
export function editDistance(a: string, b: string, limit = Infinity): number {
  const [from, to] = [codePoints(a), codePoints(b)];
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  // Cells further from the diagonal than the limit hold more than the limit.
  const band = Math.min(limit, Math.max(from.length, to.length));
  let previous = new Int32Array(to.length + 2).map((_, j) => j);
  let row = new Int32Array(to.length + 2);
  for (let i = 1; i <= from.length; i++) {
    const [first, last] = [Math.max(1, i - band), Math.min(to.length, i + band)];
    row[first - 1] = first === 1 ? i : band + 1;
    for (let j = first; j <= last; j++) {
      const substitution = previous[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      const edit = 1 + (previous[j]! < row[j - 1]! ? previous[j]! : row[j - 1]!);
      row[j] = substitution < edit ? substitution : edit;
    }
    row[last + 1] = band + 1;
    [previous, row] = [row, previous];
  }
  return previous[to.length]!;
}

function codePoints(text: string): Int32Array {
  const points = new Int32Array(text.length);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    points[count++] = point;
    if (point > 0xffff) i++;
  }
  return points.subarray(0, count);
}
