import { fileOutput } from "../../simulation/harness/output.js";
import type { QueryWorld } from "./queryWorld.js";

export interface Event {
  readonly ts?: string;
  readonly k: string;
  readonly v: number;
}

export const at = (time: string): string => `2024-01-01T00:${time}Z`;
export const files: readonly (readonly Event[])[] = [
  [
    { ts: at("00:01"), k: "a", v: 1 },
    { ts: at("10:00"), k: "b", v: 2 },
    { ts: "1969-12-31T23:59:50Z", k: "z", v: 3 },
  ],
  [
    { ts: at("00:02"), k: "a", v: 4 },
    { ts: at("09:58"), k: "b", v: 5 },
    { k: "c", v: 6 },
  ],
  [
    { ts: at("20:00"), k: "a", v: 7 },
    { ts: at("00:03"), k: "d", v: 8 },
    { ts: at("09:50"), k: "e", v: 9 },
    { ts: at("09:53"), k: "e", v: 10 },
  ],
  [
    { ts: at("19:59"), k: "f", v: 11 },
    { k: "g", v: 12 },
  ],
  [
    { ts: at("19:54"), k: "h", v: 13 },
    { ts: at("19:56"), k: "h", v: 14 },
    { ts: at("19:47"), k: "h", v: 15 },
  ],
];

/** A trigger a file. */
export const oneFile = { maxFilesPerTrigger: "1" };

/** What a sink of JSON files has listed. */
export async function linesIn({ world }: QueryWorld, folder: string): Promise<Record<string, unknown>[]> {
  const batches = await fileOutput(world.files, folder, "json");
  return [...batches.values()].flat().map((line) => JSON.parse(line) as Record<string, unknown>);
}
