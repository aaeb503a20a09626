/** A state file's name says version, run and kind: two runs never write the same file. */
export interface StateFileName {
  readonly version: number;
  readonly runId: string;
  readonly kind: "delta" | "snapshot";
}

export function formatStateFileName({ version, runId, kind }: StateFileName): string {
  return `${version}.${runId}.${kind}`;
}

/** Null for any other file. */
export function parseStateFileName(name: string): StateFileName | null {
  const match = /^([1-9]\d*)\.([\w-]+)\.(delta|snapshot)$/.exec(name);
  return match === null ? null : { version: Number(match[1]), runId: match[2]!, kind: match[3] as StateFileName["kind"] };
}
