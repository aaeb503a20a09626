import { describe, expect, it } from "vitest";
import { commitLogCodec } from "../../../checkpoints/commitLog.js";
import { offsetLogCodec } from "../../../checkpoints/offsetLog.js";

const offsets = (text: string): unknown => offsetLogCodec.parse(text, "/c/offsets/3");
const commits = (text: string): unknown => commitLogCodec.parse(text, "/c/commits/3");

describe("the offset log", () => {
  it("is written as Spark writes it", () => {
    const text = offsetLogCodec.format({ batchWatermarkMs: 0, batchTimestampMs: 17, conf: { a: "1" }, offsets: ['{"logOffset":0}', null] });
    expect(text).toBe('v1\n{"batchWatermarkMs":0,"batchTimestampMs":17,"conf":{"a":"1"}}\n{"logOffset":0}\n-');
  });

  it.each([
    ["", "CHECKPOINT_CORRUPT", { path: "/c/offsets/3", reason: "it is empty" }],
    [" \n", "CHECKPOINT_CORRUPT", { path: "/c/offsets/3", reason: "it is empty" }],
    ["1\n{}", "MALFORMED_LOG_FILE", { path: "/c/offsets/3", text: "1" }],
    ["v0\n{}", "MALFORMED_LOG_FILE", { path: "/c/offsets/3", text: "v0" }],
    ["v2\n{}", "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION", { path: "/c/offsets/3", maxVersion: "1", version: "2" }],
    ["v1", "CHECKPOINT_CORRUPT", { path: "/c/offsets/3", reason: "it ends too early" }],
    ['v1\n{"batchWatermarkMs":0', "CHECKPOINT_CORRUPT", { reason: 'it is cut off after "{\\"batchWatermarkMs\\":0"' }],
    ['v1\n{"batchWatermarkMs":0,"conf":{"a":"b', "CHECKPOINT_CORRUPT", { reason: expect.stringMatching(/^it is cut off/) }],
    ["v1\nfoo", "CHECKPOINT_CORRUPT", { reason: '"foo" is no JSON' }],
    ["v1\n[]", "CHECKPOINT_CORRUPT", { path: "/c/offsets/3" }],
    ['v1\n{"batchWatermarkMs":"0","batchTimestampMs":1}\n-', "CHECKPOINT_CORRUPT", { path: "/c/offsets/3" }],
    ['v1\n{"batchWatermarkMs":0,"batchTimestampMs":1.5}\n-', "CHECKPOINT_CORRUPT", { path: "/c/offsets/3" }],
    ['v1\n{"batchWatermarkMs":0,"batchTimestampMs":1,"conf":{"a":{}}}\n-', "CHECKPOINT_CORRUPT", { path: "/c/offsets/3" }],
    ['v1\n{"batchWatermarkMs":0,"batchTimestampMs":1,"conf":{}}\n\n-', "CHECKPOINT_CORRUPT", { path: "/c/offsets/3" }],
  ])("refuses %j", (text, condition, parameters) => {
    expect(() => offsets(text)).toThrow(expect.objectContaining({ condition, parameters: expect.objectContaining(parameters) }));
  });
});

describe("the commit log", () => {
  it("is Spark's, with our members behind", () => {
    expect(commitLogCodec.format({ nextBatchWatermarkMs: 5 })).toBe('v1\n{"nextBatchWatermarkMs":5}');
    expect(commitLogCodec.format({ nextBatchWatermarkMs: 5, stateFile: "1.r.delta", runId: "r", extra: { x: [1] } })).toBe(
      'v1\n{"nextBatchWatermarkMs":5,"stateFile":"1.r.delta","runId":"r","extra":{"x":[1]}}',
    );
  });

  it("ignores members that it does not know", () => {
    expect(commits('v1\n{"nextBatchWatermarkMs":5,"stateUniqueIds":{"0":[]}}')).toEqual({ nextBatchWatermarkMs: 5 });
  });

  it.each([
    ["v9\n{}", "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION"],
    ["v1\n[]", "CHECKPOINT_CORRUPT"],
    ['v1\n{"nextBatchWatermarkMs":"5"}', "CHECKPOINT_CORRUPT"],
    ['v1\n{"nextBatchWatermarkMs":6,"crc32":1}', "CHECKPOINT_CORRUPT"],
    ['v1\n{"nextBatchWatermarkMs":5,"stateFile":7}', "CHECKPOINT_CORRUPT"],
    ['v1\n{"nextBatchWatermarkMs":5,"extra":[]}', "CHECKPOINT_CORRUPT"],
  ])("refuses %j", (text, condition) => {
    expect(() => commits(text)).toThrow(expect.objectContaining({ condition }));
  });
});
