/**
 * What of the started skills goes back into a context that was summarised. Rule: the latest text of each, newest first, the first 5,000
 * tokens of it and 25,000 of all together.
 */
import type { Provenance } from "@keelson/protocol";
import { digestOf, type SkillMemory, type SkillNote } from "./memory.ts";

const MOST_OF_ONE = 5_000; // tokens
const MOST_OF_ALL = 25_000; // tokens
const BYTES_PER_TOKEN = 4;

/** `note` goes into the log before the text. */
export type Reattached = { readonly note: SkillNote; readonly text: string; readonly from: Provenance };

export function reattach({ started }: Pick<SkillMemory, "started">): readonly Reattached[] {
  const back: Reattached[] = [];
  let room = MOST_OF_ALL * BYTES_PER_TOKEN;
  for (const { id, text, from } of started.toReversed()) {
    const kept = cutBytes(text, Math.min(room, MOST_OF_ONE * BYTES_PER_TOKEN));
    if (kept === "") break;
    room -= Buffer.byteLength(kept);
    back.push({ note: { id, digest: digestOf(kept), how: "back" }, text: kept, from });
  }
  return back;
}

/** Never half a character. */
function cutBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}
