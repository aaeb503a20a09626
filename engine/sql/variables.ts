const reference = /\$\{(?:(\w+?):)?(\S+?)\}/g;

/** The prefixes of the configuration; `env:` and `system:` name nothing here, and stay as they are. */
const ofConfiguration = new Set(["spark", "sparkconf", "hivevar", "hiveconf"]);

/**
 * A text with what it says of the configuration: `${spark.sql.session.timeZone}` is its value, and an empty text where there is none, in strings too.
 * As in Spark this is done before the text is read. A value is not looked into again.
 */
export function withVariables(text: string, valueOf: (name: string) => string | undefined): string {
  if (!text.includes("${")) return text;
  return text.replace(reference, (written, kind: string | undefined, name: string) =>
    kind === undefined || ofConfiguration.has(kind) ? (valueOf(name) ?? "") : written,
  );
}

/** The text with a name of the same length in place of every variable: enough to tell where its statements end. */
export function withoutVariables(text: string): string {
  return text.replace(reference, (written) => "v".repeat(written.length));
}
