import { conditionSpec, type ConditionName } from "./conditions.js";
import { withoutCredentials } from "./credentials.js";

/** The values of a condition's `<placeholders>`. Tests assert these and the name, never prose. */
export type ConditionParameters = Readonly<Record<string, string>>;

/**
 * The one error that Tidemark throws on purpose: a condition of the catalogue with its parameters.
 *
 * `message` reads `[NAME] what and why. what to do. SQLSTATE: …`; the parts are there as `condition`, `parameters`, `sqlState`, `advice`. Users and passwords in
 * URLs are left out of all of them.
 */
export class StreamingError extends Error {
  readonly condition: ConditionName;
  readonly parameters: ConditionParameters;
  readonly sqlState: string;
  readonly advice: string;

  /**
   * @param options.place where it was met, as a sentence without its point: said behind what happened
   * @param options.picture the same as lines of the text that it is about
   */
  constructor(condition: ConditionName, given: ConditionParameters = {}, options?: { cause?: unknown; place?: string; picture?: string }) {
    const spec = conditionSpec(condition);
    const parameters = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, shownParameter(value)]));
    const advice = fill(spec.advice, parameters);
    const place = options?.place === undefined ? "" : ` ${shownParameter(options.place)}.`;
    const picture = options?.picture === undefined ? "" : shownParameter(options.picture);
    super(`[${condition}] ${fill(spec.message, parameters)}${place}${picture} ${advice} SQLSTATE: ${spec.sqlState}`, options);
    this.name = "StreamingError";
    this.condition = condition;
    this.parameters = parameters;
    this.sqlState = spec.sqlState;
    this.advice = advice;
  }

  /** The same failure, with the lines of a text that it is about behind what happened. */
  withPicture(picture: string): StreamingError {
    const { condition, parameters, cause } = this;
    return new StreamingError(condition, parameters, { ...(cause !== undefined && { cause }), picture });
  }
}

/** A `StreamingError` saying that a feature is not built yet. The golden runner counts exactly these as unsupported. */
export function notYetSupported(feature: string): StreamingError {
  return new StreamingError("NOT_YET_SUPPORTED", { feature });
}

/** A message is read by people: of a text that a program made, however long it is, it shows the beginning. */
const longestParameter = 4_000;

function shownParameter(value: string): string {
  // Twice as much is looked at, so that the cut does not hide that a user and a password end behind it.
  const text = withoutCredentials(value.slice(0, 2 * longestParameter));
  return text.length <= longestParameter ? text : `${text.slice(0, longestParameter)}…`;
}

function fill(template: string, parameters: ConditionParameters): string {
  return template.replace(/<(\w+)>/g, (placeholder, name: string) => parameters[name] ?? placeholder);
}
