import { Options } from "../engine/contract/options.js";
import { keyGroupCount } from "../engine/contract/state.js";
import { nearestName } from "../engine/errors/nearest.js";
import { StreamingError, notYetSupported } from "../engine/errors/streamingError.js";
import type { AnalysisContext } from "../engine/expression/types/coerce.js";
import { findTimeZone } from "../engine/values/timeZone.js";
import { confKeys, fixedConfKeys, idleConfKeys, keyOfAllBuckets, legacyKeys, type ConfKey, type ConfName } from "./confKeys.js";
import { optionText, type OptionValue } from "./options.js";

const owner = "The session configuration";
const prefix = "spark.";
const byName = new Map(confKeys.map((key) => [key.name.toLowerCase(), key]));

/**
 * The session's configuration: Spark's keys, with or without `spark.` before them.
 *
 * A key that nobody knows is refused with the nearest one; a key of Spark's that means nothing here is kept, and said so once; one that would
 * change answers and is not built is refused.
 *
 * @example session.conf.set("spark.sql.session.timeZone", "Europe/Berlin")
 */
export class Conf {
  private readonly values = new Map<string, string>();
  private readonly warned = new Set<string>();
  /** What the session began with. */
  private readonly initial: ReadonlyMap<string, string>;

  /** @param warn told once of each key that means nothing here */
  constructor(
    given: Readonly<Record<string, OptionValue>>,
    private readonly warn: (message: string) => void,
  ) {
    for (const [name, value] of Object.entries(given)) this.set(name, value);
    this.initial = new Map(this.values);
  }

  /** Back to what the session began with: one key, or all. @example session.conf.reset("spark.sql.ansi.enabled") */
  reset(name?: string): void {
    const key = name === undefined ? undefined : this.keyOf(name);
    const full = typeof key === "object" ? key.name : key;
    for (const each of full === undefined ? [...this.values.keys()] : [full]) this.values.delete(each);
    for (const [each, value] of this.initial) if (full === undefined || full === each) this.values.set(each, value);
  }

  /**
   * Sets a key.
   *
   * @throws UNKNOWN_OPTION with the nearest key, INVALID_OPTION_VALUE, NOT_YET_SUPPORTED for a value that is not built
   * @example session.conf.set("sql.shuffle.partitions", 4)
   */
  set(name: ConfName | (string & {}), value: OptionValue): void {
    const key = this.keyOf(name);
    const text = optionText(value);
    if (typeof key === "string") {
      const built = fixedConfKeys[key];
      if (built === undefined && isLegacy(key)) {
        if (text.toLowerCase() !== "false") throw notYetSupported(`The configuration ${key} = ${text}`);
      } else if (built === undefined) this.warnIdle(key);
      else if (text.toLowerCase() !== built.toLowerCase()) throw notYetSupported(`The configuration ${key} = ${text}`);
      this.values.set(key, text);
      return;
    }
    check(key, text);
    this.values.set(key.name, text);
  }

  /**
   * A key's value, or its default, or `otherwise`.
   *
   * @throws UNKNOWN_OPTION for a key that nobody knows, MISSING_OPTION when there is no value at all
   * @example session.conf.get("spark.sql.session.timeZone")
   */
  get(name: ConfName | (string & {}), otherwise?: string): string {
    const value = this.find(name) ?? otherwise;
    if (value === undefined) throw new StreamingError("MISSING_OPTION", { owner, option: name });
    return value;
  }

  /** A key's value or default; undefined when it has neither. @example session.conf.find("spark.sql.streaming.checkpointLocation") */
  find(name: string): string | undefined {
    const key = this.keyOf(name);
    if (typeof key === "string") return this.values.get(key) ?? fixedConfKeys[key];
    return this.values.get(key.name) ?? key.default;
  }

  /** Back to the default. @example session.conf.unset("spark.sql.ansi.enabled") */
  unset(name: string): void {
    const key = this.keyOf(name);
    this.values.delete(typeof key === "string" ? key : key.name);
  }

  /** Whether a running session may set the key: every key that means something here may. @example session.conf.isModifiable("spark.sql.ansi.enabled") */
  isModifiable(name: string): boolean {
    return typeof this.keyOf(name) !== "string";
  }

  /** A boolean key. */
  boolean(name: string): boolean {
    return this.get(name).toLowerCase() === "true";
  }

  /** A whole-number key. */
  integer(name: string): number {
    return Number(this.get(name));
  }

  /** A duration key, in ms. */
  durationMs(name: string): number {
    const key = this.keyOf(name);
    const options = new Options(owner, typeof key === "string" ? [] : [key], { [name]: this.get(name) });
    return options.durationMs(name)!;
  }

