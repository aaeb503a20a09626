import { batchOf, type Batch } from "../../engine/arrow/batch.js";
import { buffers } from "../../engine/arrow/buffers.js";
import { columnFromValues } from "../../engine/arrow/columns.js";
import type { Column } from "../../engine/arrow/column.js";
import { field, types, type Schema } from "../../engine/arrow/types.js";
import type { GeneratorOptions } from "./options.js";

export const generatorSchema: Schema = types.struct([
  field("sensorId", types.string),
  field("at", types.timestamp),
  field("celsius", types.double),
]);

/** The names of all sensors: the dictionary that every batch shares. */
export function sensorNames(options: GeneratorOptions): Column {
  return columnFromValues(
    types.string,
    Array.from({ length: options.sensors }, (_, i) => `sensor-${i + 1}`),
  );
}

/**
 * Rows `first .. first + length`. Row i depends on the options and on i only: each of its values is a hash of (seed, i, which value), so it is the same
 * whatever batch it comes in.
 */
export function generateRows(options: GeneratorOptions, names: Column, first: number, length: number): Batch {
  const codes = buffers.int32(length);
  const times = buffers.float64(length);
  const celsius = buffers.float64(length);
  for (let i = 0; i < length; i++) {
    const row = first + i;
    const sensor = Math.floor(unit(options.seed, row, 0) * options.sensors);
    const disorder = unit(options.seed, row, 1) * options.maxDisorderUs;
    const late = unit(options.seed, row, 2) * 100 < options.latePercent ? options.lateByUs : 0;
    codes[i] = sensor;
    times[i] = Math.floor(options.startUs + row * options.stepUs - disorder - late);
    celsius[i] = Math.round((15 + (sensor % 10) + 10 * unit(options.seed, row, 3)) * 100) / 100;
  }
  const columns: Column[] = [
    { type: types.string, encoding: "dictionary", length, nulls: null, codes, dictionary: names },
    { type: types.timestamp, encoding: "f64", length, nulls: null, values: times },
    { type: types.double, encoding: "f64", length, nulls: null, values: celsius },
  ];
  return batchOf(generatorSchema, columns, length);
}

/** A number in [0, 1) that looks random, from the seed, the row and the value's place in it. The mixing steps are those of MurmurHash3's finalizer. */
function unit(seed: number, row: number, place: number): number {
  let hash = mix(seed | 0, 0x9e3779b9);
  hash = mix(hash ^ (row | 0), 0x85ebca6b);
  hash = mix(hash ^ Math.floor(row / 4294967296), 0xc2b2ae35);
  hash = mix(hash ^ place, 0x27d4eb2f);
  return (hash >>> 0) / 4294967296;
}

function mix(value: number, salt: number): number {
  let hash = (value + salt) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
