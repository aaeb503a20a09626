import { Session } from "../../../dataframe/session.js";

// A process of its own that runs a query until it is killed: reads JSON of a folder, writes JSON to another, says when it has caught up.

const [folder] = process.argv.slice(2) as [string];
const session = Session.create({ warn: () => {} });
const query = await session.readStream
  .schema("k STRING")
  .json(`${folder}/in`)
  .writeStream.format("json")
  .option("checkpointLocation", `${folder}/checkpoint`)
  .start(`${folder}/out`);
await query.processAllAvailable();
console.log(`caught up ${query.runId}`);
await query.awaitTermination();
