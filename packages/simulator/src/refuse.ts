import { isThinking, isToolResult, isToolUse, type Block, type Json } from "@keelson/protocol";
import { resultType } from "./blocks.ts";
import { isObject, listOf } from "./json.ts";
import { refuseMarks } from "./prompt/breakpoints.ts";
import type { ApiRequest, Turn } from "./request.ts";

/** What the Messages API refuses about a well-formed request, in its words; undefined when it takes it. The first check that fails speaks. */
export function refuse(request: ApiRequest): string | undefined {
  for (const check of CHECKS) {
    const words = check(request);
    if (words !== undefined) return words;
  }
  return undefined;
}

type Check = (request: ApiRequest) => string | undefined;

const CHECKS: readonly Check[] = [
  systemSays,
  toolNamesDiffer,
  userSpeaksFirst,
  turnsSaySomething,
  textsSaySomething,
  inputsAreObjects,
  callsDiffer,
  callsAreAnswered,
  resultsWereAsked,
  serverCallsAreAnswered,
  thinkingIsNotLast,
  ({ prompt, body }) => refuseMarks(prompt, body),
];

function systemSays({ body: { system } }: ApiRequest): string | undefined {
  if (typeof system === "string" && system !== "" && system.trim() === "") return `system: ${BLANK}`;
  return listOf(system).some((block) => textOf(block) === "") ? `system: ${EMPTY}` : undefined;
}

function toolNamesDiffer({ body: { tools } }: ApiRequest): string | undefined {
  const names = listOf(tools).map((tool) => fieldOf(tool, "name"));
  return new Set(names).size < names.length ? "tools: Tool names must be unique." : undefined;
}

function userSpeaksFirst({ turns }: ApiRequest): string | undefined {
  return turns[0]?.role === "user" ? undefined : 'messages: first message must use the "user" role';
}

function turnsSaySomething({ turns }: ApiRequest): string | undefined {
  const empty = turns.find(({ content }, at) => content.length === 0 && (turns[at]?.role === "user" || at < turns.length - 1));
  if (!empty) return undefined;
  return empty.role === "user"
    ? `messages.${empty.at}: user messages must have non-empty content`
    : `messages.${empty.at}: all messages must have non-empty content except for the optional final assistant message`;
}

/** A blank text may stand beside other content, an empty one nowhere; what a tool answers may be either. */
function textsSaySomething({ turns }: ApiRequest): string | undefined {
  if (turns.some(({ content }) => content.some((block) => textOf(block) === ""))) return `messages: ${EMPTY}`;
  return turns.some(({ content }) => content.length > 0 && content.every(isBlank)) ? `messages: ${BLANK}` : undefined;
}

function inputsAreObjects({ turns }: ApiRequest): string | undefined {
  for (const { at, content } of turns) {
    const wrong = content.findIndex((block) => isToolUse(block) && !isObject(block["input"]));
    if (wrong >= 0) return `messages.${at}.content.${wrong}.tool_use.input: Input should be a valid dictionary`;
  }
  return undefined;
}

function callsDiffer({ turns }: ApiRequest): string | undefined {
  const seen = new Set<string>();
  for (const turn of turns) {
    for (const [index, block] of turn.content.entries()) {
      if (!isToolUse(block)) continue;
      if (seen.has(block.id)) return `messages.${turn.at}.content.${index}: \`tool_use\` ids must be unique`;
      seen.add(block.id);
    }
  }
  return undefined;
}

function callsAreAnswered({ turns }: ApiRequest): string | undefined {
  for (const [index, turn] of turns.entries()) {
    const answers = leadingResults(turns[index + 1]);
    const open = callsOf(turn).filter((id) => !answers.includes(id));
    if (open.length > 0)
      return `messages.${turn.at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`;
  }
  return undefined;
}

function resultsWereAsked({ turns }: ApiRequest): string | undefined {
  for (const [index, turn] of turns.entries()) {
    const asked = callsOf(turns[index - 1]);
    const seen = new Set<string>();
    for (const [at, block] of turn.content.entries()) {
      if (!isToolResult(block)) continue;
      const { tool_use_id: id } = block;
      const where = `messages.${turn.at}.content.${at}`;
      if (!asked.includes(id))
        return `${where}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
      if (seen.has(id)) return `${where}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`;
      seen.add(id);
    }
  }
  return undefined;
}

/** A server's call may be open while its turn goes on: at the end, and where nothing but the results of other calls follows. */
function serverCallsAreAnswered({ turns }: ApiRequest): string | undefined {
  for (const [index, { role, content, at }] of turns.entries()) {
    const next = turns[index + 1];
    const goesOn = !next || (index + 2 === turns.length && next.content.every(isToolResult));
    const open = content.find(
      (block) => block.type === "server_tool_use" && !content.some((other) => other["tool_use_id"] === block["id"]),
    );
    if (role === "assistant" && open && !goesOn)
      return `messages.${at}: \`${String(open["name"])}\` tool use with id \`${String(open["id"])}\` was found without a corresponding \`${resultType(String(open["name"]))}\` block`;
  }
  return undefined;
}

function thinkingIsNotLast({ turns }: ApiRequest): string | undefined {
  const ended = turns.find(({ role, content }) => role === "assistant" && content.slice(-1).some(isThinking));
  return ended && `messages.${ended.at}: The final block in an assistant message cannot be \`${ended.content.at(-1)?.type}\`.`;
}

const EMPTY = "text content blocks must be non-empty";
const BLANK = "text content blocks must contain non-whitespace text";

const callsOf = (turn: Turn | undefined): readonly string[] =>
  turn?.role === "assistant" ? turn.content.filter(isToolUse).map(({ id }) => id) : [];

const isBlank = (block: Block): boolean => textOf(block)?.trim() === "";

/** Results count as answers only where nothing stands before them. */
function leadingResults(turn: Turn | undefined): readonly string[] {
  const content = turn?.role === "user" ? turn.content : [];
  const end = content.findIndex((block) => !isToolResult(block));
  return content
    .slice(0, end < 0 ? content.length : end)
    .filter(isToolResult)
    .map((block) => block.tool_use_id);
}

const fieldOf = (item: Json, key: string): Json | undefined => (isObject(item) ? (item[key] ?? undefined) : undefined);

function textOf(item: Json): string | undefined {
  const text = fieldOf(item, "type") === "text" ? fieldOf(item, "text") : undefined;
  return typeof text === "string" ? text : undefined;
}
