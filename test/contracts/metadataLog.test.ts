import { join } from "node:path";
import { commitLogCodec } from "../../checkpoints/commitLog.js";
import { guardedFiles } from "../../checkpoints/guardedFiles.js";
import { FileMetadataLog, type LogCodec } from "../../checkpoints/metadataLog.js";
import { offsetLogCodec } from "../../checkpoints/offsetLog.js";
import type { CommitEntry, OffsetEntry } from "../../engine/contract/checkpoint.js";
import type { FileSystem } from "../../engine/contract/fileSystem.js";
import { localFileSystem } from "../../runtime/localFileSystem.js";
import { World } from "../simulation/world/world.js";
import { metadataLogContract, type LogUnderTest } from "./metadataLogContract.js";
import { temporaryFolder } from "./temporaryFolder.js";

const offsetEntry = (id: number): OffsetEntry => ({
  batchWatermarkMs: 1000 * id,
  batchTimestampMs: 1_795_188_715_113 + id,
  conf: { "spark.sql.shuffle.partitions": "2" },
  offsets: [`{"logOffset":${id}}`, null, '{"topic":{"0":12,"1":null}}'],
});

const commitEntry = (id: number): CommitEntry => ({
  nextBatchWatermarkMs: 1000 * id,
  ...(id % 2 === 0 ? {} : { stateFile: `${id + 1}.run.delta`, runId: "run", extra: { watermarks: { "0": 5 } } }),
});

function logOn<T>(files: FileSystem, folder: string, codec: LogCodec<T>, entry: (id: number) => T): LogUnderTest<T> {
  return { open: () => FileMetadataLog.open(guardedFiles(files), folder, codec, 0), entry };
}

metadataLogContract("offsets, simulated", async () => logOn(new World(3).runtime("one").files, "/c/offsets", offsetLogCodec, offsetEntry));
metadataLogContract("commits, simulated", async () => logOn(new World(4).runtime("one").files, "/c/commits", commitLogCodec, commitEntry));
metadataLogContract("offsets, local", async () =>
  logOn(localFileSystem, join(await temporaryFolder(), "offsets"), offsetLogCodec, offsetEntry),
);
