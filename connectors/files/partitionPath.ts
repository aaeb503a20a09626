/** The folder of rows that have no value, or an empty text, in a partition column. */
const defaultPartition = "__HIVE_DEFAULT_PARTITION__";

// oxlint-disable-next-line no-control-regex -- control characters are among those that are escaped
const escaped = /[\u0000-\u001f"#%'*/:=?\\{[\]^\u007f]/g;

/** The name of the folder of a value, `name=value`, as Hive and Spark write it. */
export function partitionFolder(name: string, value: string | null): string {
  return `${escape(name)}=${value === null || value === "" ? defaultPartition : escape(value)}`;
}

function escape(text: string): string {
  return text.replaceAll(escaped, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

/** A column that a folder's name says. */
export interface PartitionValue {
  readonly name: string;
  /** Null for the folder of rows without a value. */
  readonly text: string | null;
}

/** The columns that the folders between a source's folder and a file say, outermost first. */
export function partitionValues(folder: string, path: string): readonly PartitionValue[] {
  const prefix = folder === "/" ? folder : `${folder}/`;
  if (!path.startsWith(prefix)) return [];
  return path
    .slice(prefix.length)
    .split("/")
    .slice(0, -1)
    .flatMap((name) => {
      const at = name.indexOf("=");
      if (at <= 0) return [];
      const text = unescape(name.slice(at + 1));
      return [{ name: unescape(name.slice(0, at)), text: text === defaultPartition ? null : text }];
    });
}

function unescape(text: string): string {
  return text.replaceAll(/%([\da-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
