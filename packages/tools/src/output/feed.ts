/** What a program prints while nobody waits for it: all of it in a file, and what is new since the last look in short. */
import type { ProcessChunk } from "@keelson/protocol";
import { sizeOf } from "../files/because.ts";
import { createExcerpt, type Excerpt } from "./excerpt.ts";
import { createSpill } from "./spill.ts";
import { MOST_SHOWN } from "./transcript.ts";

/** `words`: cleaned. `from`, `to`: the whole lines of it that stand in the file, in bytes, `to` excluded; at the end the last piece too. */
export type News = { readonly words: string; readonly from: number; readonly to: number };
export type Feed = {
  readonly file: string;
  /** The file takes no more; what comes now is only shown. */
  readonly full: boolean;
  /** Makes the file, so that it is there before anything is printed. */
  open(): Promise<void>;
  add(chunk: ProcessChunk): Promise<void>;
  /** What came since it was taken the last time. */
  take(): News;
  /** What a reader is told about the file. */
  where(): string;
  close(): Promise<void>;
};

const NEWLINE = 10;

export function createFeed(folder: string, name: string): Feed {
  const spill = createSpill(folder, name);
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let fresh = createExcerpt(MOST_SHOWN);
  let bytes = 0; // since the last look
  let lineEnd = 0;
  let looked = 0;
  let over = false;
  const where = (): string => spill.where() ?? "";
  return {
    file: spill.path,
    get full() {
      return spill.full;
    },
    open: async () => spill.add(new Uint8Array(), true),
    async add(chunk) {
      if (chunk.from === "report") return;
      if (!fresh.hopeless) fresh.add(decoders[chunk.from].decode(chunk.bytes, { stream: true }));
      bytes += chunk.bytes.length;
      const before = spill.size;
      await spill.add(chunk.bytes, true);
      const newline = chunk.bytes.subarray(0, spill.size - before).lastIndexOf(NEWLINE);
      if (newline >= 0) lineEnd = before + newline + 1;
    },
    take() {
      const words = wordsOf(fresh, bytes, where);
      const from = looked;
      looked = over ? spill.size : lineEnd;
      fresh = createExcerpt(MOST_SHOWN);
      bytes = 0;
      return { words, from, to: looked };
    },
    where,
    async close() {
      over = true;
      for (const decoder of Object.values(decoders)) fresh.add(decoder.decode()); // half a character at the end
      await spill.close();
    },
  };
}

function wordsOf(excerpt: Excerpt, bytes: number, where: () => string): string {
  if (excerpt.binary) return `[binary output, ${sizeOf(bytes)}: ${where()}]`;
  return excerpt.show((left) => `\n[… ${left} characters left out: ${where()}]\n`);
}
