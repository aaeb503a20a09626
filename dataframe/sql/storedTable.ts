import type { Schema } from "../../engine/arrow/types.js";

/** A table or view that outlives the session, as its file says. */
export type StoredTable =
  | {
      readonly kind: "view";
      readonly query: string;
      readonly columns: readonly string[] | null;
      readonly database: string;
      readonly properties: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "table";
      readonly format: string;
      /** Null: what the data has. */
      readonly schema: Schema | null;
      readonly options: Readonly<Record<string, string>>;
      /** Where the data lies when it is not in the table's own folder. */
      readonly location: string | null;
      readonly partitionBy: readonly string[];
      readonly comment: string | null;
      /** TBLPROPERTIES. */
      readonly properties: Readonly<Record<string, string>>;
      /** What is said of columns beside their types, by their names in lower case. */
      readonly notes: Readonly<Record<string, ColumnNotes>>;
    };

export interface ColumnNotes {
  readonly comment: string | null;
  /** The text of its DEFAULT. */
  readonly default: string | null;
}
