import { isToolResult, isToolUse, say, text, type Block, type Message } from "./message.ts";

/**
 * A context edit is decided once, logged, and applied for ever.
 * `from` and `to` are positions in the view at the moment the edit was logged, `to` excluded; calls are named by id.
 */
export type ContextEdit =
  | { readonly op: "cap"; readonly callId: string; readonly blob: string; readonly keep: string }
  | { readonly op: "refer"; readonly callId: string; readonly to: string }
  | { readonly op: "drop"; readonly from: number; readonly to: number }
  | { readonly op: "fold"; readonly from: number; readonly to: number; readonly summary: string }
  | { readonly op: "strip"; readonly what: "thinking" | "media" };

const STRIPPED = { thinking: ["thinking", "redacted_thinking"], media: ["image", "document"] };

/** Valid messages in, valid messages out: whatever a range cuts, each tool_use keeps exactly one result. */
export function applyEdits(messages: readonly Message[], edits: readonly ContextEdit[]): readonly Message[] {
  return pair(edits.reduce(apply, messages));
}

/** An edit of one result, for those whose message isn't complete yet (a result is capped at birth). */
export function editBlock<B extends Block>(block: B, edit: ContextEdit): B {
  if (!("callId" in edit) || !isToolResult(block) || block.tool_use_id !== edit.callId) return block;
  const words = edit.op === "cap" ? `${edit.keep}\n[the whole result: ${edit.blob}]` : `[same as the result of ${edit.to}]`;
  return { ...block, content: [text(words)] };
}

function apply(messages: readonly Message[], edit: ContextEdit): readonly Message[] {
  switch (edit.op) {
    case "cap":
    case "refer": {
      const at = messages.findIndex((message) => message.content.some((block) => editBlock(block, edit) !== block));
      return at < 0
        ? messages
        : unsign(
            messages.map((message) => each(message, (block) => [editBlock(block, edit)])),
            at,
          );
    }
    case "drop":
      return replace(messages, edit.from, edit.to, `[${edit.to - edit.from} earlier messages were dropped]`);
    case "fold":
      return replace(messages, edit.from, edit.to, edit.summary);
    case "strip":
      return messages.map((message) => each(message, (block) => strip(block, edit.what)));
  }
}

function replace(messages: readonly Message[], from: number, to: number, summary: string): readonly Message[] {
  return unsign([...messages.slice(0, from), { role: "user", content: [text(summary)] }, ...messages.slice(to)], from);
}

/** A thinking block is signed over all that stands before it: behind an edit it is no longer valid. */
function unsign(messages: readonly Message[], from: number): readonly Message[] {
  return messages.map((message, at) => (at < from ? message : each(message, (block) => strip(block, "thinking"))));
}

function strip(block: Block, what: "thinking" | "media"): readonly Block[] {
  if (STRIPPED[what].includes(block.type)) return what === "media" ? [text(`[${block.type} removed]`)] : [];
  if (what === "media" && isToolResult(block) && Array.isArray(block["content"]))
    return [{ ...block, content: block["content"].flatMap((inner: Block) => strip(inner, what)) }];
  return [block];
}

/** Drops uses without a result and results without a use, then empty messages; neighbours of one role join. */
function pair(messages: readonly Message[]): readonly Message[] {
  const asked = messages.map(({ content }) => new Set(content.filter(isToolUse).map(({ id }) => id)));
  const answered = messages.map(({ content }) => new Set(content.filter(isToolResult).map((block) => block.tool_use_id)));
  const kept = messages.map(({ role, content }, at) => ({
    role,
    content: content.filter((block) =>
      isToolUse(block) ? answered[at + 1]?.has(block.id) : isToolResult(block) ? asked[at - 1]?.has(block.tool_use_id) : true,
    ),
  }));
  return kept.reduce<readonly Message[]>((all, { role, content }) => say(all, role, content), []);
}

function each(message: Message, change: (block: Block) => readonly Block[]): Message {
  return { ...message, content: message.content.flatMap(change) };
}
