import { conversationOf, type Conversation } from "./conversation.ts";
import { difference, fillReply } from "./fill.ts";
import type { Reply, Script, SeenRequest } from "./reply.ts";
import type { ApiRequest } from "./request.ts";
import { filling } from "./template.ts";

/** The next reply, filled; or why there is none, in words for whoever wrote the scenario. `number` counts from 1. */
type Next = { readonly ok: true; readonly reply: Reply; readonly number: number } | { readonly ok: false; readonly error: string };
export type Cursor = (request: ApiRequest, seen: SeenRequest) => Promise<Next>;

/** Deals a script's replies out, one to each request. A request that is refused takes none: the script stays where it was. */
export function cursorOf(script: Script, variables: Readonly<Record<string, string>>): Cursor {
  const { replies, after } = script;
  const title = script.name === undefined ? "The scenario" : `The scenario ${script.name}`;
  let played = 0;
  if (typeof replies === "function") {
    return async (request, seen) => {
      const number = ++played;
      try {
        return fit({ reply: await replies(seen, number - 1), position: number, title }, number, conversationOf(request.turns), variables);
      } catch (error) {
        return { ok: false, error: `${title} failed at reply ${number}: ${error instanceof Error ? error.message : String(error)}` };
      }
    };
  }
  const slots = replies.flatMap((reply, at): readonly Slot[] =>
    Array.from({ length: "error" in reply ? (reply.times ?? 1) : 1 }, () => ({ reply, position: at + 1, title })),
  );
  return async (request) => {
    const slot = slots[played] ?? (after === "repeat_last" ? slots.at(-1) : undefined);
    if (!slot) return { ok: false, error: `${title} is over: it answers ${many(slots.length)}, and this is one more. ${REMEDY}` };
    const next = fit(slot, played + 1, conversationOf(request.turns), variables);
    if (next.ok) played++;
    return next;
  };
}

/** `position`: which of the script's replies it is, from 1; an error with `times` is more than one. */
type Slot = { readonly reply: Reply; readonly position: number; readonly title: string };

function fit(
  { reply, position, title }: Slot,
  number: number,
  conversation: Conversation,
  variables: Readonly<Record<string, string>>,
): Next {
  const { fill, problems } = filling({ conversation, variables });
  const differs = reply.expect && difference(reply.expect, conversation, fill);
  const filled = differs !== undefined || "error" in reply ? reply : fillReply(reply, fill);
  const problem = problems[0];
  if (problem !== undefined) return { ok: false, error: `${title} can't go on at reply ${position}: ${problem}` };
  if (differs !== undefined) return { ok: false, error: `${title} can't go on at reply ${position}: it expects ${differs}.` };
  return { ok: true, reply: filled, number };
}

const REMEDY = 'Add a reply, or say what comes then with "after": "repeat_last".';
const many = (count: number): string => (count === 1 ? "1 request" : `${count} requests`);
