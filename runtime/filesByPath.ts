import type { FileSystem } from "../engine/contract/fileSystem.js";
import { isObjectPath } from "../engine/contract/objectPath.js";

/** Files of this machine and of object stores: each path says where it lies. */
export function filesByPath(local: FileSystem, objects: FileSystem, under?: FileSystem["under"]): FileSystem {
  const at = (path: string): FileSystem => (isObjectPath(path) ? objects : local);
  return {
    read: (path) => at(path).read(path),
    open: (path) => at(path).open(path),
    status: (path) => at(path).status(path),
    realPath: (path) => at(path).realPath(path),
    list: (directory) => at(directory).list(directory),
    listNames: async (directory) => {
      const files = at(directory);
      return (await files.listNames?.(directory)) ?? (await files.list(directory)).map(({ name }) => name);
    },
    create: (path) => at(path).create(path),
    addNew: (path, bytes) => at(path).addNew(path, bytes),
    replace: (path, bytes) => at(path).replace(path, bytes),
    makeDirectory: (path) => at(path).makeDirectory(path),
    syncDirectory: (path) => at(path).syncDirectory(path),
    remove: (path) => at(path).remove(path),
    removeTree: (path) => at(path).removeTree(path),
    ...(under === undefined ? {} : { under }),
  };
}
