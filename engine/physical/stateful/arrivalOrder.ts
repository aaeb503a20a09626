import { HashSorter } from "../../state/hashSorter.js";
import { IntList } from "../../state/intList.js";

/** Some entries of a list. */
export function pick({ values }: IntList, entries: Int32Array): IntList {
  const picked = new IntList(entries.length);
  for (let j = 0; j < entries.length; j++) picked.push(values[entries[j]!]!);
  return picked;
}

/** The entries of a list of numbers, the smallest first. */
export function arrivalOrder(numbers: Float64Array): Int32Array {
  let [least, largest] = [Infinity, -Infinity];
  const order = new Int32Array(numbers.length);
  for (let j = 0; j < numbers.length; j++) {
    order[j] = j;
    least = Math.min(least, numbers[j]!);
    largest = Math.max(largest, numbers[j]!);
  }
  if (largest - least >= 2 ** 32) return order.toSorted((a, b) => numbers[a]! - numbers[b]!);
  const keys = new Int32Array(numbers.length);
  for (let j = 0; j < numbers.length; j++) keys[j] = (numbers[j]! - least) | 0;
  new HashSorter().sort(order, order.length, keys, null, () => 0);
  return order;
}
