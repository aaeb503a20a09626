import { describe, test } from "vitest";

/** A server or tool cannot be fetched here. Anything else that fails is a failure. */
class ServerUnavailable extends Error {
  override readonly name = "ServerUnavailable";
}

/** Runs a step of fetching; its failure means that the thing cannot be had. */
export async function fetching<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new ServerUnavailable(`${what} cannot be fetched: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * A suite of tests against a real server. Where the server cannot be had, the suite is one test that is skipped, by name and with the reason;
 * with REQUIRE_SERVERS=1 that is a failure.
 *
 * @param suite what is tested
 * @param serverName what is needed, as the skip names it
 * @param start makes the server; rejects with ServerUnavailable where it cannot be had
 * @param define the tests
 */
export async function requireServers<T>(
  suite: string,
  serverName: string,
  start: () => Promise<T>,
  define: (server: T) => void,
): Promise<void> {
  let started: { readonly server: T } | null = null;
  let reason = "";
  try {
    started = { server: await start() };
  } catch (error) {
    if (!(error instanceof ServerUnavailable) || process.env["REQUIRE_SERVERS"] === "1") throw error;
    reason = error.message;
  }
  describe(`${suite} (${serverName})`, () => {
    if (started) define(started.server);
    else skipFor(serverName, reason.split("\n").slice(0, 3).join(" "));
  });
}

function skipFor(serverName: string, reason: string): void {
  // oxlint-disable-next-line vitest/no-disabled-tests -- the skip is what this function is for
  test.skip(`needs ${serverName}: ${reason}`, () => undefined);
}
