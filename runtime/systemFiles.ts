import type { FileSystem } from "../engine/contract/fileSystem.js";
import { filesByPath } from "./filesByPath.js";
import { localFileSystem } from "./localFileSystem.js";
import { ObjectFileSystem } from "./objects/objectFileSystem.js";
import { S3Buckets } from "./s3/s3Buckets.js";
import { systemClock } from "./systemClock.js";

/** This machine's disk, and S3 for paths that say so: clients are loaded and made when the first such path is met. */
export function systemFiles(): FileSystem {
  const buckets = new S3Buckets(systemClock, Math.random);
  const under = (conf: () => Readonly<Record<string, string>>): FileSystem => {
    const objects = new ObjectFileSystem(
      (name) => buckets.bucket(name, conf()),
      () => systemClock.nowMs(),
    );
    return filesByPath(localFileSystem, objects, under);
  };
  return under(() => ({}));
}
