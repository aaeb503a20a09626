import { shownValue } from "../engine/errors/credentials.js";
import { nearestName } from "../engine/errors/nearest.js";
import { StreamingError } from "../engine/errors/streamingError.js";
import { confKeys } from "../dataframe/confKeys.js";
import type { DataStreamWriter } from "../dataframe/streamWriter.js";

type Texts = Readonly<Record<string, string>>;

/**
 * What `--set key=value` changes: a configuration key of Spark's; `read.KEY` or `write.KEY`, an option of every source or sink; any other KEY, that
 * option wherever the job sets it, if that is one and the same thing.
 */
export class Overrides {
  /** Session configuration. */
  readonly conf: Texts;
  private readonly read: Texts;
  private readonly write: Texts;
  private readonly anywhere: Texts;
  /** What the job had where a setting took its place. */
  private readonly replacedValues = new Map<string, Set<string>>();
  private readonly seen = new Set<string>();

  /** @throws INVALID_FLAG for what is not `key=value` */
  constructor(settings: readonly string[]) {
    const conf: Record<string, string> = {};
    const read: Record<string, string> = {};
    const write: Record<string, string> = {};
    const anywhere: Record<string, string> = {};
    for (const setting of settings) {
      const [key, value] = split(setting);
      if (isConfKey(key)) conf[key] = value;
      else if (key.startsWith("read.")) read[key.slice(5)] = value;
      else if (key.startsWith("write.")) write[key.slice(6)] = value;
      else anywhere[key] = value;
    }
    this.conf = conf;
    this.read = read;
    this.write = write;
    this.anywhere = anywhere;
  }

  /** A reader's options, overridden. */
  readOptions = (options: Texts): Texts => ({ ...this.replaced(options), ...this.read });

  /** A writer with its options overridden. */
  writer(writer: DataStreamWriter): DataStreamWriter {
    return writer.options({ ...this.replaced(writer.definition.options), ...this.write });
  }

  /** @throws UNKNOWN_SETTING for a setting that nothing of the job took, AMBIGUOUS_SETTING for one that would make different things the same */
  checkUsed(): void {
    for (const [option, values] of this.replacedValues) {
      if (values.size > 1)
        throw new StreamingError("AMBIGUOUS_SETTING", {
          option,
          values: [...values].map((value) => `\`${shownValue(option, value)}\``).join(" and "),
        });
    }
    const unused = Object.keys(this.anywhere).find((key) => !this.replacedValues.has(key));
    if (unused === undefined) return;
    const nearest = nearestName(unused, [...this.seen, ...confKeys.map(({ name }) => name)]);
    const suggestion = `${nearest ? `Did you mean \`${nearest}\`? ` : ""}Use read.${unused} or write.${unused} for an option that the job does not set.`;
    throw new StreamingError("UNKNOWN_SETTING", { option: unused, suggestion });
  }

  private replaced(options: Texts): Texts {
    for (const name of Object.keys(options)) this.seen.add(name);
    return Object.fromEntries(
      Object.entries(options).map(([name, value]) => {
        const key = Object.keys(this.anywhere).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
        if (key === undefined) return [name, value];
        this.replacedValues.set(key, (this.replacedValues.get(key) ?? new Set()).add(value));
        return [name, this.anywhere[key]!];
      }),
    );
  }
}

function isConfKey(key: string): boolean {
  return key.startsWith("spark.") || confKeys.some(({ name }) => name.toLowerCase() === `spark.${key.toLowerCase()}`);
}

function split(setting: string): [key: string, value: string] {
  const at = setting.indexOf("=");
  if (at > 0) return [setting.slice(0, at).trim(), setting.slice(at + 1)];
  throw new StreamingError("INVALID_FLAG", { flag: "set", value: shownValue(setting, setting), expected: "key=value" });
}
