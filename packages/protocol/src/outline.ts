import type { Envelope, Event } from "./event.ts";
import type { Block, Json } from "./message.ts";
import type { SessionStatus, WordsKind } from "./store.ts";

/** What lists and searches say of a session, as a fold over its log: every store tells the same. */
export type Outline = {
  readonly title: string;
  readonly updated: number;
  readonly status: Exclude<SessionStatus, "active">;
};
export const NO_OUTLINE: Outline = { title: "", updated: 0, status: "idle" };

export function outline(before: Outline, { at, event }: Envelope): Outline {
  const title = titleIn(event) ?? (before.title === "" ? promptIn(event) : before.title);
  return { title, updated: at, status: statusAfter(event) ?? before.status };
}

/** After these something is still to be done, until the run's end is there. The others may be said beside a run. */
const UNFINISHED: readonly Event["type"][] = [
  "input.received",
  "context.added",
  "context.edited",
  "turn.started",
  "block.completed",
  "reply.completed",
  "reply.dropped",
  "call.judged",
  "call.started",
  "call.completed",
  "ask.opened",
  "ask.answered",
  "recovery.attempted",
];

/** Undefined when the event doesn't tell. */
export function statusAfter(event: Event): Outline["status"] | undefined {
  if (event.type === "run.ended") return event.reason === "tool_deferred" ? "waiting" : "idle";
  return UNFINISHED.includes(event.type) ? "interrupted" : undefined;
}

const TITLE_LENGTH = 80;

function titleIn(event: Event): string | undefined {
  const title = event.type === "session.changed" ? event.change["title"] : undefined;
  return typeof title === "string" && title !== "" ? oneLine(title, TITLE_LENGTH) : undefined;
}

function promptIn(event: Event): string {
  const isPrompt = event.type === "context.added" || (event.type === "input.received" && event.kind === "prompt");
  return isPrompt && event.from === "user" ? firstLine(event.content) : "";
}

function firstLine(content: readonly Block[]): string {
  const words = content.find(({ type, text }) => type === "text" && typeof text === "string")?.["text"];
  if (typeof words !== "string") return "";
  const [line = ""] = words
    .slice(0, 4_096)
    .trim()
    .split(/[\r\n\u2028\u2029]/, 1);
  return oneLine(line, TITLE_LENGTH);
}

/** Without control characters: it is printed on terminals. */
function oneLine(words: string, most: number): string {
  return Array.from(words.slice(0, 4 * most).replace(/[\p{Cc}\u2028\u2029]+/gu, " "))
    .slice(0, most)
    .join("")
    .trim();
}

/** The words of an event that a search looks at; undefined where it has none. A prompt is counted where it was received. */
export function wordsIn(event: Event): { readonly kind: WordsKind; readonly text: string } | undefined {
  switch (event.type) {
    case "input.received":
      return found("prompt", event.content);
    case "context.added":
      return event.inputId === undefined && event.from === "user" ? found("prompt", event.content) : undefined;
    case "block.completed":
      return event.block.type === "text" ? found("reply", [event.block]) : undefined;
    case "call.completed":
      return found("output", event.result["content"]);
    case "session.changed":
      return found("title", event.change["title"]);
    default:
      return undefined;
  }
}

const MOST_WORDS = 64 * 1024;

/** Of what is very long only the beginning is looked at. */
function found(kind: WordsKind, content: Json | undefined | readonly Block[]): ReturnType<typeof wordsIn> {
  const blocks = typeof content === "string" ? [content] : Array.isArray(content) ? content.map(textOf) : [];
  const text = blocks.join("\n").slice(0, MOST_WORDS);
  return text.trim() === "" ? undefined : { kind, text };
}

const textOf = (block: Block): string => (typeof block["text"] === "string" ? block["text"] : "");

/** Each writes words without spaces between them: every character is a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** The words of a text as a search compares them: letters and digits, in small letters, without marks above or below. */
export function terms(text: string): readonly string[] {
  const plain = spaced(text)
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
}

const spaced = (text: string): string => text.replace(UNSPACED, " $& ");

/** True when each of `wanted` begins a word of the text. */
export function hasTerms(text: string, wanted: readonly string[]): boolean {
  const words = terms(text);
  return wanted.length > 0 && wanted.every((want) => words.some((word) => word.startsWith(want)));
}

const EXCERPT_BEFORE = 40;
const EXCERPT_LENGTH = 160;

/** One line around the first place where one of `wanted` begins a word. */
export function excerpt(text: string, wanted: readonly string[]): string {
  const place = [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].find(([word]) =>
    terms(word).some((one) => wanted.some((want) => one.startsWith(want))),
  );
  const from = Math.max(0, (place?.index ?? 0) - EXCERPT_BEFORE);
  return oneLine(text.slice(from).replace(/\s+/g, " "), EXCERPT_LENGTH);
}
