/** What a language server's process prints: its messages are handed on, its complaints kept for when it ends. */
import type { ProcessChunk, ProcessEnd } from "@keelson/protocol";
import { clean, cut } from "../output/clean.ts";
import { ended } from "../output/ended.ts";

/** `stderr`: its last part. `broken`: what was wrong with what it printed. */
export type Printed = { stderr: string; end: ProcessEnd | undefined; broken: string | undefined };

const MOST_COMPLAINT = 2_000; // characters kept
const MOST_TOLD = 300;

/** A reader that leaves ends the program. */
export async function* printed(chunks: AsyncGenerator<ProcessChunk, ProcessEnd>, told: Printed): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  for await (const { from, bytes } of ended(chunks, (end) => (told.end = end)))
    if (from === "stdout") yield bytes;
    else if (from === "stderr") told.stderr = (told.stderr + decoder.decode(bytes, { stream: true })).slice(-MOST_COMPLAINT);
}

export function whyEnded({ stderr, end, broken }: Printed): string {
  const said = cut(clean(stderr).replaceAll(/\s+/g, " ").trim(), -MOST_TOLD);
  return `${howEnded(end, broken)}${said === "" ? "" : ` It said: ${said}`}`;
}

function howEnded(end: ProcessEnd | undefined, broken: string | undefined): string {
  if (end?.failed !== undefined) return end.failed;
  if (broken !== undefined) return broken;
  if (end === undefined) return "It was ended.";
  return end.code === null ? `It was ended by ${end.signal ?? "a signal"}.` : `It ended with code ${end.code}.`;
}
