/** Runs ripgrep: the packaged program, never one that PATH or the project chooses, and without any configuration file. */
import type { Effect, ProcessChunk, ProcessEnd, RunProcess } from "@keelson/protocol";
import { ended } from "../output/ended.ts";
import type { BlockKit } from "./kit.ts";

/** What a search of a folder states: all beneath it, but for what is left out where somebody can say what that is. */
export const searched = (path: string, hidden: BlockKit["hidden"]): Effect => ({
  do: "read",
  path,
  under: true,
  ...(hidden && { filtered: true }),
});

const RG_TIMEOUT = 60_000; // milliseconds
const RG_FAILED = 2; // exit code; 1 means that nothing was found

export type Search = { readonly args: readonly string[]; readonly cwd: string; readonly env: Readonly<Record<string, string>> };

/** Looking around and back: beyond the default engine, which is the one that can't be made to run for ever. */
const NEEDS_PCRE = /\(\?<?[=!]|\\[1-9]/;
export const engineFor = (pattern: string): readonly string[] => (NEEDS_PCRE.test(pattern) ? ["--pcre2"] : []);

/** How it went; `trouble` is what to tell when it could not search all. */
export type Found = { trouble?: string };

/** What it prints. Its complaints are gathered in `found`, cleaned of its own name. */
export async function* ripgrep(run: RunProcess, search: Search, found: Found, signal: AbortSignal): AsyncGenerator<ProcessChunk> {
  const file = await packaged();
  if (file === undefined) {
    found.trouble = "ripgrep is missing from this installation of keelson: install it again with its optional dependencies.";
    return;
  }
  const spec = { file, args: ["--no-config", "--color=never", ...search.args], cwd: search.cwd, env: search.env, timeoutMs: RG_TIMEOUT };
  const complaints = createComplaints();
  const last: { end?: ProcessEnd } = {};
  for await (const chunk of ended(run(spec, signal), (end) => (last.end = end))) {
    if (chunk.from === "stderr") complaints.add(chunk.bytes);
    if (chunk.from === "stdout") yield chunk;
  }
  if (last.end?.failed !== undefined) found.trouble = last.end.failed;
  else if (last.end?.timedOut)
    found.trouble = `The search was stopped after ${RG_TIMEOUT / 1_000} seconds. Narrow the path or the pattern.`;
  else if (last.end?.code !== 0 && (last.end?.code ?? RG_FAILED) >= RG_FAILED) found.trouble = complaints.words();
}

const MOST_COMPLAINTS = 2_000; // characters

function createComplaints(): { add(bytes: Uint8Array): void; words(): string } {
  const decoder = new TextDecoder();
  let words = "";
  return {
    add: (bytes) => void (words = (words + decoder.decode(bytes, { stream: true })).slice(0, MOST_COMPLAINTS)),
    words: () => words.replaceAll(/^rg: /gm, "").trim() || "The search failed.",
  };
}

async function packaged(): Promise<string | undefined> {
  try {
    return (await import("@vscode/ripgrep")).rgPath; // throws where the platform's package isn't installed
  } catch {
    return undefined;
  }
}
