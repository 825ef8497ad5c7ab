/** What a program prints, line by line, beside what is done with it. Rule: a line has a bound, however long the program makes it. */
import type { ProcessChunk, ProcessEnd } from "@keelson/protocol";
import { clean, cut } from "../output/clean.ts";
import { ended } from "../output/ended.ts";

const LONGEST = 500; // characters; of a longer line the beginning is told

/** Hands everything on. `tell` hears each line of stdout that isn't empty, cleaned. */
export async function* tellLines(
  chunks: AsyncGenerator<ProcessChunk, ProcessEnd>,
  tell: (line: string) => void,
): AsyncGenerator<ProcessChunk, ProcessEnd> {
  const decoder = new TextDecoder();
  let open = "";
  const say = (raw: string): void => {
    const line = cut(clean(raw).trimEnd(), LONGEST);
    if (line !== "") tell(line);
  };
  let last: ProcessEnd = { code: null, signal: null, timedOut: false };
  for await (const chunk of ended(chunks, (end) => (last = end))) {
    if (chunk.from === "stdout") {
      const [first = "", ...more] = decoder.decode(chunk.bytes, { stream: true }).split("\n");
      const whole = [open + first, ...more];
      open = (whole.pop() ?? "").slice(0, 2 * LONGEST); // an escape sequence may stand where it is cut
      for (const line of whole) say(line);
    }
    yield chunk;
  }
  say(open);
  return last;
}
