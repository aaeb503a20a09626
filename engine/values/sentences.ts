/** The sentences of a text, each as its words: letters and digits, and the marks between two of them; by the rules of Java's BreakIterator for most languages. */
export function sentencesOf(text: string): string[][] {
  return text
    .split(sentenceEnd)
    .map((sentence) => sentence.match(word) ?? [])
    .filter((words) => words.length > 0);
}

// A point before a small letter ends nothing: "approx. two".
const sentenceEnd = /(?<=[?!。？！][?!.。？！"')\]}»”’]*)\s+|(?<=\.[?!."')\]}»”’]*)\s+(?![\p{Ll}])|(?<=[。？！])|[\u2029]|\n\s*\n/u;

const word = /(?:[\p{L}\p{M}\p{Nd}\p{Pc}]+(?:(?<=\p{L}\p{M}*)[\p{Pd}\u00ad\u2027"'.](?=\p{L})|(?<=\p{Nd})["',.\u066b](?=\p{Nd}))?)+/gu;
