/**
 * What the layer above knows of text: Spark's casts of dates and times, its time zones, Java's numbers. The decoders and the writer take it for the
 * forms that are not worth a loop of their own.
 */
export interface TextConversions {
  /** Days since 1970-01-01 of a text as CAST reads it; undefined when it is no date. */
  parseDate(text: string): number | undefined;
  /** Microseconds since the epoch; `zone` is for a text that names none. */
  parseTimestamp(text: string, zone: string): bigint | undefined;
  /** Microseconds of a wall clock. */
  parseTimestampNtz(text: string): bigint | undefined;
  /** Seconds east of UTC of a zone at an instant. */
  offsetSecondsAt(zone: string, epochSeconds: number): number;
  /** The instant (epoch seconds) at which a zone's clock shows a local time (seconds of that clock). */
  instantOf(zone: string, localSeconds: number): number;
  /** Java's Double.toString and Float.toString. */
  doubleText(value: number): string;
  floatText(value: number): string;
}
