import { errorCode } from "../../../connectors/kafka/errorCodes.js";
import { RequestWriter, ResponseReader } from "../../../connectors/kafka/wire.js";
import { assert } from "../../../engine/errors/assert.js";
import { recordValues } from "./records.js";

/** Where the simulated broker is reached. */
export const brokerAddress = "broker:9092";

/** What one request is in traces and fault rules: one that changes something, or one that does not. */
export type BrokerOperation = "tellBroker" | "askBroker";

/** Requests of the protocol that the sink makes. */
const api = {
  produce: 0,
  metadata: 3,
  offsetFetch: 9,
  findCoordinator: 10,
  initProducerId: 22,
  addPartitions: 24,
  addOffsets: 25,
  endTransaction: 26,
  transactionalOffsets: 28,
} as const;

const outOfOrderSequence = 45;
const invalidTransactionState = 48;

interface Produced {
  readonly bytes: Buffer;
  readonly sequence: number;
  readonly count: number;
  readonly producerId: number;
  readonly epoch: number;
  state: "open" | "committed" | "aborted";
}

interface Marker {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/** A transactional id: who holds it, and what its open transaction has. */
interface Holder {
  readonly producerId: number;
  epoch: number;
  isOpen: boolean;
  partitions: Set<string>;
  markers: Map<string, Marker>;
}

/**
 * One Kafka broker with transactions: topics of one partition or more, producers that fence each other, groups whose committed offsets belong to transactions. It
 * outlives every process, and what it has answered is durable. It speaks the protocol's bytes.
 */
export class SimulatedBroker {
  private readonly topics = new Map<string, { readonly id: string; readonly partitions: Produced[][] }>();
  private readonly holders = new Map<string, Holder>();
  private readonly groups = new Map<string, Map<string, Marker>>();
  private producers = 0;

  addTopic(name: string, partitions: number): void {
    const id = Buffer.from(name.padEnd(16, ".").slice(0, 16)).toString("base64url");
    this.topics.set(name, { id, partitions: Array.from({ length: partitions }, () => []) });
  }

  /** The values that a reader of committed records sees, by partition. */
  committed(topic: string): string[][] {
    const { partitions } = this.topics.get(topic)!;
    return partitions.map((batches) => batches.filter(({ state }) => state === "committed").flatMap(({ bytes }) => recordValues(bytes)));
  }

  /** Whether a request changes something. */
  static changes(request: Uint8Array): boolean {
    const key = Buffer.from(request).readInt16BE(0);
    return key !== api.metadata && key !== api.offsetFetch && key !== api.findCoordinator;
  }

  /** What the request is called in traces. */
  static nameOf(request: Uint8Array): string {
    const key = Buffer.from(request).readInt16BE(0);
    return Object.entries(api).find(([, value]) => value === key)?.[0] ?? `request ${key}`;
  }

  /** Does what a request says, and gives its answer. */
  answer(request: Uint8Array): Uint8Array {
    const r = new ResponseReader(Buffer.from(request));
    const [key] = [r.int16(), r.int16()];
    r.int32();
    r.string();
    const w = new RequestWriter();
    switch (key) {
      case api.metadata:
        r.skipTags();
        this.metadata(r, w.noTags());
        break;
      case api.offsetFetch:
        r.skipTags();
        this.offsetFetch(r, w.noTags());
        break;
      case api.findCoordinator:
        w.int32(0).int16(0).string(null).int32(1).string("broker").int32(9092);
        break;
      case api.initProducerId:
        this.initProducerId(r, w);
        break;
      case api.addPartitions:
        this.addPartitions(r, w);
        break;
      case api.addOffsets:
        w.int32(0).int16(this.open(r).code);
        break;
      case api.transactionalOffsets:
        this.transactionalOffsets(r, w);
        break;
      case api.endTransaction:
        w.int32(0).int16(this.end(r));
        break;
      case api.produce:
        this.produce(r, w);
        break;
      default:
        assert(false, `the simulated broker is asked for ${key}`);
    }
    return Buffer.concat(w.finish());
  }

  private metadata(r: ResponseReader, w: RequestWriter): void {
    const asked = r.compactArray(() => {
      r.uuid();
      const name = r.compactString() ?? "";
      r.skipTags();
      return name;
    });
    w.int32(0).compactArray([0], () => {
      // The host's rack is not told.
      w.int32(1).compactString("broker").int32(9092).unsignedVarint(0).noTags();
    });
    w.unsignedVarint(0).int32(1);
    w.compactArray(asked, (name) => {
      const topic = this.topics.get(name);
      w.int16(topic === undefined ? errorCode.unknownTopicOrPartition : 0).compactString(name);
      w.uuid(topic?.id ?? null).boolean(false);
      w.compactArray([...(topic?.partitions.keys() ?? [])], (partition) => {
        w.int16(0).int32(partition).int32(1).int32(0).unsignedVarint(1).unsignedVarint(1).unsignedVarint(1).noTags();
      });
      w.int32(0).noTags();
    });
    w.noTags();
  }

  private offsetFetch(r: ResponseReader, w: RequestWriter): void {
    const group = r.compactString() ?? "";
    const isPending = [...this.holders.values()].some(
      ({ isOpen, markers }) => isOpen && [...markers.keys()].some((key) => key.startsWith(`${group}\0`)),
    );
    const markers = [...(this.groups.get(group)?.values() ?? [])];
    w.int32(0).compactArray(markers, ({ topic, partition, offset, metadata }) => {
      w.compactString(topic).compactArray([0], () => {
        w.int32(partition).int64(offset).int32(-1).compactString(metadata).int16(0).noTags();
      });
      w.noTags();
    });
    w.int16(isPending ? errorCode.unstableOffsetCommit : 0).noTags();
  }

