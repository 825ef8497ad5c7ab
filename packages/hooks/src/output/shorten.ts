/** What a hook says, made fit to be handed on: clean, and at most 10,000 characters of each text; the whole of a longer one goes to a file. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FileStore, HookSaid } from "@keelson/protocol";
import { clean, LONGEST } from "../words.ts";
import type { Verdict } from "./result.ts";

export type Shelf = { readonly files: Pick<FileStore, "write">; readonly outputs: string };

export async function shortened(verdict: Verdict, shelf: Shelf): Promise<Verdict> {
  const { decision, context, message, stop, problem, said } = verdict;
  const fit = (text: string): Promise<string> => shorten(clean(text), shelf);
  return {
    ...verdict,
    ...(decision !== undefined && { decision: { ...decision, reason: await fit(decision.reason) } }),
    ...(context !== undefined && { context: await fit(context) }),
    ...(message !== undefined && { message: await fit(message) }),
    ...(stop !== undefined && { stop: await fit(stop) }),
    ...(problem !== undefined && { problem: await fit(problem) }),
    said: await shortenSaid(said, fit),
  };
}

async function shortenSaid(said: HookSaid, fit: (text: string) => Promise<string>): Promise<HookSaid> {
  const { initialUserMessage, sessionTitle, displayContent } = said;
  return {
    ...said,
    ...(initialUserMessage !== undefined && { initialUserMessage: await fit(initialUserMessage) }),
    ...(sessionTitle !== undefined && { sessionTitle: await fit(sessionTitle) }),
    ...(displayContent !== undefined && { displayContent: await fit(displayContent) }),
  };
}

async function shorten(text: string, { files, outputs }: Shelf): Promise<string> {
  if (text.length <= LONGEST) return text;
  const path = join(outputs, `hook-${randomUUID()}.txt`);
  const kept = await files.write(path, new TextEncoder().encode(text), "absent").then(
    () => `the whole is in ${path}`,
    () => "the rest could not be kept",
  );
  const note = `\n[${text.length} characters, ${kept}]`;
  return text.slice(0, LONGEST - note.length).replace(/[\ud800-\udbff]$/, "") + note;
}
