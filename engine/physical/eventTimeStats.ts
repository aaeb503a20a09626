/** The event times that one `withWatermark` saw in one batch. Null event times do not count. */
export interface EventTimeStats {
  readonly count: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly sumUs: number;
}
