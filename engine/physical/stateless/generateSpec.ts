interface Generator {
  /** Places of the arguments among the input's columns. */
  readonly columns: readonly number[];
  /** Places of the columns of the input that are repeated beside the generated ones. */
  readonly repeated: readonly number[];
  /** A row without an element gives one row of nulls. */
  readonly outer: boolean;
}

/** A generator with its columns bound. `stack` puts its arguments into `rows` rows. */
export type GeneratorSpec =
  | (Generator & { readonly kind: "explode" | "posexplode" | "inline" })
  | (Generator & { readonly kind: "stack"; readonly rows: number });
