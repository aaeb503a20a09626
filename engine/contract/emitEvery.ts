/** When changes of windows are told before these close: so long, by the clock, after the first that is not told; each time the watermark has gone on so far; or at so many rows. */
export type EmitEvery =
  | { readonly kind: "processingTime"; readonly ms: number }
  | { readonly kind: "eventTime"; readonly ms: number }
  | { readonly kind: "rows"; readonly rows: number };

/** As `explain` has it. */
export function emitEveryText(every: EmitEvery): string {
  if (every.kind === "rows") return `every ${every.rows} rows`;
  return `every ${every.ms} ms${every.kind === "eventTime" ? " of event time" : ""}`;
}
