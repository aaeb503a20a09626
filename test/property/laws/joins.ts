import { expr } from "../../../dataframe/functions.js";
import type { Value } from "../../../engine/arrow/value.js";
import { cellsOf, us, watermarked, type Event, type Frame, type OperatorLaw } from "./events.js";

type Side = Event & { readonly atMs: number };

/** Rows without a time are kept for ever: an outer join never says that they have no partner. */
const timed = (events: readonly Event[]): Side[] => events.filter((event): event is Side => event.atMs !== null);

const side = (input: Frame, prefix: string): Frame =>
  watermarked(input.where("ts IS NOT NULL")).selectExpr(`ts AS ${prefix}ts`, `k AS ${prefix}k`, `v AS ${prefix}v`);

const windowMs = 10_000;
const windowOf = (atMs: number): number => Math.floor(atMs / windowMs);

/** `nullSafe`: in a full outer join of two streams null keys are one key, as in Spark, whatever the condition says. */
type Fits = (left: Side, right: Side, nullSafe?: boolean) => boolean;

const oneKey = (l: Side, r: Side, nullSafe = false): boolean => l.k === r.k && (nullSafe || l.k !== null);

const conditions = {
  "a key and a range of times": {
    text: "lk = rk AND rts BETWEEN lts AND lts + INTERVAL 5 SECONDS",
    fits: (l, r, nullSafe) => oneKey(l, r, nullSafe) && r.atMs >= l.atMs && r.atMs <= l.atMs + 5000,
  },
  "a key, a range that reaches back, and values": {
    text: "lk = rk AND rts >= lts - INTERVAL 4 SECONDS AND rts < lts + INTERVAL 3 SECONDS AND lv < rv",
    fits: (l, r, nullSafe) =>
      oneKey(l, r, nullSafe) && r.atMs >= l.atMs - 4000 && r.atMs < l.atMs + 3000 && l.v !== null && r.v !== null && l.v < r.v,
  },
  "a null-safe key and a range": {
    text: "lk <=> rk AND rts BETWEEN lts AND lts + INTERVAL 5 SECONDS",
    fits: (l, r) => l.k === r.k && r.atMs >= l.atMs && r.atMs <= l.atMs + 5000,
  },
  "a window": {
    text: "window(lts, '10 seconds') = window(rts, '10 seconds') AND lk = rk",
    fits: (l, r, nullSafe) => oneKey(l, r, nullSafe) && windowOf(l.atMs) === windowOf(r.atMs),
  },
  "a time": { text: "lts = rts AND lk = rk", fits: (l, r, nullSafe) => oneKey(l, r, nullSafe) && l.atMs === r.atMs },
} as const satisfies Readonly<Record<string, { readonly text: string; readonly fits: Fits }>>;

const joinTypes = ["inner", "left", "right", "full", "leftsemi"] as const;
const nulls: readonly Value[] = [null, null, null];

/** Every row of one side beside every row of the other. */
function joined(joinType: (typeof joinTypes)[number], lefts: readonly Side[], rights: readonly Side[], fits: Fits): Value[][] {
  const partners = (left: Side) => rights.filter((right) => fits(left, right));
  if (joinType === "leftsemi") return lefts.filter((left) => partners(left).length > 0).map(cellsOf);
  const rows = lefts.flatMap((left) => partners(left).map((right) => [...cellsOf(left), ...cellsOf(right)]));
  if (joinType === "left" || joinType === "full")
    rows.push(...lefts.filter((left) => partners(left).length === 0).map((left) => [...cellsOf(left), ...nulls]));
  if (joinType === "right" || joinType === "full")
    rows.push(...rights.filter((right) => !lefts.some((left) => fits(left, right))).map((right) => [...nulls, ...cellsOf(right)]));
  return rows;
}

