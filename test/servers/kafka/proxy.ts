import { connect, createServer, type Socket } from "node:net";

/** A moment in the talk between a client and its broker. */
export interface Trigger {
  /** The request's number in the Kafka protocol. */
  readonly apiKey: number;
  /** Before the broker sees it, or when the broker has answered and the client has not heard. */
  readonly when: "before" | "after";
  /** Which of such requests, from 0. */
  readonly nth: number;
  /** Called once; nothing passes through the proxy any more. */
  fire(): void;
}

/** Stands between clients and a broker and can cut the line at an exact request. */
export interface KafkaProxy {
  /** Waits for `trigger` from now on (null: for nothing). */
  arm(trigger: Trigger | null): void;
  close(): Promise<void>;
}

/** Listens on `port` and passes everything to `brokerPort`. */
export async function startProxy(port: number, brokerPort: number): Promise<KafkaProxy> {
  let armed: Trigger | null = null;
  let seen = 0;
  let isCut = false;
  const sockets = new Set<Socket>();
  const cut = (trigger: Trigger): void => {
    isCut = true;
    armed = null;
    trigger.fire();
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const broker = connect(brokerPort, "127.0.0.1");
    const awaited = new Map<number, Trigger>();
    const requests = frames((frame) => {
      if (isCut) return;
      const trigger = armed;
      if (trigger && frame.readInt16BE(4) === trigger.apiKey && seen++ === trigger.nth) {
        if (trigger.when === "before") return cut(trigger);
        awaited.set(frame.readInt32BE(8), trigger);
      }
      broker.write(frame);
    });
    const responses = frames((frame) => {
      if (isCut) return;
      const trigger = awaited.get(frame.readInt32BE(4));
      if (trigger) cut(trigger);
      else client.write(frame);
    });
    for (const [from, to, take] of [[client, broker, requests] as const, [broker, client, responses] as const]) {
      sockets.add(from);
      from.on("data", take);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    arm: (trigger) => {
      armed = trigger;
      seen = 0;
      isCut = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Cuts a byte stream into messages, each with its 4-byte length in front. */
function frames(emit: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      emit(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