  /** All keys that have a value, by full name: what was set, and the defaults. */
  toRecord(): Record<string, string> {
    const defaults = confKeys.flatMap((key) => {
      const value = key.default;
      return value === undefined ? [] : [[key.name, value] as const];
    });
    return Object.fromEntries([...defaults, ...this.values]);
  }

  /** The same with some keys set to other values; keys that mean nothing here are left out. */
  with(changes: Readonly<Record<string, string>>): Conf {
    const known = Object.entries(changes).filter(([name]) => byName.has(name.toLowerCase()));
    return new Conf({ ...Object.fromEntries(this.values), ...Object.fromEntries(known) }, () => undefined);
  }

  /** The key, or its full name where it means nothing here. */
  private keyOf(name: string): ConfKey | string {
    const full = name.toLowerCase().startsWith(prefix) ? name : `${prefix}${name}`;
    const key = byName.get(full.toLowerCase());
    if (key) return key;
    const ofAll = keyOfAllBuckets(full);
    if (ofAll !== null) {
      // What holds for all buckets is not repeated for each.
      const { default: _, ...ofBucket } = byName.get(ofAll)!;
      return { ...ofBucket, name: full };
    }
    if (Object.hasOwn(fixedConfKeys, full) || isIdle(full) || isLegacy(full)) return full;
    const nearest = nearestName(full, [...confKeys.map((known) => known.name), ...Object.keys(fixedConfKeys)]);
    const suggestion = nearest ? `Did you mean \`${nearest}\`?` : "docs/reference/configuration.md lists the keys.";
    throw new StreamingError("UNKNOWN_OPTION", { owner, option: name, suggestion });
  }

  private warnIdle(name: string): void {
    if (this.warned.has(name)) return;
    this.warned.add(name);
    this.warn(`The configuration ${name} means nothing here: it is Spark's, and was ignored.`);
  }
}

/** Whether the key asks for a way of before, which another key does not name. */
function isLegacy(name: string): boolean {
  return name.startsWith(legacyKeys) && !isIdle(name);
}

/** What analysis depends on, of a configuration. */
export function contextOf(conf: Readonly<Record<string, string>>): AnalysisContext {
  const isTrue = (name: string): boolean => conf[name]?.toLowerCase() === "true";
  return {
    ansi: isTrue("spark.sql.ansi.enabled"),
    zone: conf["spark.sql.session.timeZone"]!,
    ...(conf["spark.sql.mapKeyDedupPolicy"]?.toUpperCase() === "LAST_WIN" && { lastKeyWins: true }),
    ...(conf["spark.sql.decimalOperations.allowPrecisionLoss"]?.toLowerCase() === "false" && { keepsFractions: true }),
    ...(conf["spark.sql.analyzer.lowerEmptyGroupingSetToGlobalAggregate.enabled"]?.toLowerCase() === "false" && {
      emptyGroupingSets: true,
    }),
  };
}

/** How many state partitions a stateful operator has. What a log of Spark's may say beyond the most there are means as many as there are. */
export function partitionsOf(conf: Readonly<Record<string, string>>): number {
  return Math.min(Number(conf["spark.sql.shuffle.partitions"]), keyGroupCount);
}

/** What is wrong with a configuration that `contextOf` is asked about; null when it is sound. */
export function evaluationProblem(conf: Readonly<Record<string, string>>): string | null {
  const { "spark.sql.ansi.enabled": ansi, "spark.sql.session.timeZone": zone } = conf;
  if (!Number.isInteger(partitionsOf(conf)) || partitionsOf(conf) < 1)
    return `spark.sql.shuffle.partitions = ${conf["spark.sql.shuffle.partitions"]}`;
  if (zone === undefined || findTimeZone(zone) === null) return `the time zone ${zone}, which nobody knows`;
  return /^(true|false)$/i.test(ansi ?? "") ? null : `spark.sql.ansi.enabled = ${ansi}`;
}

/** A family (`spark.ui.`) holds all keys under it, a single key only itself. */
function isIdle(full: string): boolean {
  return idleConfKeys.some((known) => (known.endsWith(".") ? full.startsWith(known) : full === known || full.startsWith(`${known}.`)));
}

function check(key: ConfKey, value: string): void {
  const options = new Options(owner, [key], { [key.name]: value });
  if (key.name === "spark.sql.session.timeZone" && findTimeZone(value) === null) {
    throw options.invalid(key.name, "an IANA name such as Europe/Berlin, or an offset such as +02:00");
  }
  if (key.kind === "integer" && Number(value) < 1) throw options.invalid(key.name, "a whole number of at least 1");
  if (key.most && Number(value) > key.most.value) throw options.invalid(key.name, `at most ${key.most.value}: ${key.most.reason}`);
}
