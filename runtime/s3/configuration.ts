import { Options, type OptionSpec } from "../../engine/contract/options.js";

const prefix = "spark.hadoop.fs.s3a.";

/** Hadoop's names, as Spark's users have them in their configuration. With `bucket.NAME.` behind `fs.s3a.` each is of that bucket only. */
export const s3Conf = [
  {
    name: `${prefix}endpoint`,
    doc: "The address of a service that speaks S3's language, as https://host:port. (Default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, then Amazon's.)",
    kind: "text",
  },
  {
    name: `${prefix}endpoint.region`,
    doc: "The region. (Default: AWS_REGION, the profile's, then us-east-1.)",
    kind: "text",
  },
  {
    name: `${prefix}path.style.access`,
    doc: "Ask for https://host/bucket/key and not for https://bucket.host/key. (Default: true where an endpoint is given, as services of one's own want it.)",
    kind: "boolean",
  },
  {
    name: `${prefix}access.key`,
    doc: "The access key. (Default: the SDK's chain: environment, profile, web identity, the container's or the machine's role.)",
    kind: "text",
  },
  { name: `${prefix}secret.key`, doc: "The secret that belongs to the access key. It is shown nowhere.", kind: "text" },
  { name: `${prefix}session.token`, doc: "The token of keys for a time. It is shown nowhere.", kind: "text" },
  {
    name: `${prefix}connection.ssl.enabled`,
    doc: "Whether an endpoint that is given without a scheme is reached by TLS.",
    kind: "boolean",
    default: "true",
  },
  { name: `${prefix}connection.maximum`, doc: "How many connections there are at most.", kind: "integer", default: "64" },
  {
    name: `${prefix}connection.timeout`,
    doc: "How long a request may take before it is tried again.",
    kind: "duration",
    default: "30s",
  },
  {
    name: `${prefix}retry.limit`,
    doc: "How often a request is tried again that failed in passing (SlowDown, a lost connection, no answer). Before the first answer of a service 5 times at most.",
    kind: "integer",
    default: "12",
  },
  {
    name: `${prefix}retry.interval`,
    doc: "The pause before a request is tried again the first time; each further one is twice as long, up to 10 s.",
    kind: "duration",
    default: "100ms",
  },
  {
    name: `${prefix}multipart.size`,
    doc: "Files larger than this are uploaded in parts of this size; at least 5 MB.",
    kind: "bytes",
    default: "8m",
  },
] as const satisfies readonly OptionSpec[];

/** How a bucket is reached. */
export interface S3Settings {
  readonly endpoint: string | null;
  readonly region: string | null;
  readonly pathStyle: boolean;
  /** Null where the SDK's chain is to find them. */
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string } | null;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly retryLimit: number;
  readonly retryIntervalMs: number;
  readonly partBytes: number;
}

/** The least that services take for a part which is not the last. */
const leastPartBytes = 5 * 1024 * 1024;

/**
 * What the configuration and the environment say of a bucket.
 *
 * @throws INVALID_OPTION_VALUE, MISSING_OPTION
 */
export function s3Settings(
  bucket: string,
  conf: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): S3Settings {
  const ofBucket = `${prefix}bucket.${bucket}.`;
  const given = Object.fromEntries(
    s3Conf.flatMap(({ name }) => {
      const value = conf[`${ofBucket}${name.slice(prefix.length)}`] ?? conf[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const options = new Options("The session configuration", s3Conf, given);
  const accessKeyId = options.get(`${prefix}access.key`);
  const secretAccessKey = accessKeyId === undefined ? undefined : options.require(`${prefix}secret.key`);
  const sessionToken = options.get(`${prefix}session.token`);
  const named = options.get(`${prefix}endpoint`) ?? environment["AWS_ENDPOINT_URL_S3"] ?? environment["AWS_ENDPOINT_URL"];
  const scheme = options.boolean(`${prefix}connection.ssl.enabled`) ? "https" : "http";
  const endpoint = named === undefined || named === "" ? null : /^https?:\/\//i.test(named) ? named : `${scheme}://${named}`;
  if (endpoint !== null && !URL.canParse(endpoint)) throw options.invalid(`${prefix}endpoint`, "an address such as https://host:9000");
  const style = options.get(`${prefix}path.style.access`);
  return {
    endpoint,
    region: options.get(`${prefix}endpoint.region`) ?? null,
    pathStyle: style === undefined ? endpoint !== null && !/\.amazonaws\.com/i.test(endpoint) : style.toLowerCase() === "true",
    keys:
      accessKeyId === undefined || secretAccessKey === undefined
        ? null
        : { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    connections: options.integer(`${prefix}connection.maximum`)!,
    timeoutMs: options.durationMs(`${prefix}connection.timeout`)!,
    retryLimit: options.integer(`${prefix}retry.limit`)!,
    retryIntervalMs: options.durationMs(`${prefix}retry.interval`)!,
    partBytes: Math.max(leastPartBytes, options.bytes(`${prefix}multipart.size`)!),
  };
}
