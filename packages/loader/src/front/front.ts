/** The head of a text as fields. Rule: whatever stands there, something is read, and each loss is one problem with its line in the file. */
import type { JsonObject, Problem } from "@keelson/protocol";
import { warn } from "../problem.ts";
import type { Head, Slip } from "./head.ts";
import { readPlain } from "./plain.ts";
import { lineOfKey, salvage } from "./salvage.ts";

/** `unread`: what stands where fields should, and became none. */
export type Front = { readonly fields: JsonObject; readonly unread: string; readonly problems: readonly Problem[] };

const LANGUAGES = ["", "yaml", "yml", "json"];
const SLIPS: Readonly<Record<Slip, { readonly code: string; readonly what: string; readonly hint: string }>> = {
  comment_before: {
    code: "head_not_first",
    what: "The head (between the --- lines) doesn't stand first in the file, and other programs won't see it.",
    hint: "Move it to the first line.",
  },
  too_long: {
    code: "head_long",
    what: "The head is longer than the 65536 bytes that are read for it; what stands behind its first empty line isn't used.",
    hint: "Shorten it: what it explains belongs into the text.",
  },
  unclosed: { code: "head_unclosed", what: "The head is never closed.", hint: "Put a line of --- behind its last field." },
};

export async function readFront(file: string, { head, line, language, body, slip }: Head): Promise<Front> {
  if (head === undefined) return { fields: {}, unread: isHead(body) ? body : "", problems: [] };
  const problems = slip ? [warn({ file, line: line - 1 }, SLIPS[slip])] : [];
  if (!LANGUAGES.includes(language)) {
    const code = warn({ file, line: line - 1 }, foreign(language));
    return { fields: {}, unread: head, problems: [...problems, code] };
  }
  const behind = slip === "unclosed" || slip === "too_long" ? body : "";
  const plain = language === "json" ? undefined : readPlain(head);
  if (plain) return { fields: plain, unread: behind, problems };
  const { parseHead, parsePiece } = await import("./engine.ts"); // few heads need it, and it takes long to load
  const parsed = parseHead(head, language === "json" ? "json" : "");
  if (parsed.ok) return { fields: parsed.fields, unread: behind, problems };
  const { fields, raw, before } = salvage(head, parsePiece);
  const swallowed = raw.map((key) => String(fields[key]));
  const at = raw[0] === undefined ? parsed.line : (lineOfKey(head, raw[0]) ?? parsed.line);
  const unread = [before, ...swallowed, behind].join("\n");
  return { fields, unread, problems: [...problems, warn({ file, line: line + at - 1 }, broken(parsed.why, raw))] };
}

/** Is it one whose first line was lost? */
const isHead = (body: string): boolean => /^\s*(?:-+\s*\n\s*)?(?:name|description|tools|disallowed-?[Tt]ools|model)\s*:/.test(body);

const foreign = (language: string): { readonly code: string; readonly what: string; readonly hint: string } => ({
  code: "head_is_code",
  what: `The head is written in ${JSON.stringify(language.slice(0, 20))}, which isn't read and never run.`,
  hint: "Write it in YAML, between two lines of ---.",
});

function broken(why: string, raw: readonly string[]): { readonly code: string; readonly what: string; readonly hint: string } {
  const keys = raw.map((key) => `"${key}"`).join(", ");
  return {
    code: "head_broken",
    what: `The head isn't YAML (${why.replace(/ at line \d+, column \d+:?$/, "").replace(/[.:]$/, "")})${raw.length === 0 ? "" : `; the text of ${keys} is taken as it stands`}.`,
    hint: raw.length === 0 ? "Correct it." : `Put the value in quotes.`,
  };
}
