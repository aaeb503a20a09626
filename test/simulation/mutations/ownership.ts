import { mutation, type Mutation } from "./mutation.js";

/** Two owners, and object stores. */
export const ownershipMutations: readonly Mutation[] = [
  mutation("an owner that lives is not refused", "checkpoints/epoch.ts", [
    'if (alive === true) throw new StreamingError("CHECKPOINT_IN_USE", describe(root, owner));',
    "",
  ]),
  mutation("the epoch is not checked", "checkpoints/epoch.ts", ["if (!isObjectPath(this.request.root)) await this.confirm();", ""]),
  mutation("who was taken over goes on purging", "engine/query/batchRun.ts", [
    "  await checkpoint.confirmOwnership();\n  const state =",
    "  const state =",
  ]),
  mutation("an entry takes the place of another on the disk", "runtime/durableWrites.ts", [
    "() => this.steps.link(temporary, path));",
    "async () => (await this.steps.rename(temporary, path), true));",
  ]),
  mutation("a conditional put is a put", "runtime/objects/bucket.ts", [
    "await store.put(key, bytes, true)",
    "await store.put(key, bytes, false)",
  ]),
  mutation("a put is sent again without a look at what is there", "runtime/objects/bucket.ts", [
    "    if (!mayBeDone) return false;\n",
    "    if (mayBeDone || !mayBeDone) return false;\n",
  ]),
  mutation("a log is as long as its listing", "checkpoints/folder.ts", [
    "for (let id = last + 1; (await files.read(pathOf(id))) !== null; id++) found.push(id);",
    "for (let id = last + 1; last < -1; id++) found.push(id);",
  ]),
  mutation("a manifest is as long as its listing", "sinks/files/manifestLog.ts", [
    "for (let id = listing.latest + 1; (await this.runtime.files.read(`${this.folder}/${manifestName(id)}`)) !== null; id++) newer.push(id);",
    "",
  ]),
];
