import type { Options } from "../../engine/contract/options.js";

/** The option `samplingRatio`: how much of the input inference looks at. @throws INVALID_OPTION_VALUE */
export function samplingRatioOf(options: Options): number {
  const ratio = Number(options.get("samplingRatio") ?? 1);
  if (ratio > 0 && ratio <= 1) return ratio;
  throw options.invalid("samplingRatio", "a number above 0, at most 1");
}
