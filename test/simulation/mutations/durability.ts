import { mutation, type Mutation } from "./mutation.js";

/** What is said to be durable and is not, and steps in another order. */
export const durabilityMutations: readonly Mutation[] = [
  mutation("an entry gets its name before its content is synced", "runtime/durableWrites.ts", [
    "      await file.write(bytes);\n      await file.sync();",
    "      await file.write(bytes);",
  ]),
  mutation("the name of an entry is not synced", "runtime/durableWrites.ts", [
    "if (linked) await Promise.all([this.removeQuietly(temporary), this.steps.syncFolder(this.folderOf(path))]);",
    "if (linked) await this.removeQuietly(temporary);",
  ]),
  mutation("a rename is not synced", "runtime/durableWrites.ts", [
    "() => this.steps.rename(temporary, path));\n    await this.steps.syncFolder(this.folderOf(path));",
    "() => this.steps.rename(temporary, path));",
  ]),
  mutation("a new folder is not synced", "runtime/durableWrites.ts", ["      await steps.syncFolder(paths.dirname(folder));\n", ""]),
  mutation("a data file is not synced before its batch is committed", "sinks/files/partFiles.ts", [
    "...this.open.map((file) => file.sync()), ",
    "",
  ]),
  mutation("the folder of data files is not synced", "sinks/files/partFiles.ts", [", this.runtime.files.syncDirectory(this.folder)", ""]),
  mutation("a state file is not synced", "checkpoints/state/stateFile.ts", [
    "    await this.flush();\n    await this.file.sync();",
    "    await this.flush();",
  ]),
  mutation("the name of a state file is not synced", "checkpoints/state/stateStore.ts", [
    "      await writer.close();\n      await this.folder.sync();",
    "      await writer.close();",
  ]),
  mutation("what a dead run has named but not synced is built on", "checkpoints/folder.ts", [
    "  if (entries.length > 0) await files.syncDirectory(folder);\n",
    "",
  ]),
  mutation(
    "a batch is committed in the log before it is in its outputs",
    "engine/query/batchRun.ts",
    ["  await outputs.commit();\n  return stateFile;", "  return stateFile;"],
    ["  const outputs = await parts.outputs.receipts(batchId);\n", "  const outputs = null;\n"],
    ['    await at("afterCommitLog", batchId);', '    await outputs.commit();\n    await at("afterCommitLog", batchId);'],
  ),
  mutation(
    "offsets are logged after the outputs are committed",
    "engine/query/batchRun.ts",
    ['  await timer.phase("walCommit", () => logOffsets(query, planned));\n', ""],
    ['    await at("afterSinkCommit", batchId);', '    await logOffsets(query, planned);\n    await at("afterSinkCommit", batchId);'],
  ),
  mutation("late rows are not committed with the others", "engine/query/batchOutputs.ts", [
    "    for (const open of this.#open.values()) {\n      open.commitBegun = true;",
    "    for (const open of [...this.#open.values()].slice(0, 1)) {\n      open.commitBegun = true;",
  ]),
  mutation("what was committed is taken back when a later step fails", "engine/query/batchOutputs.ts", [
    "if (!commitBegun) await batch?.abort();",
    "await batch?.abort();",
  ]),
];
