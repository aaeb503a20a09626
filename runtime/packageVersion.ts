import { readFileSync } from "node:fs";

/** The version of the package that runs. */
export function packageVersion(): string {
  // From the chunks of dist, and from where the sources run.
  for (const up of ["../../package.json", "../package.json"]) {
    try {
      return (JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8")) as { version: string }).version;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  return "0.0.0";
}
