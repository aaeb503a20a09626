import { IntList } from "../../state/intList.js";

/** Pairs of a stream row and a table row (−1: none). */
export class PairList {
  readonly stream = new IntList(1024);
  readonly table = new IntList(1024);

  get count(): number {
    return this.stream.count;
  }

  push(streamRow: number, tableRow: number): void {
    this.stream.push(streamRow);
    this.table.push(tableRow);
  }

  clear(): void {
    this.stream.clear();
    this.table.clear();
  }
}
