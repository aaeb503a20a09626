import { batchOf, type Batch } from "../arrow/batch.js";
import { buffers } from "../arrow/buffers.js";
import { types } from "../arrow/types.js";
import { StreamingError } from "../errors/streamingError.js";

/** The rows lie in memory, eight bytes each. */
const mostRows = 2n ** 27n;

/**
 * The whole numbers from `start` to before `end`, as column `id`.
 *
 * @throws COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION for more than memory should hold; INVALID_OPTION_VALUE for a step of 0
 */
export function rangeRows(start: bigint, end: bigint, step: bigint): Batch {
  if (step === 0n) {
    const parameters = { owner: "range", option: "step", value: "0", expected: "a step other than 0" };
    throw new StreamingError("INVALID_OPTION_VALUE", parameters);
  }
  const rows = step > 0n ? (end - start + step - 1n) / step : (start - end - step - 1n) / -step;
  if (rows > mostRows) {
    const parameters = { numberOfElements: String(rows), maxRoundedArrayLength: String(mostRows), functionName: "`range`" };
    throw new StreamingError("COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", parameters);
  }
  const length = rows > 0n ? Number(rows) : 0;
  const values = buffers.int64(length);
  let id = start;
  for (let row = 0; row < length; row++, id += step) values[row] = id;
  const schema = types.struct([{ name: "id", type: types.long, nullable: false }]);
  return batchOf(schema, [{ type: types.long, encoding: "i64", length, nulls: null, values }], length);
}
