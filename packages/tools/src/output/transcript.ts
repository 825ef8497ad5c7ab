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
  let bytes = 0;
  let unread = 0; // bytes of what is known to be no text
  const take = (from: "stdout" | "stderr", words: string): void => {
    both.add(words);
    streams[from].excerpt.add(words);
  };
  return {
    get full() {
      return spill.full;
    },
    async add(chunk) {
      if (chunk.from === "report") return "";
      bytes += chunk.bytes.length;
      const { decoder, excerpt } = streams[chunk.from];
      if (excerpt.hopeless) {
        unread += chunk.bytes.length;
        await spill.add(chunk.bytes, true);
        return "";
      }
      const words = decoder.decode(chunk.bytes, { stream: true });
      take(chunk.from, words);
      await spill.add(chunk.bytes, both.short);
      return both.binary ? "" : clean(cut(words, -MOST_AT_ONCE));
    },
    async finish() {
      for (const from of ["stdout", "stderr"] as const) take(from, streams[from].decoder.decode()); // half a character at the end
      await spill.close();
      const kept = spill.where();
      const where = kept === undefined ? "" : `: ${kept}`;
      const gap = (left: number): string => `\n[… ${left} characters left out${where}]\n`;
      const rest = unread === 0 ? "" : `\n[… ${sizeOf(unread)} of binary output left out${where}]`;
      const shown = both.binary ? `[binary output, ${sizeOf(bytes)}${where}]` : both.show(gap) + rest;
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
