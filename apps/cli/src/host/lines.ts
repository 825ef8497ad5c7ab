import { StringDecoder } from "node:string_decoder";

/**
 * The lines of a stream in UTF-8, however it is cut into pieces; undefined for one of more than `longest` characters.
 * Lines end at a line feed alone: U+2028 stands in JSON as it is, and readline would split there.
 */
export async function* linesOf(stream: AsyncIterable<Buffer>, longest: number): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder("utf8");
  let parts: string[] = [];
  let size = 0;
  const add = (text: string): void => {
    size += text.length;
    if (size > longest) parts = [];
    else parts.push(text);
  };
  const take = (): string | undefined => {
    const line = size > longest ? undefined : parts.join("");
    parts = [];
    size = 0;
    return line;
  };
  for await (const chunk of stream) {
    const [first = "", ...others] = decoder.write(chunk).split("\n");
    add(first);
    for (const other of others) {
      yield take();
      add(other);
    }
  }
  add(decoder.end());
  if (size > 0) yield take(); // the last one needs no end
}
