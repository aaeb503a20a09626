import { test } from "vitest";

/**
 * Runs the tests of `define` against a real server. Where the server cannot be had, they are skipped by name with the reason,
 * or fail when REQUIRE_SERVERS=1.
 *
 * @param server what is needed, as the skip names it
 * @param start makes the server; its failure decides
 */
export async function requireServers<T>(server: string, start: () => Promise<T>): Promise<T | null> {
  try {
    return await start();
  } catch (error) {
    if (process.env["REQUIRE_SERVERS"] === "1") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    test.skip(`${server} is not available here: ${reason.split("\n")[0]}`, () => undefined);
    return null;
  }
}
