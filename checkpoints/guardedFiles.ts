import type { FileSystem, ReadableFile, WritableFile } from "../engine/contract/fileSystem.js";
import type { ConditionName } from "../engine/errors/conditions.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** The same files, with the system's errors turned into conditions that name the path and what to do about it. */
export function guardedFiles(files: FileSystem): FileSystem {
  return {
    read: (path) => reading(path, () => files.read(path)),
    open: (path) => reading(path, async () => guardedReader(path, await files.open(path))),
    status: (path) => reading(path, () => files.status(path)),
    realPath: (path) => reading(path, () => files.realPath(path)),
    list: (directory) => reading(directory, () => files.list(directory)),
    create: (path) => writing(path, async () => guardedWriter(path, await files.create(path))),
    addNew: (path, bytes) => writing(path, () => files.addNew(path, bytes)),
    replace: (path, bytes) => writing(path, () => files.replace(path, bytes)),
    makeDirectory: (path) => writing(path, () => files.makeDirectory(path)),
    syncDirectory: (path) => writing(path, () => files.syncDirectory(path)),
    remove: (path) => writing(path, () => files.remove(path)),
    removeTree: (path) => writing(path, () => files.removeTree(path)),
  };
}

function guardedReader(path: string, file: ReadableFile | null): ReadableFile | null {
  if (file === null) return null;
  return {
    sizeBytes: file.sizeBytes,
    read: (into, position) => reading(path, () => file.read(into, position)),
    sync: () => writing(path, () => file.sync()),
    close: () => reading(path, () => file.close()),
  };
}

function guardedWriter(path: string, file: WritableFile): WritableFile {
  return {
    write: (bytes) => writing(path, () => file.write(bytes)),
    sync: () => writing(path, () => file.sync()),
    close: () => writing(path, () => file.close()),
  };
}

async function reading<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw asCondition(error, path, readConditions, "CHECKPOINT_READ_FAILED.IO");
  }
}

async function writing<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw asCondition(error, path, writeConditions, "CHECKPOINT_WRITE_FAILED.IO");
  }
}

type ByCode = Readonly<Record<string, ConditionName>>;

const readConditions: ByCode = {
  EACCES: "CHECKPOINT_READ_FAILED.PERMISSION_DENIED",
  EPERM: "CHECKPOINT_READ_FAILED.PERMISSION_DENIED",
};

const writeConditions: ByCode = {
  ENOSPC: "CHECKPOINT_WRITE_FAILED.DISK_FULL",
  EDQUOT: "CHECKPOINT_WRITE_FAILED.DISK_FULL",
  EACCES: "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED",
  EPERM: "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED",
  EROFS: "CHECKPOINT_WRITE_FAILED.PERMISSION_DENIED",
  ENOTDIR: "CHECKPOINT_WRITE_FAILED.NOT_A_FOLDER",
  EEXIST: "CHECKPOINT_WRITE_FAILED.NOT_A_FOLDER",
};

/** Only errors of the system carry a code; whatever else was thrown passes as it is. */
function asCondition(error: unknown, path: string, byCode: ByCode, otherwise: ConditionName): unknown {
  if (error instanceof StreamingError || !(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  return new StreamingError(byCode[error.code] ?? otherwise, { path, code: error.code }, { cause: error });
}