const streamJoins = joinTypes.flatMap((joinType) =>
  Object.entries(conditions).map(([name, { text, fits }]): OperatorLaw => ({
    name: `${joinType} join of two streams by ${name}`,
    inputs: 2,
    outputMode: "append",
    forgets: true,
    build: ([one, two]) => {
      const [left, right] = [side(one!, "l"), side(two!, "r")];
      if (!text.startsWith("window")) return left.join(right, expr(text), joinType);
      const named = left.selectExpr("window(lts, '10 seconds') AS lw", "lts + INTERVAL 0 SECONDS AS lts", "lk", "lv");
      const other = right.selectExpr("window(rts, '10 seconds') AS rw", "rts + INTERVAL 0 SECONDS AS rts", "rk", "rv");
      return named.join(other, expr("lw = rw AND lk = rk"), joinType).drop("lw", "rw");
    },
    streamOnly: joinType === "full",
    model: (one, two) => joined(joinType, timed(one), timed(two), (l, r) => fits(l, r, joinType === "full")),
  })),
);

const near = (l: Event, r: Event): boolean => conditions["a key and a range of times"].fits(l as Side, r as Side, false);

const chains: readonly OperatorLaw[] = [
  {
    name: "join of a stream with itself",
    inputs: 1,
    outputMode: "append",
    forgets: true,
    build: ([one]) => side(one!, "l").join(side(one!.where("v > 0"), "r"), expr(conditions["a key and a range of times"].text), "left"),
    model: (one) => {
      const rights = timed(one).filter(({ v }) => v !== null && v > 0);
      return joined("left", timed(one), rights, near);
    },
  },
  {
    name: "join of a join",
    inputs: 2,
    outputMode: "append",
    forgets: true,
    build: ([one, two]) =>
      side(one!, "l")
        .join(side(two!, "r"), expr(conditions["a key and a range of times"].text))
        // One event time only may come into the next join.
        .withColumn("lts", expr("lts + INTERVAL 0 SECONDS"))
        .join(side(one!.where("v % 2 = 1"), "c"), expr("rk = ck AND cts BETWEEN rts AND rts + INTERVAL 5 SECONDS")),
    model: (one, two) => {
      const third = timed(one).filter(({ v }) => v !== null && v % 2 === 1);
      return timed(one).flatMap((a) =>
        timed(two)
          .filter((b) => near(a, b))
          .flatMap((b) => third.filter((c) => near(b, c)).map((c) => [...cellsOf(a), ...cellsOf(b), ...cellsOf(c)])),
      );
    },
  },
  {
    name: "windows over a join",
    inputs: 2,
    outputMode: "append",
    forgets: true,
    build: ([one, two]) =>
      side(one!, "l")
        .join(side(two!, "r"), expr(conditions["a key and a range of times"].text))
        .groupBy(expr("window(lts, '10 seconds')").as("w"))
        .agg(expr("count(*)").as("n")),
    model: (one, two) => {
      const counts = new Map<number, number>();
      for (const l of timed(one))
        for (const r of timed(two)) if (near(l, r)) counts.set(windowOf(l.atMs), (counts.get(windowOf(l.atMs)) ?? 0) + 1);
      return [...counts].map(([w, n]) => [[us(w * windowMs), us((w + 1) * windowMs)], BigInt(n)]);
    },
  },
];

/** Keys of a table, one of them twice, one of them null. */
const places: readonly (readonly [string | null, string])[] = [
  ["a", "attic"],
  ["a", "anteroom"],
  ["b", "cellar"],
  [null, "nowhere"],
];

const withTable = (["inner", "left", "leftsemi", "leftanti"] as const).map((joinType): OperatorLaw => ({
  name: `${joinType} join with a table`,
  inputs: 1,
  outputMode: "append",
  build: ([one], session) => {
    const table = session.createDataFrame(
      places.map(([pk, place]) => ({ pk, place })),
      "pk STRING, place STRING",
    );
    return one!.join(table, expr("k = pk"), joinType);
  },
  model: (one) =>
    one.flatMap((event) => {
      const found = places.filter(([pk]) => pk !== null && pk === event.k);
      const cells = cellsOf(event);
      if (joinType === "leftsemi") return found.length > 0 ? [cells] : [];
      if (joinType === "leftanti") return found.length === 0 ? [cells] : [];
      const pairs = found.map((pair) => [...cells, ...pair]);
      return pairs.length === 0 && joinType === "left" ? [[...cells, null, null]] : pairs;
    }),
}));

export const joinLaws: readonly OperatorLaw[] = [...streamJoins, ...chains, ...withTable];
