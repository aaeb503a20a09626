import fs from "node:fs";
import { StreamingError } from "../engine/errors/streamingError.js";

/** Waits before another attempt when the process has as many files open as it may: 2.5 s in all, as other batches close theirs within milliseconds. */
const retryDelaysMs = [5, 10, 20, 40, 80, 160, 320, 640, 1280];

/** Never waits for the other end of a pipe or for a device. Windows has neither. */
const withoutWaiting = fs.constants.O_NONBLOCK ?? 0;

/**
 * Opens a file for reading.
 *
 * @throws NOT_A_REGULAR_FILE for a pipe, a socket or a device: they have no end, and to read one waits for somebody to write
 * @throws TOO_MANY_OPEN_FILES
 */
export async function openToRead(path: string): Promise<{ readonly fd: number; readonly sizeBytes: number }> {
  const fd = await openOrRefuse(path, fs.constants.O_RDONLY | withoutWaiting);
  const stats = fs.fstatSync(fd);
  const kind = unreadableKind(stats);
  if (kind === null) return { fd, sizeBytes: stats.size };
  fs.closeSync(fd);
  throw new StreamingError("NOT_A_REGULAR_FILE", { path, kind });
}

/** Opens a folder, to sync it. */
export function openFolder(path: string): Promise<number> {
  return withDescriptor(path, () => fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_DIRECTORY ?? 0) | withoutWaiting));
}

/** What an entry is when it is neither a file nor a folder; else null. */
export function unreadableKind(stats: fs.Stats): "named pipe" | "socket" | "device" | null {
  if (stats.isFile() || stats.isDirectory()) return null;
  return stats.isFIFO() ? "named pipe" : stats.isSocket() ? "socket" : "device";
}

/**
 * Runs a call that takes a file descriptor, again when none is left for the moment.
 *
 * @throws TOO_MANY_OPEN_FILES
 */
export async function withDescriptor<T>(path: string, call: () => T): Promise<T> {
  for (const delayMs of retryDelaysMs) {
    try {
      return call();
    } catch (error) {
      if (!isExhausted(error)) throw error;
      await new Promise((done) => setTimeout(done, delayMs));
    }
  }
  try {
    return call();
  } catch (error) {
    if (!isExhausted(error)) throw error;
    throw new StreamingError("TOO_MANY_OPEN_FILES", { path }, { cause: error });
  }
}

async function openOrRefuse(path: string, flags: number): Promise<number> {
  try {
    return await withDescriptor(path, () => fs.openSync(path, flags));
  } catch (error) {
    // What the system says of a socket, and of a device that is not there.
    if (codeOf(error) === "ENXIO") throw new StreamingError("NOT_A_REGULAR_FILE", { path, kind: "socket or device" }, { cause: error });
    throw error;
  }
}

function isExhausted(error: unknown): boolean {
  return codeOf(error) === "EMFILE" || codeOf(error) === "ENFILE";
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}
