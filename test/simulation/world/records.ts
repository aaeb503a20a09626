import { assert } from "../../../engine/errors/assert.js";

const headerBytes = 61;

/** The values of a batch of records in Kafka's format 2, uncompressed, as texts. Read here independently of the product's decoder. */
export function recordValues(batch: Buffer): string[] {
  const count = batch.readInt32BE(57);
  const values: string[] = [];
  let at = headerBytes;
  const varint = (): number => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = batch[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      shift += 7;
    }
  };
  const bytes = (): string | null => {
    const length = varint();
    if (length < 0) return null;
    at += length;
    return batch.toString("utf8", at - length, at);
  };
  for (let i = 0; i < count; i++) {
    const length = varint();
    const end = at + length;
    at++;
    varint();
    assert(varint() === i, "records are numbered");
    bytes();
    values.push(bytes() ?? "null");
    at = end;
  }
  return values;
}
