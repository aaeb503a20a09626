import { describe, expect, it } from "vitest";
import { Session } from "../../../dataframe/session.js";
import { StreamingError } from "../../../engine/errors/streamingError.js";

// What Spark 4.3 answers: the text of a value, or the condition.

const mismatch = "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE";
const answers: readonly (readonly [sql: string, answer: string | null])[] = [
  ["hex(substring(bitmap_construct_agg(bitmap_bit_position(c)), 1, 4)) FROM VALUES (1), (2), (10), (10), (NULL) t(c)", "03020000"],
  ["length(bitmap_construct_agg(c)) FROM VALUES (1L) t(c) WHERE false", "4096"],
  ["bitmap_construct_agg(c) FROM VALUES (-1L) t(c)", "INVALID_BITMAP_POSITION"],
  ["bitmap_construct_agg(c) FROM VALUES (32768L) t(c)", "INVALID_BITMAP_POSITION"],
  ["bitmap_count(bitmap_construct_agg(c)) FROM VALUES (1.7D) t(c)", "1"],
  ["bitmap_construct_agg(true)", mismatch],
  ["hex(substring(bitmap_or_agg(c), 1, 4)) FROM VALUES (X'10'), (X'2000'), (NULL) t(c)", "30000000"],
  ["hex(substring(bitmap_or_agg(c), 1, 4)) FROM VALUES (X'10') t(c) WHERE false", "00000000"],
  ["hex(substring(bitmap_and_agg(c), 1, 4)) FROM VALUES (X'F1'), (X'3100'), (NULL) t(c)", "31000000"],
  ["hex(substring(bitmap_and_agg(c), 1, 4)) FROM VALUES (X'F1FF'), (X'31') t(c)", "31000000"],
  ["hex(substring(bitmap_and_agg(c), 1, 4)) FROM VALUES (X'F1') t(c) WHERE false", "FFFFFFFF"],
  ["bitmap_or_agg(c) FROM VALUES (1) t(c)", mismatch],
  ["current_catalog()", "spark_catalog"],
  ["current_database()", "default"],
  ["spark_partition_id()", "0"],
  ["to_json(struct())", "{}"],
  ["typeof(named_struct())", "struct<>"],
  ["shuffle(array(1, 2, 3), '1')", "INVALID_PARAMETER_VALUE.LONG"],
  ["shuffle(array(1, 2, 3), a) FROM VALUES (1) t(a)", "INVALID_PARAMETER_VALUE.LONG"],
  ["shuffle('a')", mismatch],
  ["to_csv(named_struct('a', array(1, null, 2), 's', array('x', '', null, 'y')))", '"[1,, 2]","[x, ,, y]"'],
  ["to_csv(named_struct('a', array(1, null, 2)), map('nullValue', 'N'))", '"[1, N, 2]"'],
  ["to_csv(named_struct('n', named_struct('x', null, 'y', 2)))", '"{, 2}"'],
  ["from_utc_timestamp(timestamp'2024-01-01', 'x')", "INVALID_TIMEZONE"],
  ["convert_timezone('y', 'UTC', timestamp_ntz'2024-01-01')", "INVALID_TIMEZONE"],
  ["make_timestamp(2024, 1, 1, 1, 1, 1, 'x')", "INVALID_TIMEZONE"],
  ["bround(a, 2147483647) FROM VALUES (1) t(a)", "ARITHMETIC_OVERFLOW"],
  ["round(1, 2147483647)", "ARITHMETIC_OVERFLOW"],
  ["bround(0, 2147483647)", "0"],
  ["bround(1, 40)", "1"],
  ["initcap('ǆabc Ǆ ßa ŉ')", "ǅabc ǅ Ssa ʼN"],
  ["initcap('ﬁx')", "Fix"],
  ["EXTRACT(SECOND FROM 1Y)", mismatch],
  ["EXTRACT(SECOND FROM true)", mismatch],
  ["EXTRACT(SECOND FROM DATE'2024-01-01')", "0.000000"],
  ["EXTRACT(SECOND FROM '2024-01-01 00:00:01')", "1.000000"],
  ["EXTRACT(SECOND FROM NULL)", null],
  ["concat(array(1), map('a', 1))", mismatch],
  ["concat(array(1), struct(1))", mismatch],
  ["concat(array(1), 'a')", "DATATYPE_MISMATCH.DATA_DIFF_TYPES"],
  ["array_join(array(1), 2L)", mismatch],
  ["array_position(NULL, 0L)", "DATATYPE_MISMATCH.NULL_TYPE"],
  ["array_repeat(NULL, '12')", mismatch],
  ["get(NULL, 0L)", mismatch],
  ["parse_url(DATE'2024-01-01', 'HOST')", mismatch],
  ["str_to_map(2.5D)", mismatch],
  ["soundex(1L)", mismatch],
  ["schema_of_csv(1)", mismatch],
  ["unix_date(TIMESTAMP_NTZ'2024-01-01 00:00:00')", mismatch],
  ["unix_millis(DATE'0001-01-01')", mismatch],
  ["unix_seconds(TIMESTAMP_NTZ'2024-02-29 12:34:56.789')", "1709210096"],
  ["timestamp_micros('a')", mismatch],
  ["array_remove(1L, 2D)", "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES"],
  ["histogram_numeric(true, NULL)", mismatch],
  ["lower(CAST(NULL AS INTERVAL DAY TO SECOND))", null],
  ["quote(INTERVAL '1-2' YEAR TO MONTH)", "'INTERVAL \\'1-2\\' YEAR TO MONTH'"],
  ["'[' || INTERVAL '-178956970-8' YEAR TO MONTH", "[INTERVAL '-178956970-8' YEAR TO MONTH"],
  ["iff(true, 1, 2)", "UNRESOLVED_ROUTINE"],
];

describe("verdicts of functions", () => {
  it.each(answers)("%s", async (sql, answer) => {
    const session = Session.create({ conf: { "spark.sql.session.timeZone": "UTC" }, print: () => {}, warn: () => {} });
    const found = async (): Promise<string | null> => {
      const [value, rest = ""] = /^(.*?)( FROM VALUES.*)?$/s.exec(sql)!.slice(1);
      const rows = await (await session.sql<{ v: string | null }>(`SELECT CAST(${value} AS STRING) AS v${rest}`)).collect();
      return rows[0]!.v;
    };
    const given = await found().catch((error: unknown) =>
      error instanceof StreamingError ? error.condition : Promise.reject(error as Error),
    );
    expect(given).toBe(answer);
  });
});
