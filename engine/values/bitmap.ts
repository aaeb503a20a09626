/** Bitmaps as Spark's functions make them: of one size, the lowest bit of a byte first. */
export const bitmapBytes = 4096;
export const bitmapBits = BigInt(bitmapBytes * 8);
