/** How many characters at the start count, and how much. */
const longestPrefix = 4;
const prefixWeight = 0.1;

/** The similarity of two texts by Jaro and Winkler, between 0 and 1: characters in common, in what order, and a start in common. */
export function jaroWinkler(first: string, second: string): number {
  if (first === second) return 1;
  const [a, b] = [Array.from(first), Array.from(second)];
  const jaro = jaroOf(a, b);
  let prefix = 0;
  while (prefix < longestPrefix && prefix < Math.min(a.length, b.length) && a[prefix] === b[prefix]) prefix++;
  return jaro + prefix * prefixWeight * (1 - jaro);
}

function jaroOf(a: readonly string[], b: readonly string[]): number {
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Uint8Array(b.length);
  const [ofA, ofB]: [string[], string[]] = [[], []];
  a.forEach((character, i) => {
    for (let j = Math.max(0, i - reach); j < Math.min(b.length, i + reach + 1); j++) {
      if (taken[j] === 1 || b[j] !== character) continue;
      taken[j] = 1;
      ofA.push(character);
      return;
    }
  });
  const matches = ofA.length;
  if (matches === 0) return 0;
  b.forEach((character, j) => taken[j] === 1 && ofB.push(character));
  const moved = ofA.filter((character, i) => character !== ofB[i]).length;
  return (matches / a.length + matches / b.length + (matches - moved / 2) / matches) / 3;
}