  /** Whoever comes takes the id over: what was left open is aborted, and who held it is fenced. */
  private initProducerId(r: ResponseReader, w: RequestWriter): void {
    const id = r.string() ?? "";
    const before = this.holders.get(id);
    if (before?.isOpen === true) this.settle(before, false);
    const holder = before ?? { producerId: ++this.producers, epoch: -1, isOpen: false, partitions: new Set(), markers: new Map() };
    holder.epoch++;
    this.holders.set(id, holder);
    w.int32(0).int16(0).int64(holder.producerId).int16(holder.epoch);
  }

  /** The holder that a request is of, whose transaction is then open; or why not. */
  private open(r: ResponseReader): { readonly holder: Holder | null; readonly code: number } {
    const found = this.holderOf(r.string() ?? "", r.int64(), r.int16());
    if (found.holder !== null) found.holder.isOpen = true;
    return found;
  }

  private holderOf(id: string, producerId: number, epoch: number): { readonly holder: Holder | null; readonly code: number } {
    const holder = this.holders.get(id);
    if (holder?.producerId !== producerId || holder.epoch !== epoch) return { holder: null, code: errorCode.producerFenced };
    return { holder, code: 0 };
  }

  private addPartitions(r: ResponseReader, w: RequestWriter): void {
    const { holder, code } = this.open(r);
    const topics = r.array(() => ({ topic: r.string() ?? "", partitions: r.array(() => r.int32()) }));
    for (const { topic, partitions } of topics) for (const partition of partitions) holder?.partitions.add(`${topic}/${partition}`);
    w.int32(0).array(topics, ({ topic, partitions }) => {
      w.string(topic).array(partitions, (partition) => w.int32(partition).int16(code));
    });
  }

  private transactionalOffsets(r: ResponseReader, w: RequestWriter): void {
    const [id, group] = [r.string() ?? "", r.string() ?? ""];
    const { holder, code } = this.holderOf(id, r.int64(), r.int16());
    const topics = r.array(() => {
      const topic = r.string() ?? "";
      return r.array(() => {
        const [partition, offset] = [r.int32(), r.int64()];
        r.int32();
        return { topic, partition, offset, metadata: r.string() ?? "" };
      });
    });
    for (const marker of topics.flat()) holder?.markers.set(`${group}\0${marker.topic}/${marker.partition}`, marker);
    w.int32(0).array(topics, (markers) => {
      w.string(markers[0]!.topic).array(markers, ({ partition }) => w.int32(partition).int16(code));
    });
  }

  private end(r: ResponseReader): number {
    const { holder, code } = this.holderOf(r.string() ?? "", r.int64(), r.int16());
    if (holder?.isOpen === true) this.settle(holder, r.boolean());
    return code;
  }

  private settle(holder: Holder, commit: boolean): void {
    for (const { partitions } of this.topics.values())
      for (const batch of partitions.flat())
        if (batch.producerId === holder.producerId && batch.state === "open") batch.state = commit ? "committed" : "aborted";
    if (commit) {
      for (const [key, marker] of holder.markers) {
        const group = key.slice(0, key.indexOf("\0"));
        const markers = this.groups.get(group) ?? new Map<string, Marker>();
        this.groups.set(group, markers.set(`${marker.topic}/${marker.partition}`, marker));
      }
    }
    holder.isOpen = false;
    holder.partitions = new Set();
    holder.markers = new Map();
  }

  private produce(r: ResponseReader, w: RequestWriter): void {
    const id = r.string() ?? "";
    r.int16();
    r.int32();
    const results = r.array(() => {
      const topic = r.string() ?? "";
      return r.array(() => {
        const partition = r.int32();
        return { topic, partition, code: this.append(id, topic, partition, Buffer.from(r.bytesWithLength())) };
      });
    });
    w.array(results, (list) => {
      w.string(list[0]!.topic).array(list, ({ partition, code }) => w.int32(partition).int16(code).int64(0).int64(-1).int64(0));
    });
    w.int32(0);
  }

  private append(id: string, topic: string, partition: number, bytes: Buffer): number {
    const batches = this.topics.get(topic)?.partitions[partition];
    if (batches === undefined) return errorCode.unknownTopicOrPartition;
    const producerId = Number(bytes.readBigInt64BE(43));
    const epoch = bytes.readInt16BE(51);
    const { holder, code } = this.holderOf(id, producerId, epoch);
    if (holder === null) return code;
    if (!holder.partitions.has(`${topic}/${partition}`)) return invalidTransactionState;
    const [sequence, count] = [bytes.readInt32BE(53), bytes.readInt32BE(57)];
    const before = batches.filter((batch) => batch.producerId === producerId && batch.epoch === epoch);
    if (before.some((batch) => batch.sequence === sequence)) return errorCode.duplicateSequenceNumber;
    const last = before.at(-1);
    if (sequence !== (last === undefined ? 0 : last.sequence + last.count)) return outOfOrderSequence;
    batches.push({ bytes, sequence, count, producerId, epoch, state: "open" });
    return 0;
  }
}
