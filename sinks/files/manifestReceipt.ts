import type { Json } from "../../engine/contract/json.js";
import type { CommittedBatch } from "../../engine/contract/sink.js";

/** A run that died wrote the entry, a compact one. */
export const unknownFiles = -1;

/** What the commit log keeps of a manifest. */
export interface ManifestReceipt {
  readonly batchId: number;
  /** The manifest's folder. */
  readonly folder: string;
  /** CRC-32 of the newest compact entry, which repeats all before it, and of those behind it, by name. */
  readonly entries: Readonly<Record<string, number>>;
  /** How many of the files of the batch's entry are its own; `unknownFiles` where nobody knows. */
  readonly files: number;
}

export function formatReceipt({ folder, entries, files }: ManifestReceipt): Json {
  return { manifest: folder, entries, files };
}

/** The receipts of one folder among those of committed batches. A query whose output goes elsewhere now has none of it. */
export function receiptsOf(committed: readonly CommittedBatch[], folder: string): ManifestReceipt[] {
  return committed.flatMap(({ batchId, receipt }) => {
    if (!isObject(receipt)) return [];
    const { manifest, entries, files } = receipt;
    if (manifest !== folder || !isObject(entries) || typeof files !== "number") return [];
    const sums = Object.entries(entries).filter((entry): entry is [string, number] => typeof entry[1] === "number");
    return [{ batchId, folder, entries: Object.fromEntries(sums), files }];
  });
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
