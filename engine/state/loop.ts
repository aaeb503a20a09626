import { Cache } from "../codegen/cache.js";
import { compileCached } from "../codegen/compileFunction.js";
import type { Column } from "../arrow/column.js";
import { doublesOfLongs } from "../arrow/columns.js";
import { isLongLike } from "../arrow/encodings.js";
import { assert } from "../errors/assert.js";

/** How the text of a loop reads one row of a column. */
export interface RowAccess {
  /** The value of row `i`; undefined where `isNull` holds. */
  readonly value: string;
  /** A condition that holds when row `i` is null; null when no row is. */
  readonly isNull: string | null;
  /** Whether the values are BigInts. */
  readonly big: boolean;
}

type Compiled = (slots: Int32Array, rows: Int32Array | null, count: number, bound: readonly unknown[]) => void;

/** A text for every combination of encodings and of columns with and without nulls that was met: few in practice, many in the worst case. */
const compiled = new Cache<Compiled>(1024);
const parameters = ["slots", "rows", "count", "bound"];

function compiledLoop(boundCount: number, body: string, row: string): Compiled {
  const names = Array.from({ length: boundCount }, (_, n) => `b${n}`).join(", ");
  const text = `${names === "" ? "" : `const [${names}] = bound;`}
for (let j = 0; j < count; j++) {
  const s = slots[j], i = ${row};
${body}
}`;
  return compileCached(compiled, { name: "foldGroups", parameters, body: text });
}

/**
 * Builds the one loop that folds a batch into the lanes of all inline accumulators. Texts name what they need through `bind`; the same text is compiled
 * once per process, whatever arrays it runs over.
 */
export class Loop {
  readonly #bound: unknown[] = [];
  /** Columns of BigInts of which every value is a safe integer, as doubles; null where one is not. */
  readonly #narrowed = new Map<Column, Column | null>();

  /** A name, valid in the text of the loop, for an array or a function. */
  bind(value: unknown): string {
    this.#bound.push(value);
    return `b${this.#bound.length - 1}`;
  }

  /** How to read row `i` of a column of fixed width, whatever its encoding. */
  access(column: Column): RowAccess {
    return this.#accessAt(column, "i");
  }

  /** A loop that runs `body` (which sees `s`, the slot, and `i`, the row) for every entry. */
  compile(body: string): (slots: Int32Array, rows: Int32Array | null, count: number) => void {
    const bound = [...this.#bound];
    let [all, listed]: (Compiled | null)[] = [null, null];
    return (slots, rows, count) => {
      if (rows === null) (all ??= compiledLoop(bound.length, body, "j"))(slots, rows, count, bound);
      else (listed ??= compiledLoop(bound.length, body, "rows[j]"))(slots, rows, count, bound);
    };
  }

  /** Whether row `i` of a column of any encoding is null: a condition, or null when no row is. */
  nullTest(column: Column): string | null {
    return this.#nullTestAt(column, "i");
  }

  #accessAt(column: Column, row: string): RowAccess {
    switch (column.encoding) {
      case "constant":
        return this.#accessAt(column.value, "0");
      case "null":
        return { value: "0", isNull: "true", big: false };
      case "dictionary": {
        const { value, big } = this.#accessAt(column.dictionary, `${this.bind(column.codes)}[${row}]`);
        return { value, isNull: this.#nullTestAt(column, row), big };
      }
      case "i64": {
        const narrow = this.#narrow(column);
        if (narrow !== null) return this.#accessAt(narrow, row);
        return { value: `${this.bind(column.values)}[${row}]`, isNull: this.#nullTestAt(column, row), big: true };
      }
      default: {
        assert("values" in column && column.encoding !== "i128", `a loop cannot read values of encoding ${column.encoding}`);
        const value = `${this.bind(column.values)}[${row}]`;
        return { value, isNull: this.#nullTestAt(column, row), big: false };
      }
    }
  }

  #narrow(column: Extract<Column, { encoding: "i64" }>): Column | null {
    const { type, length, nulls } = column;
    let narrow = this.#narrowed.get(column);
    if (narrow === undefined) {
      const values = isLongLike(type) ? doublesOfLongs(column.values, length, nulls) : null;
      narrow = values === null ? null : { type, encoding: "f64", length, nulls, values };
      this.#narrowed.set(column, narrow);
    }
    return narrow;
  }

  #nullTestAt(column: Column, row: string): string | null {
    if (column.encoding === "null") return "true";
    if (column.encoding === "constant") return this.#nullTestAt(column.value, "0");
    const own = column.nulls === null ? null : `${this.bind(column.nulls)}[${row}] !== 0`;
    if (column.encoding !== "dictionary") return own;
    const entry = this.#nullTestAt(column.dictionary, `${this.bind(column.codes)}[${row}]`);
    return own === null || entry === null ? (own ?? entry) : `(${own} || ${entry})`;
  }
}

/** `body` under the condition that none of the null tests holds. */
export function whenPresent(nullTests: readonly (string | null)[], body: string): string {
  const tests = nullTests.flatMap((test) => (test === null ? [] : [`!(${test})`]));
  return tests.length === 0 ? `{ ${body} }` : `if (${tests.join(" && ")}) { ${body} }`;
}
