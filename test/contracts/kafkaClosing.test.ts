import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKafkaClient, type KafkaClient } from "../../connectors/kafka/client.js";
import { systemClock } from "../../runtime/systemClock.js";
import { startSilentServer, type SilentServer } from "../servers/silentServer.js";

describe("a Kafka client that is closed", () => {
  let server: SilentServer;

  beforeAll(async () => {
    server = await startSilentServer();
  });

  afterAll(() => server.close());

  function clientOf(): KafkaClient {
    const options = { clientId: "test", connectionTimeoutMs: 10_000, requestTimeoutMs: 60_000, apiTimeoutMs: 60_000 };
    return createKafkaClient({ ...options, bootstrapServers: [`127.0.0.1:${server.port}`], tls: null, sasl: null }, systemClock);
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
      expect(await Promise.race([asked, systemClock.sleep(20_000).then(() => "nothing")])).toBe("a failure");
      await expect.poll(() => server.connections, { timeout: 20_000 }).toBe(0);
      await expect(client.topics(null)).rejects.toThrow("closed");
    },
    60_000,
  );
});
