import { pruneCheckpoint, repartitionCheckpoint } from "../../../checkpoints/maintenance.js";
import { readTold } from "../../../checkpoints/queryFiles.js";
import { assert } from "../../../engine/errors/assert.js";
import { isCrash, places, type Simulation } from "./simulation.js";
import type { Tool } from "./story.js";

/** Does to the checkpoint of a query that has ended what people do; then the power goes. What a tool has told the query outlives that. */
export async function useTool({ world }: Simulation, tool: Tool): Promise<void> {
  world.cancelCrash();
  world.heal();
  const runtime = world.runtime(`tool ${world.operations}`);
  if (tool.deathAt !== null) world.crashAtOperation(tool.deathAt, world.random.pick(["kill", "power"]));
  try {
    if (tool.what === "prune") await pruneCheckpoint(places.checkpoint, tool.kept, runtime);
    else await repartitionCheckpoint(places.checkpoint, tool.partitions, runtime);
  } catch (error) {
    if (!isCrash(error)) throw error;
    return;
  }
  world.cancelCrash();
  world.crash();
  const told = await readTold(world.files, places.checkpoint);
  if (tool.what === "repartition") assert(told.partitions === tool.partitions, "what a tool has told the query is forgotten");
}
