/** A bar: its middle and its height. */
export interface Bar {
  x: number;
  y: number;
}

/** Hive's streaming histogram: each value is a bar of its own until there are too many, then the two nearest become one. */
export function histogramOf(values: readonly number[], most: number): readonly Bar[] {
  const bars: Bar[] = [];
  for (const value of values) {
    let place = bars.findIndex((bar) => bar.x >= value);
    if (place < 0) place = bars.length;
    if (bars[place]?.x === value) bars[place]!.y++;
    else {
      bars.splice(place, 0, { x: value, y: 1 });
      if (bars.length > most) mergeNearest(bars);
    }
  }
  return bars;
}

function mergeNearest(bars: Bar[]): void {
  let nearest = 0;
  for (let i = 1; i + 1 < bars.length; i++) {
    if (bars[i + 1]!.x - bars[i]!.x < bars[nearest + 1]!.x - bars[nearest]!.x) nearest = i;
  }
  const [a, b] = [bars[nearest]!, bars[nearest + 1]!];
  const y = a.y + b.y;
  bars.splice(nearest, 2, { x: (a.x * a.y) / y + (b.x * b.y) / y, y });
}
