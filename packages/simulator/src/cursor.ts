import { conversationOf, type Conversation } from "./conversation.ts";
import { difference, fillReply } from "./fill.ts";
import type { Reply } from "./reply.ts";
import type { ApiRequest } from "./request.ts";
import type { SeenRequest, SessionScript } from "./script.ts";
import { filling } from "./template.ts";

/** The next reply, filled, and a name that no other has: ids are made of it. Or why there is none, in words for whoever wrote the scenario. */
export type Next = { readonly ok: true; readonly reply: Reply; readonly place: string } | { readonly ok: false; readonly error: string };
export type Cursor = (request: ApiRequest, seen: SeenRequest) => Promise<Next>;

/** `title`: how messages call it. `tag`: what its places begin with. */
export type Dealt = SessionScript & {
  readonly title: string;
  readonly tag: string;
  readonly variables: Readonly<Record<string, string>>;
};

/** Deals a script's replies out, one to each request. A request that is refused takes none: the script stays where it was. */
export function cursorOf(script: Dealt): Cursor {
  const { replies, after, title } = script;
  let played = 0;
  if (typeof replies === "function") {
    return async (request, seen) => {
      const number = ++played;
      try {
        return fit({ reply: await replies(seen, number - 1), position: number }, number, script, conversationOf(request.turns));
      } catch (error) {
        return { ok: false, error: `${title} failed at reply ${number}: ${error instanceof Error ? error.message : String(error)}` };
      }
    };
  }
  const slots = replies.flatMap((reply, at): readonly Slot[] =>
    Array.from({ length: "error" in reply ? (reply.times ?? 1) : 1 }, () => ({ reply, position: at + 1 })),
  );
  return async (request) => {
    const slot = slots[played] ?? (after === "repeat_last" ? slots.at(-1) : undefined);
    if (!slot) return { ok: false, error: `${title} is over: it answers ${many(slots.length)}, and this is one more. ${REMEDY}` };
    const next = fit(slot, played + 1, script, conversationOf(request.turns));
    if (next.ok) played++;
    return next;
  };
}

/** `position`: which of the script's replies it is, from 1; an error with `times` is more than one. */
type Slot = { readonly reply: Reply; readonly position: number };

function fit({ reply, position }: Slot, number: number, { title, tag, variables }: Dealt, conversation: Conversation): Next {
  const { fill, problems } = filling({ conversation, variables });
  const differs = reply.expect && difference(reply.expect, conversation, fill);
  const filled = differs !== undefined || "error" in reply ? reply : fillReply(reply, fill);
  const problem = problems[0];
  if (problem !== undefined) return { ok: false, error: `${title} can't go on at reply ${position}: ${problem}` };
  if (differs !== undefined) return { ok: false, error: `${title} can't go on at reply ${position}: it expects ${differs}.` };
  return { ok: true, reply: filled, place: `${tag}${String(number).padStart(4, "0")}` };
}

const REMEDY = 'Add a reply, or say what comes then with "after": "repeat_last".';
const many = (count: number): string => (count === 1 ? "1 request" : `${count} requests`);
