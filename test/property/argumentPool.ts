import { Session } from "../../dataframe/session.js";
import { collectBatches } from "../../dataframe/execution.js";
import { expr } from "../../dataframe/functions.js";
import { batchFromRows, readValue } from "../../engine/arrow/columns.js";
import { field, types, type DataType, type Field } from "../../engine/arrow/types.js";
import type { Value } from "../../engine/arrow/value.js";

/** Values of every type that functions are called with, each as the text of a constant; the first of each type is an ordinary one. */
export const constants: Readonly<Record<string, readonly string[]>> = {
  boolean: ["true", "false", "CAST(NULL AS BOOLEAN)"],
  tinyint: ["3Y", "127Y", "-128Y", "CAST(NULL AS TINYINT)"],
  smallint: ["3S", "32767S", "-32768S"],
  int: ["2", "0", "-1", "2147483647", "-2147483648", "CAST(NULL AS INT)"],
  bigint: ["2L", "0L", "-1L", "9223372036854775807L", "-9223372036854775807L - 1L", "CAST(NULL AS BIGINT)"],
  float: ["CAST(1.5 AS FLOAT)", "CAST('NaN' AS FLOAT)", "CAST('Infinity' AS FLOAT)", "CAST(-0.0 AS FLOAT)"],
  double: [
    "2.5D",
    "-0.0D",
    "CAST('NaN' AS DOUBLE)",
    "CAST('-Infinity' AS DOUBLE)",
    "1.7976931348623157E308D",
    "4.9E-324D",
    "CAST(NULL AS DOUBLE)",
  ],
  "decimal(4,0)": ["CAST(12 AS DECIMAL(4,0))", "CAST(9999 AS DECIMAL(4,0))", "CAST(-9999 AS DECIMAL(4,0))"],
  "decimal(38,10)": [
    "CAST(1.5 AS DECIMAL(38,10))",
    "CAST('9999999999999999999999999999.9999999999' AS DECIMAL(38,10))",
    "CAST(0 AS DECIMAL(38,10))",
    "CAST(NULL AS DECIMAL(38,10))",
  ],
  string: ["'abc'", "''", "'12'", "'2024-02-29'", "'a,b 😀é'", "'['", "'yyyy'", "CAST(NULL AS STRING)"],
  binary: ["X'616263'", "X''", "X'FF00'", "CAST(NULL AS BINARY)"],
  date: ["DATE '2024-02-29'", "DATE '0001-01-01'", "DATE '9999-12-31'", "CAST(NULL AS DATE)"],
  timestamp: [
    "TIMESTAMP '2024-02-29 12:34:56.789'",
    "TIMESTAMP '0001-01-01 00:00:00'",
    "TIMESTAMP '9999-12-31 23:59:59.999999'",
    "CAST(NULL AS TIMESTAMP)",
  ],
  timestamp_ntz: ["TIMESTAMP_NTZ '2024-02-29 12:34:56.789'", "TIMESTAMP_NTZ '9999-12-31 23:59:59.999999'", "CAST(NULL AS TIMESTAMP_NTZ)"],
  "interval year to month": [
    "INTERVAL '1-2' YEAR TO MONTH",
    "INTERVAL '-178956970-8' YEAR TO MONTH",
    "CAST(NULL AS INTERVAL YEAR TO MONTH)",
  ],
  "interval day to second": [
    "INTERVAL '1 02:03:04.5' DAY TO SECOND",
    "INTERVAL '106751991 04:00:54.775807' DAY TO SECOND",
    "CAST(NULL AS INTERVAL DAY TO SECOND)",
  ],
  "array<int>": ["ARRAY(1, 2, NULL)", "CAST(ARRAY() AS ARRAY<INT>)", "CAST(NULL AS ARRAY<INT>)"],
  "array<string>": ["ARRAY('b', 'a')", "ARRAY('', CAST(NULL AS STRING))"],
  "map<string,int>": ["MAP('k', 1)", "CAST(MAP() AS MAP<STRING, INT>)", "CAST(NULL AS MAP<STRING, INT>)"],
  "struct<a:int,b:string>": ["NAMED_STRUCT('a', 1, 'b', 'x')", "CAST(NULL AS STRUCT<a: INT, b: STRING>)"],
  void: ["NULL"],
};

/** What a constant is, and the column of a table of one row that has it. */
export interface Argument {
  readonly constant: string;
  readonly column: string;
  readonly typeName: string;
}

export interface ArgumentTable {
  readonly session: Session;
  readonly arguments: readonly Argument[];
  readonly fields: readonly Field[];
  readonly row: readonly Value[];
}

export function typeAndValue(
  session: Session,
  text: string,
  fields: readonly Field[],
  row: readonly Value[],
): Promise<readonly [DataType, Value][]> {
  const frame = session.fromBatch(batchFromRows(types.struct([...fields]), [[...row]])).select(expr(text).as("result"));
  const { type } = frame.schema.fields[0]!;
  return collectBatches(session, frame.plan).then((batches) =>
    batches.flatMap((batch) =>
      Array.from(
        { length: batch.length },
        (_, i) => [type, type.kind === "null" ? null : readValue(batch.columns[0]!, i)] as [DataType, Value],
      ),
    ),
  );
}

export async function argumentTable(session: Session): Promise<ArgumentTable> {
  const args: Argument[] = [];
  const fields: Field[] = [];
  const row: Value[] = [];
  for (const [typeName, texts] of Object.entries(constants)) {
    for (const constant of texts) {
      const [found] = await typeAndValue(session, constant, [field("one", types.int)], [1]);
      const [type, value] = found!;
      if (type.kind === "null") args.push({ constant, column: "NULL", typeName });
      else {
        const column = `c${fields.length}`;
        args.push({ constant, column, typeName });
        fields.push(field(column, type));
        row.push(value);
      }
    }
  }
  return { session, arguments: args, fields, row };
}
