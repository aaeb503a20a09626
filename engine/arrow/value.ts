/**
 * One value as the plain interpreter, literals and row conversion know it. Exact at every magnitude; never used in a hot loop.
 *
 * | type | Value |
 * |---|---|
 * | boolean | boolean |
 * | byte short int float double, date (days), interval_yearmonth (months) | number |
 * | long, timestamp, timestamp_ntz, interval_daytime (µs) | bigint |
 * | decimal | bigint, unscaled |
 * | string | string |
 * | binary | Uint8Array |
 * | array | Value[] |
 * | struct | Value[], by position |
 * | map | MapValue |
 * | interval | IntervalValue |
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | readonly Value[] | MapValue | IntervalValue;

export interface MapValue {
  readonly keys: readonly Value[];
  readonly values: readonly Value[];
}

/** A calendar interval, as in `INTERVAL 1 MONTH 10 SECONDS`. */
export interface IntervalValue {
  readonly months: number;
  readonly days: number;
  readonly microseconds: bigint;
}
