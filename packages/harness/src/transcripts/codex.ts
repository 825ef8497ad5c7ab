/** A rollout of Codex: one line an item, calls and their outputs linked by `call_id`. What its program put before the first prompt is left out. */
import { text, type Block, type Json, type JsonObject } from "@keelson/protocol";
import { objectOf, stringOf, timeOf } from "./lines.ts";
import { Scribe, type Told } from "./scribe.ts";

export const isCodex = (lines: readonly JsonObject[]): boolean =>
  lines.some(({ type, payload }) => (type === "session_meta" || type === "response_item") && objectOf(payload) !== undefined);

export function cwdOfCodex(lines: readonly JsonObject[]): string | undefined {
  const meta = lines.find(({ type }) => type === "session_meta");
  return stringOf(objectOf(meta?.["payload"])?.["cwd"]);
}

/** Told by the program, not by a person. */
const SURROUNDINGS = /^\s*(<(environment_context|user_instructions|permissions|turn_aborted|skill)|# AGENTS\.md instructions)/;

export function readCodex(lines: readonly JsonObject[]): readonly Told[] {
  const scribe = new Scribe();
  let at = 0;
  let replies = 0;
  let inReply = false;
  for (const { type, timestamp, payload } of lines) {
    at = timeOf(timestamp, at);
    const item = objectOf(payload) ?? {};
    if (type === "compacted") {
      scribe.summary(stringOf(item["message"]) || "What was said before was summed up, and the summary isn't in the file.", at);
      inReply = false;
    }
    if (type !== "response_item") continue;
    const said = saidBy(item);
    if (said) {
      if (!inReply) replies++;
      inReply = true;
      scribe.block(`imported-reply-${replies}`, said, at);
      continue;
    }
    const result = resultIn(item);
    if (result || item["role"] === "user") inReply = false;
    if (result) scribe.result(result, at);
    else if (item["role"] === "user")
      scribe.user(
        wordsIn(item["content"]).filter((block) => !SURROUNDINGS.test(String(block["text"]))),
        at,
      );
  }
  scribe.end(at);
  return scribe.told;
}

/** A block of the model's, or undefined. */
function saidBy(item: JsonObject): Block | undefined {
  const id = stringOf(item["call_id"]) ?? stringOf(item["id"]) ?? "";
  switch (item["type"]) {
    case "message": {
      const words = wordsIn(item["content"]).map((block) => stringOf(block["text"]) ?? "");
      return item["role"] === "assistant" && words.join("") !== "" ? text(words.join("\n")) : undefined;
    }
    case "function_call":
      return { type: "tool_use", id, name: stringOf(item["name"]) ?? "unknown", input: argumentsIn(item["arguments"]) };
    case "custom_tool_call":
      return { type: "tool_use", id, name: stringOf(item["name"]) ?? "unknown", input: { input: item["input"] ?? "" } };
    case "local_shell_call":
      return { type: "tool_use", id, name: "shell", input: objectOf(item["action"]) ?? {} };
    default:
      return undefined; // encrypted reasoning, searches of its own: nothing that another endpoint takes back
  }
}

function resultIn(item: JsonObject): { callId: string; content: readonly Block[]; isError: boolean } | undefined {
  const callId = stringOf(item["call_id"]);
  if (callId === undefined || !String(item["type"]).endsWith("_output")) return undefined;
  const output = item["output"];
  const object = objectOf(output);
  const words = stringOf(output) ?? stringOf(object?.["content"]) ?? JSON.stringify(output ?? "");
  return { callId, content: [text(words)], isError: object?.["success"] === false };
}

function argumentsIn(written: Json | undefined): JsonObject {
  try {
    return objectOf(JSON.parse(stringOf(written) ?? "") as Json) ?? { arguments: written ?? "" };
  } catch {
    return { arguments: written ?? "" };
  }
}

function wordsIn(content: Json | undefined): readonly Block[] {
  if (typeof content === "string") return [text(content)];
  if (!Array.isArray(content)) return [];
  return content.flatMap((part: Json) => {
    const words = stringOf(objectOf(part)?.["text"]);
    return words === undefined ? [] : [text(words)];
  });
}
