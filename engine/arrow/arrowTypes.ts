import * as arrow from "apache-arrow";
import { unreachable } from "../errors/assert.js";
import { notYetSupported } from "../errors/streamingError.js";
import { field, types, type DataType, type Field, type Schema } from "./types.js";

/** The Arrow schema of ours: what Spark's `toArrow` gives, timestamps in microseconds of UTC. */
export function toArrowSchema(schema: Schema): arrow.Schema {
  return new arrow.Schema(schema.fields.map(toArrowField));
}

function toArrowField({ name, type, nullable }: Field): arrow.Field {
  return new arrow.Field(name, toArrowType(type), nullable || type.kind === "null");
}

export function toArrowType(type: DataType): arrow.DataType {
  switch (type.kind) {
    case "null":
      return new arrow.Null();
    case "boolean":
      return new arrow.Bool();
    case "byte":
      return new arrow.Int8();
    case "short":
      return new arrow.Int16();
    case "int":
      return new arrow.Int32();
    case "long":
      return new arrow.Int64();
    case "float":
      return new arrow.Float32();
    case "double":
      return new arrow.Float64();
    case "decimal":
      return new arrow.Decimal(type.scale, type.precision, 128);
    case "string":
      return new arrow.Utf8();
    case "binary":
      return new arrow.Binary();
    case "date":
      return new arrow.DateDay();
    case "timestamp":
      return new arrow.TimestampMicrosecond("UTC");
    case "timestamp_ntz":
      return new arrow.TimestampMicrosecond(null);
    case "interval_daytime":
      return new arrow.DurationMicrosecond();
    case "interval_yearmonth":
      return new arrow.IntervalYearMonth();
    case "array":
      return new arrow.List(toArrowField(field("element", type.element, type.containsNull)));
    case "map": {
      const entries = new arrow.Struct([
        toArrowField(field("key", type.key, false)),
        toArrowField(field("value", type.value, type.valueContainsNull)),
      ]);
      // oxlint-disable-next-line no-underscore-dangle -- Arrow's own name
      return new arrow.Map_(new arrow.Field("entries", entries as never, false));
    }
    case "struct":
      return new arrow.Struct(type.fields.map(toArrowField));
    case "interval":
      throw notYetSupported("a column of type interval");
    default:
      return unreachable(type);
  }
}

/** Arrow's own text of a type (`Timestamp<MICROSECOND, UTC>`). */
export function arrowTypeName(type: arrow.DataType): string {
  // oxlint-disable-next-line no-base-to-string -- every Arrow type has a text of its own
  return String(type);
}

/** Our schema of an Arrow one. */
export function fromArrowSchema(schema: arrow.Schema): Schema {
  return types.struct(schema.fields.map(fromArrowField));
}

function fromArrowField({ name, type, nullable }: arrow.Field): Field {
  return field(name, fromArrowType(type), nullable);
}

/** The type that holds every value of an Arrow type. */
function fromArrowType(type: arrow.DataType): DataType {
  const { DataType: is } = arrow;
  if (is.isNull(type)) return types.null;
  if (is.isBool(type)) return types.boolean;
  if (is.isInt(type)) return fromArrowInt(type.bitWidth, type.isSigned);
  if (is.isFloat(type)) return type.precision === arrow.Precision.DOUBLE ? types.double : types.float;
  if (is.isDecimal(type) && type.bitWidth === 128) return types.decimal(type.precision, type.scale);
  if (is.isUtf8(type) || is.isLargeUtf8(type)) return types.string;
  if (is.isBinary(type) || is.isLargeBinary(type) || is.isFixedSizeBinary(type)) return types.binary;
  if (is.isDate(type)) return types.date;
  if (is.isTimestamp(type)) return type.timezone ? types.timestamp : types.timestampNtz;
  if (is.isDuration(type)) return types.intervalDayTime;
  if (is.isInterval(type) && type.unit === arrow.IntervalUnit.YEAR_MONTH) return types.intervalYearMonth;
  if (is.isDictionary(type)) return fromArrowType(type.dictionary);
  if (is.isList(type) || is.isFixedSizeList(type)) {
    const element = type.children[0] as arrow.Field;
    return types.array(fromArrowType(element.type), element.nullable);
  }
  if (is.isMap(type)) {
    const [key, value] = (type.children[0] as arrow.Field<arrow.Struct>).type.children as [arrow.Field, arrow.Field];
    return types.map(fromArrowType(key.type), fromArrowType(value.type), value.nullable);
  }
  if (is.isStruct(type)) return types.struct(type.children.map(fromArrowField));
  throw notYetSupported(`the Arrow type ${arrowTypeName(type)}`);
}

function fromArrowInt(bits: number, signed: boolean): DataType {
  if (bits === 8) return signed ? types.byte : types.short;
  if (bits === 16) return signed ? types.short : types.int;
  if (bits === 32) return signed ? types.int : types.long;
  return signed ? types.long : types.decimal(20, 0);
}
