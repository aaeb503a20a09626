/** Longer texts are cut in messages. */
const longest = 300;

/**
 * Anything that a program may hand over or throw, as a message shows it: text as it is, other values as people write them, in one line that is not too
 * long. Never throws.
 */
export function shownValue(value: unknown): string {
  const text = textOf(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/**
 * What was thrown, as a message tells it: the message of an error, and any other value by itself.
 */
export function thrownText(thrown: unknown): string {
  try {
    if (thrown instanceof Error && typeof thrown.message === "string" && thrown.message !== "") return thrown.message;
    if (thrown instanceof Error) return `${thrown.name} without a message`;
  } catch {
    // An error whose message cannot be read is shown as what it is.
  }
  if (typeof thrown === "string" && thrown !== "") return thrown;
  return `it threw ${thrown === "" ? "an empty text" : shownValue(thrown)}`;
}

function textOf(value: unknown): string {
  try {
    switch (typeof value) {
      case "string":
        return value;
      case "bigint":
        return `${value}n`;
      case "function":
        return value.name === "" ? "a function" : `the function ${value.name}`;
      case "object":
        return objectText(value);
      default:
        return String(value);
    }
  } catch {
    return `a value of type ${typeof value} that cannot be shown`;
  }
}

function objectText(value: object | null): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const json = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner)) as string | undefined;
  const name = value === null ? undefined : (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name;
  return json === undefined || (json === "{}" && name !== undefined && name !== "Object") ? `an object of class ${name}` : json;
}
