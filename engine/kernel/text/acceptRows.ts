import { compileFunction } from "../../codegen/compileFunction.js";
import type { ColumnBuilder } from "../json/columnBuilder.js";
import type { DecoderMemory } from "../wasm/decoderMemory.js";
import { filterLibrary, type FilterCode } from "./rowFilters.js";

/** What filters say of a row: it fails one, or passes all, or fails none but those that Spark's parser does not ask. */
export const verdicts = { fails: 0, passes: 1, unasked: 2 } as const;

/** Says whether the row that was written passes the filters. */
export type Accept = (row: number) => number;

/** What the code of filters works on. */
export interface FilteredColumns {
  readonly memory: DecoderMemory;
  readonly columns: readonly ColumnBuilder[];
  readonly filters: readonly FilterCode[];
  /** 1 for each column whose value the record has, in a form that could be read. Spark's parser asks a filter when it has read what the filter names. */
  readonly met: Uint8Array;
  /** The bytes that the filters' code names. */
  readonly constants: ReadonlyMap<string, Uint8Array>;
}

export function compileAccept({ memory, columns, filters, met, constants }: FilteredColumns): Accept {
  const tests = filters.map(({ columns: read, passes }) => {
    const asked = read.map((column) => `met[${column}] === 1`).join(" && ");
    return `  if (!${passes(isNull)}) { if (${asked}) return ${verdicts.fails}; verdict = ${verdicts.unasked}; }\n`;
  });
  const body = `${arraysCode(columns)}
  let verdict = ${verdicts.passes};
${tests.join("")}  return verdict;`;
  const bound = { ...filterLibrary, memory, columns, met, ...Object.fromEntries(constants) };
  return compileFunction({ name: "acceptRecord", parameters: ["row"], body, bound }) as Accept;
}

function isNull(column: number): string {
  return `nulls${column}[row] === 1`;
}

/** The builders' arrays as locals; they may have been replaced since the last call. */
export function arraysCode(columns: readonly ColumnBuilder[]): string {
  return columns
    .map((builder, column) => {
      const arrays = ["values", "starts", "lengths"].filter((name) => name in builder).map((name) => `${name}: ${name}${column}`);
      return `  const column${column} = columns[${column}]; const { ${["nulls: nulls" + column, ...arrays].join(", ")} } = column${column};\n`;
    })
    .join("");
}

/** Names for the bytes that code compares with. */
export function constantName(constants: Map<string, Uint8Array>, bytes: Uint8Array): string {
  const name = `text${constants.size}`;
  constants.set(name, bytes);
  return name;
}
