import type { Envelope, SessionSummary } from "@keelson/protocol";
import type { Disk } from "./disk.ts";
import { epochsOf, segmentPath } from "./layout.ts";
import { records } from "./read.ts";
import { segmentsOf } from "./segment.ts";

/** The prompt stands near the beginning; a log without one isn't read to its end for it. */
const TITLE_WITHIN = 100;
const TITLE_LENGTH = 80;

/** What a list shows of a session, from its folder alone. `whole`: false when nothing says which folder it worked in. */
export async function summarise(
  disk: Disk,
  folder: string,
  session: string,
): Promise<{ readonly summary: SessionSummary; readonly whole: boolean }> {
  const header = segmentsOf(disk, folder).find((segment) => segment.header)?.header;
  const times = epochsOf(disk.names(folder), ".jsonl").map((epoch) => disk.stat(segmentPath(folder, epoch))?.mtimeMs ?? 0);
  const updated = Math.max(0, ...times);
  const title = await titleOf(records({ disk, folder, found: () => undefined }, 0));
  const summary = { ref: { tenant: "local", session }, cwd: header?.cwd ?? "", created: header?.created ?? updated, updated, title };
  return { summary, whole: header !== undefined };
}

export async function titleOf(envelopes: AsyncIterable<Envelope> | Iterable<Envelope>): Promise<string> {
  let seen = 0;
  for await (const { event } of envelopes) {
    const isPrompt = event.type === "context.added" || (event.type === "input.received" && event.kind === "prompt");
    if (isPrompt && event.from === "user") {
      const title = firstLine(event.content.find(({ type, text }) => type === "text" && typeof text === "string")?.["text"]);
      if (title) return title;
    }
    if (++seen >= TITLE_WITHIN) break;
  }
  return "";
}

/** Without control characters: titles are printed on terminals. */
function firstLine(words: unknown): string {
  if (typeof words !== "string") return "";
  const [line = ""] = words
    .slice(0, 4_096)
    .trim()
    .split(/[\r\n\u2028\u2029]/, 1);
  return Array.from(line.replace(/\p{Cc}+/gu, " "))
    .slice(0, TITLE_LENGTH)
    .join("")
    .trim();
}

export const newestFirst = (one: SessionSummary, other: SessionSummary): number =>
  other.updated - one.updated || other.created - one.created || (one.ref.session < other.ref.session ? 1 : -1);
