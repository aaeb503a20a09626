import type { Schema } from "../../engine/arrow/types.js";
import { csvInferenceOptions, csvReadOptions } from "../../engine/contract/csvOptions.js";
import { Options } from "../../engine/contract/options.js";
import type { BytesReader } from "../../engine/contract/source.js";
import { csvReader } from "../../engine/kernel/csv/createCsvDecoder.js";
import { CsvInference } from "../../engine/kernel/csv/csvInference.js";
import { samplingRatioOf } from "./sampling.js";

/**
 * The schema of CSV files, each opened as it is come to.
 *
 * @returns null when they hold nothing
 */
export async function inferCsvSchema(
  files: readonly (() => Promise<BytesReader>)[],
  given: Readonly<Record<string, string>>,
): Promise<Schema | null> {
  const options = new Options("the csv source", [...csvReadOptions, ...csvInferenceOptions], given);
  const ratio = samplingRatioOf(options);
  let inference: CsvInference | null = null;
  const decoder = csvReader(given, { zone: "UTC" }, (parts) => {
    inference = new CsvInference(parts, options.boolean("inferSchema"), options.boolean("preferDate"), ratio);
    return inference;
  });
  for (const open of files) {
    const reader = await open();
    try {
      for (let atEnd = false; !atEnd;) {
        const count = await reader.read(decoder.buffer());
        atEnd = count === 0;
        decoder.decode(count, atEnd);
      }
    } finally {
      await reader.close();
    }
  }
  return (inference as CsvInference | null)?.schema() ?? null;
}
