/** The rows of a batch as texts, in the order they were written. */
export type BatchRows = readonly string[];

/** A value in one line, every digit of it. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint"
      ? `${inner}n`
      : inner instanceof Map
        ? [...inner]
        : typeof inner === "number" && !Number.isFinite(inner)
          ? String(inner)
          : inner,
  );
}
