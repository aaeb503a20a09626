import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKafkaClient, type KafkaClient } from "../../connectors/kafka/client.js";
import { systemClock } from "../../runtime/systemClock.js";
import { patienceMs } from "../patience.js";
import { startSilentServer, type SilentServer } from "../servers/silentServer.js";

describe("kind: whatever fails, every connection is closed: a Kafka client that is closed", () => {
  let server: SilentServer;

  beforeAll(async () => {
    server = await startSilentServer();
  });

  afterAll(() => server.close());

  function clientOf(): KafkaClient {
    const options = {
      clientId: "test",
      connectionTimeoutMs: 2 * patienceMs,
      requestTimeoutMs: 2 * patienceMs,
      apiTimeoutMs: 2 * patienceMs,
    };
    return createKafkaClient({ ...options, bootstrapServers: [`127.0.0.1:${server.port}`], tls: null, sasl: null }, { clock: systemClock });
  }

  test.each([0, 1, 5, 20, 200])(
    "%i ms after a request: what waits fails soon, and no connection stays",
    async (delayMs) => {
      const client = clientOf();
      const asked = client.topics(null).then(
        () => "an answer",
        () => "a failure",
      );
      await systemClock.sleep(delayMs);
      await client.close();
      expect(await Promise.race([asked, systemClock.sleep(patienceMs).then(() => "nothing")])).toBe("a failure");
      await expect.poll(() => server.connections).toBe(0);
      await expect(client.topics(null)).rejects.toThrow("closed");
    },
    60_000,
  );
});
