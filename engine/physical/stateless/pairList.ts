/** Pairs of a stream row and a table row (−1: none), in two arrays that grow. */
export class PairList {
  stream: Int32Array = new Int32Array(1024);
  table: Int32Array = new Int32Array(1024);
  count = 0;

  push(streamRow: number, tableRow: number): void {
    this.reserve(this.count + 1);
    this.stream[this.count] = streamRow;
    this.table[this.count++] = tableRow;
  }

  reserve(capacity: number): void {
    if (capacity <= this.stream.length) return;
    this.stream = grown(this.stream, capacity);
    this.table = grown(this.table, capacity);
  }

  clear(): void {
    this.count = 0;
  }
}

function grown(array: Int32Array, capacity: number): Int32Array {
  const larger = new Int32Array(Math.max(capacity, 2 * array.length));
  larger.set(array);
  return larger;
}
