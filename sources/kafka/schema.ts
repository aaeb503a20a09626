import { field, types, type Schema } from "../../engine/arrow/types.js";

/** Spark's type of the column headers. */
const headersType = types.array(types.struct([field("key", types.string), field("value", types.binary)]));

/** The columns of a Kafka table, as Spark's. */
export function kafkaSchema(includeHeaders: boolean): Schema {
  const fields = [
    field("key", types.binary),
    field("value", types.binary),
    field("topic", types.string),
    field("partition", types.int),
    field("offset", types.long),
    field("timestamp", types.timestamp),
    field("timestampType", types.int),
  ];
  return types.struct(includeHeaders ? [...fields, field("headers", headersType)] : fields);
}
