import type { SpillSpace } from "../../engine/contract/spill.js";

/** Room that is in memory after all, where a test has no disk. */
export const memorySpace: SpillSpace = {
  async open() {
    let content = Buffer.alloc(0);
    return {
      async append(parts) {
        const at = content.length;
        content = Buffer.concat([content, ...parts]);
        return at;
      },
      async read(at, into) {
        if (content.copy(into, 0, at, at + into.length) < into.length) throw new RangeError("read beyond what was written");
      },
      async close() {
        content = Buffer.alloc(0);
      },
    };
  },
};
