import type { DataType } from "../../arrow/types.js";
import { typeName } from "../../arrow/types.js";
import { notYetSupported } from "../../errors/streamingError.js";
import type { BuilderContext, ColumnBuilder } from "./columnBuilder.js";
import { ListBuilder, MapBuilder, StructBuilder } from "./nestedBuilders.js";
import {
  BooleanBuilder,
  DateBuilder,
  DecimalBuilder,
  FloatingBuilder,
  IntegralBuilder,
  LongBuilder,
  TimestampBuilder,
  TimestampNtzBuilder,
} from "./scalarBuilders.js";
import { BinaryBuilder, StringBuilder } from "./textBuilders.js";

/** The builder of a type. */
export function builderOf(type: DataType, context: BuilderContext): ColumnBuilder {
  switch (type.kind) {
    case "boolean":
      return new BooleanBuilder(type, context);
    case "byte":
    case "short":
    case "int":
      return new IntegralBuilder(type, context);
    case "long":
      return new LongBuilder(type, context);
    case "float":
    case "double":
      return new FloatingBuilder(type, context);
    case "decimal":
      return new DecimalBuilder(type, context);
    case "string":
      return new StringBuilder(type, context);
    case "binary":
      return new BinaryBuilder(type, context);
    case "date":
      return new DateBuilder(type, context);
    case "timestamp":
      return new TimestampBuilder(type, context);
    case "timestamp_ntz":
      return new TimestampNtzBuilder(type, context);
    case "struct":
      return new StructBuilder(type, context);
    case "array":
      return new ListBuilder(type, context);
    case "map":
      if (type.key.kind !== "string") throw notYetSupported(`reading JSON into ${typeName(type)}`);
      return new MapBuilder(type, context);
    default:
      throw notYetSupported(`reading JSON into ${typeName(type)}`);
  }
}
