import { StreamingError } from "../../errors/streamingError.js";
import type { OutputMode } from "../../contract/sink.js";
import type { Join, JoinType, LogicalPlan } from "../logicalPlan.js";
import { splitJoinCondition } from "../joinKeys.js";
import { isStreaming } from "../streamingPlan.js";
import { boundsState, hasWatermarkInKeys } from "./joinBounds.js";

/** Spark's names of the join types. */
const names: Readonly<Record<JoinType, string>> = {
  inner: "Inner",
  cross: "Inner",
  left: "LeftOuter",
  right: "RightOuter",
  full: "FullOuter",
  leftSemi: "LeftSemi",
  leftAnti: "LeftAnti",
};

export function isStreamStream(node: LogicalPlan): node is Join {
  return node.kind === "join" && isStreaming(node.left) && isStreaming(node.right);
}

/** Which joins of a stream Spark takes. */
export function checkJoin(join: Join, outputMode: OutputMode): void {
  const left = isStreaming(join.left);
  const right = isStreaming(join.right);
  if (!left && !right) return;
  switch (join.joinType) {
    case "inner":
    case "cross":
      if (left && right && outputMode === "complete") throw modeRefused(join, outputMode, "Append and Update output modes");
      return;
    case "leftAnti":
      if (right) throw new StreamingError("STREAMING_LEFT_ANTI_JOIN");
      return;
    case "full":
      if (left && right) checkWatermark(join, outputMode);
      else throw sideRefused(join, left);
      return;
    case "left":
    case "leftSemi":
      if (left && right) checkWatermark(join, outputMode);
      else if (right) throw sideRefused(join, false);
      return;
    case "right":
      if (left && right) checkWatermark(join, outputMode);
      else if (left) throw sideRefused(join, true);
      return;
    default:
  }
}

/** Rows without a partner must be known to stay without one: a watermark in the keys, or one that bounds the side that is kept. */
function checkWatermark(join: Join, outputMode: OutputMode): void {
  if (outputMode !== "append") throw modeRefused(join, outputMode, "Append output mode");
  if (hasWatermarkInKeys(join)) return;
  const { joinType } = join;
  const bounded =
    (joinType !== "right" && boundsState(join, "left")) || (joinType !== "left" && joinType !== "leftSemi" && boundsState(join, "right"));
  if (!bounded) throw new StreamingError("STREAM_STREAM_JOIN_NEEDS_WATERMARK", { joinType: names[joinType] });
}

/** Two streams meet by key only. */
export function checkJoinKeys(join: Join): void {
  if (isStreamStream(join) && splitJoinCondition(join).keys.length === 0) throw new StreamingError("STREAM_STREAM_JOIN_WITHOUT_EQUALITY");
}

function modeRefused(join: Join, outputMode: OutputMode, allowed: string): StreamingError {
  const capital = outputMode[0]!.toUpperCase() + outputMode.slice(1);
  return new StreamingError("STREAM_STREAM_JOIN_OUTPUT_MODE", { joinType: names[join.joinType], outputMode: capital, allowed });
}

function sideRefused(join: Join, streamOnLeft: boolean): StreamingError {
  const streamSide = streamOnLeft ? "left" : "right";
  const staticSide = streamOnLeft ? "right" : "left";
  return new StreamingError("STREAM_STATIC_JOIN_SIDE", { joinType: names[join.joinType], streamSide, staticSide });
}
