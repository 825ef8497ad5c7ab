import type { Json } from "@keelson/protocol";
import { beginningOf } from "../conversation.ts";
import { isObject, listOf } from "../json.ts";
import { digestIn } from "../prompt/fingerprint.ts";
import { turnsIn } from "../request.ts";
import type { SeenRequest } from "../script.ts";
import { sessionOf } from "../sessions.ts";
import { mask } from "./mask.ts";
import type { Exchange } from "./recording.ts";

/** What tells a request from others, as a recording remembers it and a replay looks for it. Undefined: no request for a message. */
export type RequestFacts = {
  readonly conversation: NonNullable<Exchange["conversation"]>;
  readonly model: string;
  readonly tools: readonly string[];
  readonly messages: readonly Json[];
};

/** `own`: secrets of the request, which are hidden before anything is compared. */
export function factsOf(seen: SeenRequest, own: readonly string[]): RequestFacts | undefined {
  const { method, path, body } = seen;
  const turns = turnsIn(body);
  if (method !== "POST" || path !== "/v1/messages" || turns === undefined) return undefined;
  const beginning = hide(beginningOf(turns), own);
  const session = sessionOf(body, seen.headers);
  return {
    conversation: {
      key: digestIn(beginning),
      ...(session !== undefined && { session: digestIn(session) }),
      begins: beginning.slice(0, ROOM),
    },
    model: String(body["model"]),
    tools: listOf(body["tools"]).map((tool) => String(isObject(tool) ? (tool["name"] ?? tool["type"]) : tool)),
    messages: listOf(body["messages"]),
  };
}

/** The facts as they are written: with the messages that are new. */
export function told({ model, tools, messages }: RequestFacts, said: readonly Json[], own: readonly string[]) {
  const hidden: unknown = JSON.parse(hide(JSON.stringify(said), own));
  return { model, tools, messages: messages.length, said: Array.isArray(hidden) ? hidden : [] };
}

/** Says which of a request's messages its conversation hadn't sent before; all of them where it was rewritten. */
export function openMemory(): (facts: RequestFacts) => readonly Json[] {
  const sent = new Map<string, readonly string[]>();
  return ({ conversation: { key, session = "" }, messages }) => {
    const before = sent.get(`${key} ${session}`) ?? [];
    const now = messages.map((message) => digestIn(JSON.stringify(message)));
    sent.set(`${key} ${session}`, now);
    return before.every((digest, at) => digest === now[at]) ? messages.slice(before.length) : messages;
  };
}

const ROOM = 80; // characters

/** The same for text as people write it. */
const hide = (text: string, own: readonly string[]): string =>
  Buffer.from(mask(Buffer.from(text).toString("latin1"), own), "latin1").toString();

const CARRIERS = ["x-api-key", "authorization", "proxy-authorization", "cookie"];

/** The keys that a request carries, and the user's home where it is to be hidden too. */
export function secretsOf({ headers }: Pick<SeenRequest, "headers">, home: string | undefined): readonly string[] {
  const carried = CARRIERS.flatMap((name) => (headers[name] ?? "").split(/[\s;,]+/).map((part) => part.replace(/^[\w-]+=(?=.)/, "")));
  return [...carried, ...(home === undefined ? [] : [Buffer.from(home).toString("latin1")])];
}
