import type { IdentityLog } from "../../engine/contract/source.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** How many entries stay: the newest counts, the one before it is there while it is being written. */
const kept = 2;

/** Kafka's ids of topics, by name. */
export type IdsByTopic = ReadonlyMap<string, string>;

export function sameIds(a: IdsByTopic, b: IdsByTopic): boolean {
  return a.size === b.size && [...a].every(([topic, id]) => b.get(topic) === id);
}

/**
 * Which topics a query's offsets belong to.
 *
 * A name says nothing when a topic may be deleted and made anew, so the ids are kept in the source's log, beside what Spark has there. Invariant: an id is recorded before the
 * offsets that belong to it are logged.
 */
export class TopicIds {
  private known: Map<string, string> | null = null;
  private lastEntry = -1;

  constructor(private readonly log: IdentityLog | null) {}

  /** Those of `current` that are other topics than the ones their offsets belong to. */
  async changed(current: IdsByTopic): Promise<string[]> {
    const known = await this.load();
    return [...current].filter(([topic, id]) => (known.get(topic) ?? id) !== id).map(([topic]) => topic);
  }

  /** The id that the offsets of a topic belong to; null where nobody knows. */
  async idOf(topic: string): Promise<string | null> {
    return (await this.load()).get(topic) ?? null;
  }

  /** Offsets of these topics belong to these ids from now on. Durable when it resolves. */
  async record(current: IdsByTopic): Promise<void> {
    const known = await this.load();
    if ([...current].every(([topic, id]) => known.get(topic) === id)) return;
    for (const [topic, id] of current) known.set(topic, id);
    const { log } = this;
    if (log === null) return;
    await log.add(++this.lastEntry, formatTopicIds(known));
    for (const old of (await log.list()).filter((id) => id <= this.lastEntry - kept)) await log.remove(old);
  }

  private async load(): Promise<Map<string, string>> {
    if (this.known !== null) return this.known;
    const newest = (await this.log?.list())?.at(-1);
    if (newest === undefined) return (this.known = new Map());
    const text = await this.log!.get(newest);
    if (text === null) return (this.known = new Map());
    this.lastEntry = newest;
    const file = this.log!.pathOf(newest);
    return (this.known = parseTopicIds(text, file));
  }
}

/** An entry of the log. */
export function formatTopicIds(ids: IdsByTopic): string {
  const topics = [...ids].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([topic, id]) => `${JSON.stringify(topic)}:${JSON.stringify(id)}`);
  return `v1\n{"topics":{${topics.join(",")}}}`;
}

/** @throws CHECKPOINT_CORRUPT naming the file */
export function parseTopicIds(text: string, file: string): Map<string, string> {
  const body = /^v1\n([^]*)$/.exec(text)?.[1];
  let parsed: unknown;
  try {
    parsed = JSON.parse(body ?? "");
  } catch {
    parsed = null;
  }
  const topics: unknown = typeof parsed === "object" && parsed !== null && "topics" in parsed ? parsed.topics : null;
  if (typeof topics === "object" && topics !== null && !Array.isArray(topics)) {
    const entries = Object.entries(topics);
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === "string")) return new Map(entries);
  }
  throw new StreamingError("CHECKPOINT_CORRUPT", { path: file, reason: "it does not name the ids of topics" });
}
