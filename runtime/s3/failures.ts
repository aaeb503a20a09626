import { ObjectStoreError } from "../../engine/contract/objectStore.js";
import { StreamingError } from "../../engine/errors/streamingError.js";

/** What was asked, as messages name it. */
export interface Asked {
  readonly bucket: string;
  readonly endpoint: string;
  readonly operation: string;
  readonly path: string;
  readonly timedOut: boolean;
}

const accessCodes = new Set([
  "AccessDenied",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "AllAccessDisabled",
  // versitygw's word for an access key that it does not know, with the status of what is not there.
  "XAdminUserNotFound",
]);

/** A request without a body in its answer (HEAD) has the second name. */
const missingCodes = new Set(["NoSuchKey", "NotFound"]);
const passingCodes = new Set([
  "SlowDown",
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "ConditionalRequestConflict",
  "OperationAborted",
  "IncompleteBody",
]);

/** Errors of the client itself, before it has asked anybody. */
const credentialErrors = new Set(["CredentialsProviderError", "TokenProviderError", "ProviderError"]);

/** There is no such object. A missing bucket is another matter. */
export function isMissing(error: unknown): boolean {
  return missingCodes.has(nameOf(error));
}

/** What was to be new is there already. */
export function isTaken(error: unknown): boolean {
  return statusOf(error) === 412 || nameOf(error) === "PreconditionFailed";
}

/** A range was asked for that begins where the object has no bytes. */
export function isBeyondEnd(error: unknown): boolean {
  return statusOf(error) === 416;
}

/** What became of a request, in our words. Of the client's error only its name and message go on: the error itself holds headers. */
export function failureOf(error: unknown, asked: Asked): Error {
  const { bucket, endpoint, operation, path } = asked;
  const [name, status, message] = [nameOf(error), statusOf(error), error instanceof Error ? error.message : String(error)];
  if (name === "NoSuchBucket") return new StreamingError("S3_BUCKET_NOT_FOUND", { bucket, endpoint });
  if (credentialErrors.has(name)) return new StreamingError("S3_CREDENTIALS_MISSING", { bucket, reason: message });
  if (accessCodes.has(name) || status === 401 || status === 403) {
    if (name !== "RequestTimeTooSkewed") return new StreamingError("S3_ACCESS_DENIED", { bucket, endpoint, operation, path, code: name });
  }
  if (asked.timedOut) return new ObjectStoreError("ETIMEDOUT", `${path}: no answer of ${endpoint} in time`, true);
  const text = `${path}: ${name}: ${message}`;
  // Some services keep files below: a key that is another key's folder cannot be.
  if (status === 409 && !passingCodes.has(name)) return new ObjectStoreError("ENOTDIR", text, false);
  const code = codeOf(error) ?? name;
  const isAnswer = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
  // A name that does not exist, and mistakes of our own, are no better later.
  const isFinal = code === "ENOTFOUND" || error instanceof TypeError || error instanceof RangeError;
  return new ObjectStoreError(code, text, passingCodes.has(name) || !(isAnswer || isFinal));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "Error";
}

/** The system's code of a lost connection. */
function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z]+$/.test(error.code) ? error.code : null;
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const { httpStatusCode } = error.$metadata as { readonly httpStatusCode?: number };
  return httpStatusCode;
}
