import type { SpillPages, SpillSpace } from "../../engine/contract/spill.js";

/** Room that is in memory after all, where a test has no disk. */
export const memorySpace: SpillSpace = {
  async open() {
    const pages = memoryPages();
    let length = 0;
    return {
      async append(parts) {
        const at = length;
        const bytes = Buffer.concat(parts);
        pages.write(at, bytes);
        length += bytes.length;
        return at;
      },
      async read(at, into) {
        pages.read(at, into);
      },
      async close() {
        pages.close();
      },
    };
  },
  openPages: memoryPages,
};

function memoryPages(): SpillPages {
  let content = Buffer.alloc(0);
  let length = 0;
  return {
    write(at, bytes) {
      length = Math.max(length, at + bytes.length);
      if (length > content.length) content = Buffer.concat([content, Buffer.alloc(2 * length - content.length)]);
      content.set(bytes, at);
    },
    read(at, into) {
      if (at + into.length > length) throw new RangeError("read beyond what was written");
      into.set(content.subarray(at, at + into.length));
    },
    truncate(at) {
      length = at;
    },
    close() {
      content = Buffer.alloc(0);
      length = 0;
    },
  };
}
