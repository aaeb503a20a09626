/** What these tests use of it; the package has no types. */
declare module "parquetjs-lite" {
  interface ParquetField {
    readonly type: string;
    readonly optional?: boolean;
    readonly compression?: string;
  }
  type ParquetRow = Readonly<Record<string, unknown>>;
  const parquetjs: {
    readonly ParquetSchema: new (fields: Readonly<Record<string, ParquetField>>) => object;
    readonly ParquetReader: {
      openFile(path: string): Promise<{ getCursor(): { next(): Promise<ParquetRow | null> }; close(): Promise<void> }>;
    };
    readonly ParquetWriter: {
      openFile(schema: object, path: string): Promise<{ appendRow(row: ParquetRow): Promise<void>; close(): Promise<void> }>;
    };
  };
  export default parquetjs;
}
