/** What a program printed, for the model: all of it when it is short, else its head and tail and where the rest is. */
import type { ProcessChunk } from "@keelson/protocol";
import { sizeOf } from "../files/because.ts";
import { clean, cut } from "./clean.ts";
import { createExcerpt, type Excerpt } from "./excerpt.ts";
import { createSpill } from "./spill.ts";

/** Characters that a result holds at most. */
export const MOST_SHOWN = 30_000;
const MOST_AT_ONCE = 4_000; // characters of one step of progress

export type Transcript = {
  /** More isn't kept anywhere: what comes now changes the tail alone. */
  readonly full: boolean;
  /** Takes in a piece, and says what of it a person who watches should see. */
  add(chunk: ProcessChunk): Promise<string>;
  /** Closes the file of the rest. */
  finish(): Promise<{ readonly shown: string; readonly stdout: string; readonly stderr: string }>;
};

/** `folder`, `name`: where the whole goes when it is long. */
export function createTranscript(folder: string, name: string): Transcript {
  const both = createExcerpt(MOST_SHOWN);
  const spill = createSpill(folder, name);
  const streams = { stdout: createStream(), stderr: createStream() };
  let noise = 0; // bytes that are no text
  const decode = (from: "stdout" | "stderr", bytes: Uint8Array | undefined): string => {
    const { decoder, excerpt } = streams[from];
    const words = excerpt.hopeless ? "" : decoder.decode(bytes, { stream: bytes !== undefined });
    excerpt.add(words);
    if (!excerpt.binary) both.add(words);
    else noise += bytes?.length ?? 0;
    return excerpt.binary ? "" : words;
  };
  return {
    get full() {
      return spill.full;
    },
    async add(chunk) {
      if (chunk.from === "report") return "";
      const words = decode(chunk.from, chunk.bytes);
      await spill.add(chunk.bytes, both.short || noise > MOST_SHOWN);
      return clean(cut(words, -MOST_AT_ONCE));
    },
    async finish() {
      for (const from of ["stdout", "stderr"] as const) decode(from, undefined); // half a character at the end
      await spill.close();
      const kept = spill.where();
      const where = kept === undefined ? "" : `: ${kept}`;
      const words = both.show((left) => `\n[… ${left} characters left out${where}]\n`);
      const binary = noise === 0 ? [] : [`[binary output, ${sizeOf(noise)}${where}]`];
      const shown = [...(words === "" ? [] : [words]), ...binary].join("\n");
      return { shown, stdout: dataOf(streams.stdout.excerpt), stderr: dataOf(streams.stderr.excerpt) };
    },
  };
}

function createStream() {
  return { decoder: new TextDecoder(), excerpt: createExcerpt(MOST_SHOWN) };
}

function dataOf(excerpt: Excerpt): string {
  return excerpt.binary ? "[binary output]" : excerpt.show((left) => `\n[… ${left} characters left out]\n`);
}
