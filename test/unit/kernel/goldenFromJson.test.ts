import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { columnFromValues, readValue } from "../../../engine/arrow/columns.js";
import { types, type DataType } from "../../../engine/arrow/types.js";
import { createJsonColumnDecoder } from "../../../engine/kernel/json/jsonColumnDecoder.js";
import { parseDataType, parseSchema } from "../../../engine/sql/ddl.js";
import type { GoldenValue } from "../../golden/runner/case.js";
import { toGolden, toValue } from "../../golden/runner/values.js";
import { environment } from "./environment.js";

interface ExpressionCase {
  readonly inputs: { readonly t: { readonly rows: readonly { readonly j: string | null }[] } };
  readonly expressions: readonly {
    readonly sql: string;
    readonly results: readonly GoldenValue[];
    readonly errors?: readonly ({ readonly condition: string; readonly sqlState: string } | null)[];
  }[];
}

const call = /^from_json\(j, '([^']*)'(?:, map\((.*)\))?\)$/;

/** The calls of a case that are `from_json` and nothing else. */
function callsOf(name: string): { sql: string; expectSpark: () => void }[] {
  const golden = JSON.parse(readFileSync(new URL(`../../golden/cases/${name}.json`, import.meta.url), "utf8")) as ExpressionCase;
  const texts = golden.inputs.t.rows.map((row) => row.j);
  return golden.expressions.flatMap(({ sql, results, errors }) => {
    const match = call.exec(sql);
    if (match === null) return [];
    const words = [...(match[2] ?? "").matchAll(/'([^']*)'/g)].map((word) => word[1]!);
    const options = Object.fromEntries(words.flatMap((word, i) => (i % 2 === 0 ? [[word, words[i + 1]!]] : [])));
    return [{ sql, expectSpark: () => check(typeOf(match[1]!), options, texts, results, errors) }];
  });
}

function typeOf(text: string): DataType {
  return /^(array|map)</.test(text) ? parseDataType(text) : parseSchema(text);
}

function check(
  type: DataType,
  options: Record<string, string>,
  texts: readonly (string | null)[],
  results: readonly GoldenValue[],
  errors?: readonly ({ condition: string; sqlState: string } | null)[],
): void {
  // A map with a key twice has it once in the recording.
  const recorded = results.map((result) => toGolden(type, toValue(type, result)));
  const decoder = createJsonColumnDecoder(type, { ...environment, options });
  for (const [i, text] of texts.entries()) {
    const decode = (): unknown => toGolden(type, readValue(decoder.decodeColumn(columnFromValues(types.string, [text])), 0));
    const error = errors?.[i];
    if (error) expect(decode).toThrow(expect.objectContaining({ condition: error.condition, sqlState: error.sqlState }));
    else expect([text, decode()]).toEqual([text, recorded[i]]);
  }
  if (errors !== undefined) return;
  const column = decoder.decodeColumn(columnFromValues(types.string, texts));
  expect(texts.map((_, row) => toGolden(type, readValue(column, row)))).toEqual(recorded);
}

describe.each(["expr-json", "expr-json-timestamps"])("Spark's from_json in %s", (name) => {
  it.each(callsOf(name))("$sql", ({ expectSpark }) => {
    expectSpark();
    expect.hasAssertions();
  });
});
