import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Session } from "../../index.js";

test("a file that is no Parquet is refused by name, when its schema is inferred and when it is read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tidemark-interop-"));
  try {
    await writeFile(join(folder, "a.parquet"), "PAR1 and then nothing of a footer PAR1");
    const { read } = Session.create();
    const refusal = { condition: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER" };
    await expect(read.format("parquet").inferSchema(folder)).rejects.toMatchObject(refusal);
    await expect(read.schema("id BIGINT").parquet(folder).collect()).rejects.toMatchObject(refusal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
