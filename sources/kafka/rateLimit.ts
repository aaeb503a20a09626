import type { TopicPartition } from "../../connectors/kafka/requests.js";
import { PartitionOffsets } from "./offset.js";

/**
 * Shares `maxRows` out over the partitions in proportion to what each has, as Spark does: rounded down, but at least one
 * for a partition that has anything, so that none starves.
 *
 * @param from where each partition starts; those without a start are taken whole
 */
export function limitOffsets(
  maxRows: number,
  from: (partition: TopicPartition) => number | undefined,
  until: PartitionOffsets,
): PartitionOffsets {
  const sizes = [...until].map((entry) => Math.max(0, entry.offset - (from(entry) ?? entry.offset)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total < 1) return until;
  return new PartitionOffsets(
    [...until].map((entry, i) => {
      const size = sizes[i]!;
      if (size === 0) return entry;
      const share = maxRows * (size / total);
      const rows = share < 1 ? Math.ceil(share) : Math.floor(share);
      return { ...entry, offset: Math.min(entry.offset, from(entry)! + rows) };
    }),
  );
}
