import { nearestName } from "../engine/errors/nearest.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** What an option may be given as; it is text to whoever reads it. */
export type OptionValue = string | number | bigint | boolean;

/** Options by name: those that the editor offers, and any other name. */
export type SomeOptions<Name extends string> = Readonly<Record<string, OptionValue>> & { readonly [N in Name]?: OptionValue };

/** An option's value as text. */
export function optionText(value: OptionValue): string {
  return String(value);
}

/** The option of this name, whatever its case; Spark's options ignore it. */
export function optionOf(options: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(options).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** The options without the one of this name, whatever its case. */
export function withoutOption(options: Readonly<Record<string, string>>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => key.toLowerCase() !== name.toLowerCase()));
}

/** The refusal of a word that is none of `known`, with the nearest of them. */
export function unknownName(owner: string, option: string, value: string, known: readonly string[]): StreamingError {
  const nearest = nearestName(value, known);
  const all = `one of ${known.join(", ")}`;
  return new StreamingError("INVALID_OPTION_VALUE", {
    owner,
    option,
    value,
    expected: nearest ? `${all} (did you mean \`${nearest}\`?)` : all,
  });
}
