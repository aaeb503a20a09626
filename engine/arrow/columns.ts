/** What is done with columns as wholes: copies, pieces, values. One place to import from; none of it needs apache-arrow (`edge.ts` does). */
export { batchFromRows, columnFromValues, constantColumn, emptyBatch, nullColumn } from "./builder.js";
export { concatBatches, retainBatch } from "./concat.js";
export { fixedEncodingOf, isLongLike, longsOfDoubles, doublesOfLongs } from "./encodings.js";
export { projectBatch } from "./project.js";
export { decodeText, isNullAt, readValue, rowsOf } from "./reading.js";
export { sliceBatch, slicesOf } from "./slice.js";
export { plainColumn, takeBatch, takeColumn, type PlainColumn } from "./take.js";
