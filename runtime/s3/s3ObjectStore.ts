import type { S3Client } from "@aws-sdk/client-s3";
import type {
  ListPage,
  ListRequest,
  ObjectBytes,
  ObjectInfo,
  ObjectRange,
  ObjectStore,
  ObjectUpload,
} from "../../engine/contract/objectStore.js";
import { pathOfObject } from "../../engine/contract/objectPath.js";
import { failureOf, isBeyondEnd, isMissing, isTaken } from "./failures.js";

type Sdk = typeof import("@aws-sdk/client-s3");

/** A bucket, reached through Amazon's client; and every other service that speaks its language. */
export class S3ObjectStore implements ObjectStore {
  constructor(
    private readonly sdk: Sdk,
    private readonly client: S3Client,
    private readonly bucket: string,
    /** As messages name it. */
    private readonly endpoint: string,
    /** A request without an answer by then has failed. */
    private readonly timeoutMs: number,
  ) {}

  get(key: string, range?: ObjectRange): Promise<ObjectBytes | null> {
    return this.orNull("read", key, (signal) => this.getNow(key, range, signal).catch(orEmpty));
  }

  private async getNow(key: string, range: ObjectRange | undefined, abortSignal: AbortSignal): Promise<ObjectBytes> {
    const { GetObjectCommand } = this.sdk;
    const bytes = range === undefined ? {} : { Range: `bytes=${range.start}-${range.start + range.length - 1}` };
    const version = range?.etag === undefined ? {} : { IfMatch: range.etag };
    const answer = await this.client.send(new GetObjectCommand({ ...this.at(key), ...bytes, ...version }), { abortSignal });
    const body = await answer.Body!.transformToByteArray();
    const total = /\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1];
    return { bytes: body, sizeBytes: total === undefined ? body.length : Number(total), etag: answer.ETag ?? "" };
  }

  head(key: string): Promise<ObjectInfo | null> {
    const { HeadObjectCommand } = this.sdk;
    return this.orNull("read", key, async (abortSignal) => {
      const answer = await this.client.send(new HeadObjectCommand(this.at(key)), { abortSignal });
      return { key, sizeBytes: answer.ContentLength ?? 0, modifiedMs: answer.LastModified?.getTime() ?? 0 };
    });
  }

  put(key: string, bytes: Uint8Array, onlyNew: boolean): Promise<boolean> {
    const { PutObjectCommand } = this.sdk;
    return this.unlessTaken("write", key, async (abortSignal) => {
      const request = { ...this.at(key), Body: bytes, ContentLength: bytes.length, ...(onlyNew ? { IfNoneMatch: "*" } : {}) };
      await this.client.send(new PutObjectCommand(request), { abortSignal });
    });
  }

  list({ prefix, folders, limit, continuation }: ListRequest): Promise<ListPage> {
    const { ListObjectsV2Command } = this.sdk;
    return this.asked("list", prefix, async (abortSignal) => {
      const command = new ListObjectsV2Command({
        Bucket: this.bucket,
        Prefix: prefix,
        ...(folders ? { Delimiter: "/" } : {}),
        ...(limit === undefined ? {} : { MaxKeys: limit }),
        ...(continuation === undefined ? {} : { ContinuationToken: continuation }),
      });
      const answer = await this.client.send(command, { abortSignal });
      return {
        objects: (answer.Contents ?? []).map(({ Key, Size, LastModified }) => {
          return { key: Key ?? "", sizeBytes: Size ?? 0, modifiedMs: LastModified?.getTime() ?? 0 };
        }),
        folders: (answer.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix])),
        continuation: answer.IsTruncated === true ? (answer.NextContinuationToken ?? null) : null,
      };
    });
  }

  remove(keys: readonly string[]): Promise<void> {
    const { DeleteObjectCommand, DeleteObjectsCommand } = this.sdk;
    return this.asked("remove", keys[0]!, async (abortSignal) => {
      if (keys.length === 1) {
        await this.client.send(new DeleteObjectCommand(this.at(keys[0]!)), { abortSignal });
        return;
      }
      const Objects = keys.map((Key) => ({ Key }));
      const answer = await this.client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } }), {
        abortSignal,
      });
      const failed = answer.Errors?.find(({ Code }) => Code !== "NoSuchKey");
      if (failed) throw Object.assign(new Error(failed.Message ?? "an object was not removed"), { name: failed.Code ?? "InternalError" });
    });
  }

  upload(key: string): Promise<ObjectUpload> {
    const { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, UploadPartCommand } = this.sdk;
    return this.asked("write", key, async (abortSignal) => {
      const { UploadId } = await this.client.send(new CreateMultipartUploadCommand(this.at(key)), { abortSignal });
      const of = { ...this.at(key), UploadId };
      const parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
      return {
        part: (PartNumber, Body) =>
          this.asked("write", key, async (signal) => {
            const command = new UploadPartCommand({ ...of, PartNumber, Body, ContentLength: Body.length });
            const { ETag } = await this.client.send(command, { abortSignal: signal });
            parts.push({ PartNumber, ETag });
          }),
        complete: () =>
          this.unlessTaken("write", key, async (signal) => {
            const Parts = parts.toSorted((a, b) => a.PartNumber - b.PartNumber);
            const command = new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts }, IfNoneMatch: "*" });
            await this.client.send(command, { abortSignal: signal });
          }),
        abort: () =>
          this.asked("remove", key, async (signal) => {
            await this.client.send(new AbortMultipartUploadCommand(of), { abortSignal: signal });
          }),
      };
    });
  }

  private at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket, Key: key };
  }

  private async orNull<T>(operation: string, key: string, request: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    return this.asked(operation, key, async (signal) => {
      try {
        return await request(signal);
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  private unlessTaken(operation: string, key: string, request: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    return this.asked(operation, key, async (signal) => {
      try {
        await request(signal);
        return true;
      } catch (error) {
        if (isTaken(error)) return false;
        throw error;
      }
    });
  }

  private async asked<T>(operation: string, key: string, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      return await request(signal);
    } catch (error) {
      const { bucket, endpoint } = this;
      throw failureOf(error, { bucket, endpoint, operation, path: pathOfObject(bucket, key), timedOut: signal.aborted });
    }
  }
}

/** An object without bytes has no range. */
function orEmpty(error: unknown): ObjectBytes {
  if (isBeyondEnd(error)) return { bytes: new Uint8Array(0), sizeBytes: 0, etag: "" };
  throw error;
}
