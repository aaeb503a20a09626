import type { Charset } from "../../connectors/files/charsets.js";
import type { BytesReader } from "../../engine/contract/source.js";
import { unreachable } from "../../engine/errors/assert.js";

/** Turns bytes of one encoding into text, piece by piece. */
type Decode = (bytes: Uint8Array, isLast: boolean) => string;

/** The same text in UTF-8, which is what decoders read. */
export function inUtf8(reader: BytesReader, encoding: Charset): BytesReader {
  const decode = decoderOf(encoding);
  const encoder = new TextEncoder();
  const piece = new Uint8Array(64 * 1024);
  let rest: Uint8Array = new Uint8Array(0);
  let atEnd = false;
  return {
    kind: "bytes",
    async read(into) {
      while (rest.length === 0 && !atEnd) {
        const count = await reader.read(piece);
        atEnd = count === 0;
        rest = encoder.encode(decode(piece.subarray(0, count), atEnd));
      }
      const length = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, length));
      rest = rest.subarray(length);
      return length;
    },
    close: () => reader.close(),
  };
}

function decoderOf(encoding: Charset): Decode {
  switch (encoding) {
    case "iso-8859-1":
      return (bytes) => Buffer.from(bytes).toString("latin1");
    case "us-ascii":
      // A byte beyond ASCII is no character.
      return (bytes) =>
        Buffer.from(bytes)
          .toString("latin1")
          .replaceAll(/[\u0080-\u00ff]/g, "\ufffd");
    case "utf-16le":
    case "utf-16be":
      return streaming(new TextDecoder(encoding));
    case "utf-16":
      return byMark(2, ([first, second]) => {
        const isLittle = first === 0xff && second === 0xfe;
        return streaming(new TextDecoder(isLittle ? "utf-16le" : "utf-16be"));
      });
    case "utf-32":
      return byMark(4, ([first, second]) => wideDecoder(first === 0xff && second === 0xfe));
    default:
      return unreachable(encoding);
  }
}

function streaming(decoder: InstanceType<typeof TextDecoder>): Decode {
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/** Decides by the first bytes, which may be a mark of their order. Without one the high byte comes first. */
function byMark(length: number, choose: (bytes: Uint8Array) => Decode): Decode {
  let chosen: Decode | null = null;
  let held = new Uint8Array(0);
  return (bytes, isLast) => {
    if (chosen !== null) return chosen(bytes, isLast);
    held = new Uint8Array([...held, ...bytes]);
    if (held.length < length && !isLast) return "";
    chosen = choose(held);
    return chosen(held, isLast);
  };
}

/** UTF-32, four bytes a character. */
function wideDecoder(isLittle: boolean): Decode {
  let held = new Uint8Array(0);
  let isFirst = true;
  return (bytes, isLast) => {
    const all = new Uint8Array(held.length + bytes.length);
    all.set(held);
    all.set(bytes, held.length);
    const whole = all.length & ~3;
    held = all.slice(whole);
    const view = new DataView(all.buffer);
    let text = "";
    for (let at = 0; at < whole; at += 4) {
      const code = view.getUint32(at, isLittle);
      const isMark = isFirst && code === 0xfeff;
      isFirst = false;
      if (!isMark) text += code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
    }
    return isLast && held.length > 0 ? `${text}\ufffd` : text;
  };
}
