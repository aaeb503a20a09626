import type { Clock } from "../../engine/contract/clock.js";
import { pathOfObject } from "../../engine/contract/objectPath.js";
import { withoutCredentials } from "../../engine/errors/credentials.js";
import { StreamingError } from "../../engine/errors/streamingError.js";
import type { Bucket } from "../objects/bucket.js";
import { Retries } from "../objects/retries.js";
import { s3Settings, type S3Settings } from "./configuration.js";
import { S3ObjectStore } from "./s3ObjectStore.js";

/** The region of services that have none. */
const anyRegion = "us-east-1";

/** The buckets that a process talks to, each by a client that is made when it is first asked for, and anew when its configuration has changed. */
export class S3Buckets {
  /** By name and settings. */
  private readonly made = new Map<string, Promise<Bucket>>();

  constructor(
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  /** @throws INVALID_OPTION_VALUE, MISSING_OPTION, S3_CLIENT_MISSING */
  async bucket(name: string, conf: Readonly<Record<string, string>>): Promise<Bucket> {
    const settings = s3Settings(name, conf, process.env);
    const by = JSON.stringify([name, settings]);
    const known = this.made.get(by);
    if (known !== undefined) return known;
    const bucket = this.connect(name, settings);
    this.made.set(by, bucket);
    return bucket;
  }

  private async connect(name: string, settings: S3Settings): Promise<Bucket> {
    const sdk = await loadSdk(name);
    const { endpoint, region, keys, pathStyle, connections, timeoutMs } = settings;
    const client = new sdk.S3Client({
      ...(endpoint === null ? {} : { endpoint }),
      ...(region === null ? (endpoint === null ? {} : { region: process.env["AWS_REGION"] ?? anyRegion }) : { region }),
      ...(keys === null ? {} : { credentials: keys }),
      forcePathStyle: pathStyle,
      // Whoever asks must know of every try: an answer that was lost is an answer too.
      maxAttempts: 1,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: { connectionTimeout: timeoutMs, httpAgent: { maxSockets: connections }, httpsAgent: { maxSockets: connections } },
    });
    const shown = withoutCredentials(endpoint ?? "Amazon S3");
    const { retryLimit: limit, retryIntervalMs: intervalMs, partBytes } = settings;
    return {
      name,
      store: new S3ObjectStore(sdk, client, name, shown, timeoutMs),
      retries: new Retries({ limit, intervalMs }, this.clock, this.random),
      partBytes,
    };
  }
}

async function loadSdk(bucket: string): Promise<typeof import("@aws-sdk/client-s3")> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new StreamingError("S3_CLIENT_MISSING", { path: pathOfObject(bucket, ""), reason }, { cause });
  }
}
