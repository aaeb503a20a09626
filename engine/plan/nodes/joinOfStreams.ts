import { unreachable } from "../../errors/assert.js";
import { StreamingError } from "../../errors/streamingError.js";
import type { OutputMode } from "../../contract/sink.js";
import type { Expression } from "../../expression/expression.js";
import { boundsState, hasWatermarkInKeys } from "../joinBounds.js";
import type { JoinType } from "../joinType.js";
import type { StreamPlace } from "./facts.js";

/** Spark's names of the join types. */
const names: Readonly<Record<JoinType, string>> = {
  inner: "Inner",
  cross: "Inner",
  left: "LeftOuter",
  right: "RightOuter",
  full: "FullOuter",
  leftSemi: "LeftSemi",
  leftAnti: "LeftAnti",
  mark: "ExistenceJoin",
  single: "LeftSingle",
};

interface JoinOn {
  readonly joinType: JoinType;
  readonly condition: Expression | null;
}

/** Which joins of a stream Spark takes. */
export function refusalOfJoin(join: JoinOn, place: StreamPlace): StreamingError | null {
  const { joinType } = join;
  const { outputMode, streams } = place;
  const [left, right] = [streams[0]!, streams[1]!];
  if (!left && !right) return null;
  switch (joinType) {
    case "inner":
    case "cross":
      return left && right && outputMode === "complete" ? modeRefused(joinType, outputMode, "Append and Update output modes") : null;
    case "leftAnti":
    case "mark":
    case "single":
      return right ? new StreamingError("STREAMING_LEFT_ANTI_JOIN") : null;
    case "full":
      return left && right ? unboundedRefused(join, place) : sideRefused(joinType, left);
    case "left":
    case "leftSemi":
      if (left && right) return unboundedRefused(join, place);
      return right ? sideRefused(joinType, false) : null;
    case "right":
      if (left && right) return unboundedRefused(join, place);
      return left ? sideRefused(joinType, true) : null;
    default:
      return unreachable(joinType);
  }
}

/** Rows without a partner must be known to stay without one: a watermark in the keys, or one that bounds the side that is kept. */
function unboundedRefused({ joinType, condition }: JoinOn, { outputMode, inputs }: StreamPlace): StreamingError | null {
  // A left semi join gives no row that it would have to take back.
  if (joinType === "leftSemi" && outputMode === "complete") return modeRefused(joinType, outputMode, "Append and Update output modes");
  if (outputMode !== "append" && joinType !== "leftSemi") return modeRefused(joinType, outputMode, "Append output mode");
  const [left, right] = [inputs[0]!, inputs[1]!];
  if (hasWatermarkInKeys(condition, left, right)) return null;
  const bounded =
    (joinType !== "right" && boundsState(condition, left, right)) ||
    (joinType !== "left" && joinType !== "leftSemi" && boundsState(condition, right, left));
  return bounded ? null : new StreamingError("STREAM_STREAM_JOIN_NEEDS_WATERMARK", { joinType: names[joinType] });
}

function modeRefused(joinType: JoinType, outputMode: OutputMode, allowed: string): StreamingError {
  const capital = outputMode[0]!.toUpperCase() + outputMode.slice(1);
  return new StreamingError("STREAM_STREAM_JOIN_OUTPUT_MODE", { joinType: names[joinType], outputMode: capital, allowed });
}

function sideRefused(joinType: JoinType, streamOnLeft: boolean): StreamingError {
  const streamSide = streamOnLeft ? "left" : "right";
  const staticSide = streamOnLeft ? "right" : "left";
  return new StreamingError("STREAM_STATIC_JOIN_SIDE", { joinType: names[joinType], streamSide, staticSide });
}
