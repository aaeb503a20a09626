import type { ConditionTable } from "../condition.js";

/** Conditions of paths on S3: what they name, and how it is reached. */
export const objectStoreConditions = {
  S3_PATH_INVALID: {
    sqlState: "42K03",
    message: "The path <path> names nothing on S3: <reason>.",
    advice:
      "Write s3://bucket/path. Keys come from the environment, a profile, the machine's role, or the configuration spark.hadoop.fs.s3a.access.key and secret.key.",
  },
  S3_CLIENT_MISSING: {
    sqlState: "0A000",
    message: "The path <path> is on S3, and the package @aws-sdk/client-s3 that reaches it cannot be loaded: <reason>.",
    advice: "Install it beside Tidemark: npm install @aws-sdk/client-s3.",
  },
  S3_CREDENTIALS_MISSING: {
    sqlState: "28000",
    message: "No keys were found for the bucket <bucket>: <reason>.",
    advice:
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile (AWS_PROFILE), or give the machine a role; or set the configuration spark.hadoop.fs.s3a.access.key and spark.hadoop.fs.s3a.secret.key.",
  },
  S3_BUCKET_NOT_FOUND: {
    sqlState: "42K03",
    message: "There is no bucket <bucket> at <endpoint>.",
    advice: "Look at its name, and at spark.hadoop.fs.s3a.endpoint and spark.hadoop.fs.s3a.endpoint.region. Tidemark makes no buckets.",
  },
  S3_ACCESS_DENIED: {
    sqlState: "42501",
    message: "The bucket <bucket> at <endpoint> refused to <operation> <path>: <code>.",
    advice: "The keys in use need the rights s3:GetObject, PutObject, DeleteObject, AbortMultipartUpload and ListBucket there.",
  },
} as const satisfies ConditionTable;
