/**
 * What `transcript_path` names: the conversation as lines of JSON in the shape that hooks of the community read (`type`, `message.role`,
 * `message.content`, a line for each block of a reply). Rule: it is made for hooks and of the log; nothing of ours is read from it.
 */
import { randomUUID } from "node:crypto";
import { isToolResult, type Block, type Event, type Json, type JsonObject, type Message } from "@keelson/protocol";

export type Transcript = {
  /** An event of the session, once it is in the log. */
  note(event: Event): void;
  /** What was noted is in the file. A file that can't be written keeps nothing from going on. */
  flush(): Promise<void>;
};
/** `before`: what a session that is taken up again begins with. `write`: at the end of the file, or as the whole of it. */
export type TranscriptOf = {
  readonly about: { readonly sessionId: string; readonly cwd: string; readonly version: string; readonly isSidechain: boolean };
  readonly wall: () => number;
  readonly before: readonly Message[];
  readonly write: (text: string, how: "whole" | "behind") => Promise<void>;
};

const MOST_WAITING = 256; // lines: they are held by nobody else for long

export function openTranscript({ about, wall, before, write }: TranscriptOf): Transcript {
  let parentUuid: string | null = null;
  let waiting: { readonly reply?: string; readonly line: JsonObject; readonly at: number }[] = [];
  let how: "whole" | "behind" = "whole";
  let writing = Promise.resolve();
  const add = (line: JsonObject, reply?: string): void => {
    waiting.push({ line, at: wall(), ...(reply !== undefined && { reply }) });
  };
  const printed = ({ line, at }: (typeof waiting)[number]): string => {
    const uuid = randomUUID();
    const whole = { parentUuid, ...about, userType: "external", ...line, uuid, timestamp: new Date(at).toISOString() };
    parentUuid = uuid;
    return `${JSON.stringify(whole)}\n`;
  };
  const flush = (): Promise<void> => {
    if (waiting.length > 0) {
      const text = waiting.map(printed).join("");
      const first = how;
      waiting = [];
      how = "behind";
      writing = writing.then(() => write(text, first)).catch(() => undefined); // a hook that looks for it finds less, and the log has it all
    }
    return writing;
  };
  for (const [at, message] of before.entries()) for (const line of pastLines(message, `past-${at}`)) add(line);
  return {
    note(event) {
      if (event.type === "reply.dropped") waiting = waiting.filter(({ reply }) => reply !== event.messageId);
      for (const line of linesOf(event)) add(line, event.type === "block.completed" ? event.messageId : undefined);
      if (waiting.length > MOST_WAITING) void flush();
    },
    flush,
  };
}

function linesOf(event: Event): readonly JsonObject[] {
  if (event.type === "context.added") return [userLine(event.content, event.from === "user" ? {} : { isMeta: true })];
  if (event.type === "block.completed") return [replyLine(event.messageId, event.block)];
  if (event.type === "call.completed") return [resultLine(event.result)];
  if (event.type !== "context.edited") return [];
  return event.edits.flatMap((edit) =>
    edit.op === "fold" ? [userLine([{ type: "text", text: edit.summary }], { isCompactSummary: true })] : [],
  );
}

function pastLines({ role, content }: Message, id: string): readonly JsonObject[] {
  if (role === "assistant") return content.map((block) => replyLine(id, block));
  const said = content.filter((block) => !isToolResult(block));
  return [...content.filter(isToolResult).map(resultLine), ...(said.length > 0 ? [userLine(said, {})] : [])];
}

const replyLine = (id: string, block: Block): JsonObject => ({
  type: "assistant",
  message: { id, type: "message", role: "assistant", content: [block] },
});

const resultLine = (result: Block): JsonObject => ({
  type: "user",
  message: { role: "user", content: [result] },
  toolUseResult: wordsOf(result["content"]),
});

/** Words alone are a text, as their readers expect them. */
const userLine = (content: readonly Block[], more: JsonObject): JsonObject => ({
  type: "user",
  ...more,
  message: { role: "user", content: content.every(({ type }) => type === "text") ? wordsOf(content) : content },
});

function wordsOf(content: Json | undefined): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.flatMap((block: Json) => (isText(block) ? [block.text] : [])).join("\n");
}

const isText = (block: Json): block is { readonly text: string } =>
  typeof block === "object" && block !== null && "text" in block && typeof block["text"] === "string";
