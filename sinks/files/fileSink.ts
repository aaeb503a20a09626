import type { ManifestEntry } from "../../connectors/files/manifest.js";
import { displayPath, uriOf } from "../../connectors/files/uri.js";
import type { Schema } from "../../engine/arrow/types.js";
import type { SinkContext } from "../../engine/contract/provider.js";
import type { Json } from "../../engine/contract/json.js";
import type { CommittedBatch, OutputBatchInfo, OutputIdentity, Sink, SinkBatch } from "../../engine/contract/sink.js";
import { assert } from "../../engine/errors/assert.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { FileEncoder } from "./encoders.js";
import { writing } from "./failures.js";
import { checkManifest } from "./manifestCheck.js";
import { ManifestLog } from "./manifestLog.js";
import { formatReceipt, receiptsOf } from "./manifestReceipt.js";
import type { FileSinkOptions } from "./options.js";
import { claimFolder, foreign, ownerOf } from "./owner.js";
import type { DataFiles } from "./dataFiles.js";
import { PartFiles } from "./partFiles.js";
import { PartitionedFiles, partitioningOf } from "./partitionedFiles.js";

/** What Spark writes for local files. */
const blockSizeBytes = 32 * 1024 * 1024;

/**
 * Files of a streaming query, each batch exactly once: data files first, then one entry of the manifest that lists them. What a crashed run left behind
 * is listed nowhere and so does not exist for readers.
 */
export class StreamingFileSink implements Sink {
  readonly description: string;
  private readonly manifest: ManifestLog;
  private identity: OutputIdentity | null = null;

  constructor(
    private readonly context: SinkContext,
    private readonly options: FileSinkOptions,
    private readonly encoder: FileEncoder,
  ) {
    this.description = `FileSink[${displayPath(options.path)}]`;
    this.manifest = new ManifestLog(context.runtime, options.path);
  }

  async start(identity: OutputIdentity, committed: readonly CommittedBatch[] = [], lastPlanned = Infinity): Promise<void> {
    const { path } = this.options;
    const { runtime } = this.context;
    const loading = this.encoder.load();
    await writing(path, () => claimFolder(runtime.files, path, identity));
    const listing = await writing(path, () => this.manifest.open());
    if (this.manifest.latestBatch > lastPlanned) throw this.ahead(lastPlanned + 1);
    const sums = await checkManifest({
      files: runtime.files,
      folder: this.manifest.folder,
      listing,
      receipts: receiptsOf(committed, this.manifest.folder),
      warn: (message) => this.context.warn(message),
    });
    this.manifest.found(sums);
    await loading;
    this.identity = identity;
  }

  async open(info: OutputBatchInfo): Promise<SinkBatch | null> {
    assert(this.identity !== null, "a sink is started before it is opened");
    const newest = this.manifest.latestBatch;
    if (newest === info.batchId) return null;
    const { path } = this.options;
    if (newest > info.batchId) throw this.ahead(info.batchId);
    const parts = dataFiles(this.context, this.options, this.encoder, info.schema);
    let entries: ManifestEntry[] | null = null;
    return {
      write: (batch) => parts.write(batch),
      prepare: async () => {
        await parts.finish();
        entries = await Promise.all(parts.paths.map((file) => this.entryOf(file)));
      },
      commit: async () => {
        assert(entries !== null, "a batch is prepared before it is committed");
        await writing(path, () => this.manifest.add(info.batchId, entries!));
      },
      abort: () => parts.discard(),
    };
  }

  async receiptOf(batchId: number): Promise<Json> {
    return formatReceipt(this.manifest.receiptOf(batchId));
  }

  async stop(): Promise<void> {}

  /** @param batchId the batch that the query is about to write */
  private ahead(batchId: number): StreamingError {
    const newest = String(this.manifest.latestBatch);
    return new StreamingError("SINK_AHEAD_OF_QUERY", { sink: displayPath(this.options.path), newest, batchId: String(batchId) });
  }

  private async entryOf(path: string): Promise<ManifestEntry> {
    const status = await this.context.runtime.files.status(path);
    assert(status !== null, `the file ${path} is gone before its batch is committed`);
    return {
      path: uriOf(path),
      size: status.sizeBytes,
      isDir: false,
      modificationTime: status.modifiedMs,
      blockReplication: 1,
      blockSize: blockSizeBytes,
      action: "add",
    };
  }
}

/** Files of `df.write`: they count as they stand, and `_SUCCESS` says that all are there. */
export class BatchFileSink implements Sink {
  readonly description: string;

  constructor(
    private readonly context: SinkContext,
    private readonly options: FileSinkOptions,
    private readonly encoder: FileEncoder,
  ) {
    this.description = `FileSink[${displayPath(options.path)}]`;
  }

  async start({ queryId }: OutputIdentity): Promise<void> {
    const { path } = this.options;
    const { files } = this.context.runtime;
    // Readers of a manifest would not see what is written beside it.
    const owner = await ownerOf(files, path);
    if (owner !== null) throw foreign(path, queryId, owner);
    await writing(path, () => files.makeDirectory(path));
    await this.encoder.load();
  }

  async open(info: OutputBatchInfo): Promise<SinkBatch> {
    const { path } = this.options;
    const { files } = this.context.runtime;
    const parts = dataFiles(this.context, this.options, this.encoder, info.schema);
    return {
      write: (batch) => parts.write(batch),
      prepare: () => parts.finish(),
      commit: () => writing(path, () => files.replace(`${path}/_SUCCESS`, new Uint8Array(0))),
      abort: () => parts.discard(),
    };
  }

  async stop(): Promise<void> {}
}

/** The files of a batch: in the sink's folder, or in one for each value of the columns of `partitionBy`. */
function dataFiles({ runtime, partitionBy, conf }: SinkContext, options: FileSinkOptions, encoder: FileEncoder, schema: Schema): DataFiles {
  const { path, rowsPerFile } = options;
  if (partitionBy.length === 0) return new PartFiles(runtime, path, schema, encoder, rowsPerFile);
  const partitioning = partitioningOf(schema, partitionBy);
  const uuid = runtime.uuid();
  return new PartitionedFiles(schema, partitioning, conf["spark.sql.session.timeZone"] ?? "UTC", (folder) => {
    return new PartFiles(runtime, `${path}/${folder}`, partitioning.schema, encoder, rowsPerFile, uuid, true);
  });
}
