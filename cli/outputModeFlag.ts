import type { OutputMode } from "../engine/contract/sink.js";
import { parseOutputMode } from "../engine/plan/analyzer/streaming.js";
import { shownValue } from "../engine/errors/credentials.js";
import { StreamingError } from "../engine/errors/streamingError.js";

/** What `--output-mode` says. @throws INVALID_FLAG */
export function outputModeFlag(text: string): OutputMode {
  try {
    return parseOutputMode(text);
  } catch (error) {
    const flag = { flag: "output-mode", value: shownValue("output-mode", text), expected: "append, update, complete or changes" };
    throw new StreamingError("INVALID_FLAG", flag, { cause: error });
  }
}
