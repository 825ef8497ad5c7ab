/**
 * A transcript of Claude Code: a tree of lines linked by `parentUuid`. What is taken is the branch that the last line stands on; with it
 * every block of the replies on it and every answer to their calls, since parallel ones hang beside the branch.
 */
import { isToolResult, isToolUse, text, type Block, type Json, type JsonObject } from "@keelson/protocol";
import { objectOf, stringOf, timeOf } from "./lines.ts";
import { Scribe, type Told } from "./scribe.ts";

export const isClaude = (lines: readonly JsonObject[]): boolean =>
  lines.some(
    (line) => typeof line["sessionId"] === "string" && typeof line["uuid"] === "string" && objectOf(line["message"]) !== undefined,
  );

export function readClaude(lines: readonly JsonObject[]): readonly Told[] {
  const scribe = new Scribe();
  let at = 0;
  for (const line of branchOf(lines.filter(isSpoken))) {
    at = timeOf(line["timestamp"], at);
    const message = objectOf(line["message"]) ?? {};
    const content = blocksOf(message["content"]);
    if (line["type"] === "assistant") {
      const id = stringOf(message["id"]) ?? stringOf(line["uuid"]) ?? "reply";
      for (const block of content) scribe.block(id, block, at);
      continue;
    }
    if (line["isCompactSummary"] === true) {
      scribe.summary(content.map(({ text: words }) => stringOf(words) ?? "").join("\n"), at);
      continue;
    }
    for (const result of content.filter(isToolResult))
      scribe.result({ callId: result.tool_use_id, content: blocksOf(result["content"]), isError: result["is_error"] === true }, at);
    scribe.user(
      content.filter((block) => !isToolResult(block)),
      at,
      line["isMeta"] === true ? "harness" : "user",
    );
  }
  scribe.end(at);
  return scribe.told;
}

const isSpoken = (line: JsonObject): boolean =>
  (line["type"] === "user" || line["type"] === "assistant") &&
  line["isSidechain"] !== true &&
  line["isApiErrorMessage"] !== true &&
  objectOf(line["message"]) !== undefined;

/** In the file's order. A parent that isn't there is taken to be the line before; a circle is cut. */
function branchOf(lines: readonly JsonObject[]): readonly JsonObject[] {
  const at = new Map(lines.map((line, index) => [stringOf(line["uuid"]) ?? "", index]));
  const chosen = new Set<number>();
  let index: number | undefined = lines.length - 1;
  while (index !== undefined && index >= 0 && !chosen.has(index)) {
    chosen.add(index);
    const parent: Json | undefined = lines[index]?.["parentUuid"];
    index = typeof parent === "string" ? (at.get(parent) ?? index - 1) : undefined;
  }
  const onBranch = lines.filter((_, here) => chosen.has(here));
  const replies = new Set(onBranch.filter(isReply).map(replyId));
  const asked = new Set(
    lines
      .filter((line) => isReply(line) && replies.has(replyId(line)))
      .flatMap((line) => blocksOf(objectOf(line["message"])?.["content"]))
      .filter(isToolUse)
      .map(({ id }) => id),
  );
  return lines.filter((line, here) => chosen.has(here) || (isReply(line) ? replies.has(replyId(line)) : answers(line, asked)));
}

const isReply = (line: JsonObject): boolean => line["type"] === "assistant";
const replyId = (line: JsonObject): string => stringOf(objectOf(line["message"])?.["id"]) ?? stringOf(line["uuid"]) ?? "";
const answers = (line: JsonObject, asked: ReadonlySet<string>): boolean =>
  blocksOf(objectOf(line["message"])?.["content"]).some((block) => isToolResult(block) && asked.has(block.tool_use_id));

function blocksOf(content: Json | undefined): readonly Block[] {
  if (typeof content === "string") return content === "" ? [] : [text(content)];
  if (!Array.isArray(content)) return [];
  return content.flatMap((one: Json) => {
    const block = objectOf(one);
    const type = stringOf(block?.["type"]);
    return block && type !== undefined ? [{ ...block, type }] : [];
  });
}
