import { checkedEmission, emissionOf, type EarlyEmission } from "../dataframe/emitEvery.js";
import { shownValue } from "../engine/errors/credentials.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** What `--emit-every` says. @throws INVALID_FLAG */
export function emitEveryFlag(text: string): EarlyEmission {
  const every = emissionOf(text);
  try {
    checkedEmission(every);
  } catch (error) {
    const expected = '"10 seconds", "10 seconds of event time" or "1000 rows"';
    throw new StreamingError("INVALID_FLAG", { flag: "emit-every", value: shownValue("emit-every", text), expected }, { cause: error });
  }
  return every;
}
