import type { Block, Json, JsonObject, Message } from "@keelson/protocol";
import { z } from "zod";
import { isObject } from "./json.ts";
import { promptOf, type Prompt } from "./prompt/prompt.ts";
import { refuse } from "./refuse.ts";
import type { SeenRequest } from "./script.ts";

/**
 * A request body as the API reads it: content is always a list, neighbours of one role are one turn.
 * Loose about what the simulator doesn't look at; strict about what the API would refuse.
 */
export type ApiRequest = {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  readonly turns: readonly Turn[];
  readonly prompt: Prompt;
  readonly body: JsonObject;
};
/** `at`: the position of the turn's first message, for error messages. */
export type Turn = Message & { readonly at: number };

type Read = { readonly ok: true; readonly request: ApiRequest } | { readonly ok: false; readonly error: string };

/** A body is a JSON object, or the API refuses it. */
export function parseBody(text: string): { readonly ok: true; readonly body: JsonObject } | { readonly ok: false; readonly error: string } {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? { ok: true, body: value } : { ok: false, error: "The request body is not a JSON object." };
  } catch (error) {
    return { ok: false, error: `The request body is not valid JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** `route`: which fields it can't do without. */
export function readRequest({ text, body }: Pick<SeenRequest, "text" | "body">, route: "message" | "count"): Read {
  const parsed = (route === "message" ? messageSchema : countSchema).safeParse(body, { error: wordOf });
  if (!parsed.success) {
    const unread = parseBody(text);
    return { ok: false, error: unread.ok ? firstOf(parsed.error) : unread.error };
  }
  const { model, stream = false, max_tokens: maxTokens = 1, messages } = parsed.data;
  const request = { model, stream, maxTokens, turns: turnsOf(messages), prompt: promptOf(body), body };
  const error = refuse(request);
  return error === undefined ? { ok: true, request } : { ok: false, error };
}

const json = z.custom<Json>(); // it came out of JSON.parse
const blockSchema = z.object({ type: z.string() }).catchall(json);
const messageOf = z
  .object({
    role: z.enum(["user", "assistant", "system"]),
    content: z.preprocess(
      (content) => (typeof content !== "string" ? content : content === "" ? [] : [{ type: "text", text: content }]),
      z.array(blockSchema),
    ),
  })
  .catchall(json);
const tokens = z.int().min(0);
const countSchema = z
  .object({
    model: z.string().min(1),
    stream: z.boolean().exactOptional(),
    max_tokens: tokens.exactOptional(),
    messages: z.array(messageOf).min(1),
  })
  .catchall(json);
const messageSchema = countSchema.extend({ max_tokens: tokens });

/** The turns of a body that nobody has checked; undefined where it has none. */
export function turnsIn(body: JsonObject): readonly Turn[] | undefined {
  const messages = z.array(messageOf).safeParse(body["messages"]).data;
  return messages && turnsOf(messages);
}

function turnsOf(messages: readonly z.output<typeof messageOf>[]): readonly Turn[] {
  const turns: { role: "user" | "assistant"; content: Block[]; at: number }[] = [];
  for (const [at, { role, content }] of messages.entries()) {
    if (role === "system") continue; // an instruction between the turns, not one of them
    const last = turns.at(-1);
    if (last?.role === role && content.length > 0 && last.content.length > 0) last.content.push(...content);
    else turns.push({ role, content: [...content], at });
  }
  return turns;
}

type Issue = {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly expected?: unknown;
  readonly values?: readonly unknown[];
};
function wordOf({ code, input, expected, values }: Issue): string | undefined {
  if (input === undefined) return "Field required";
  if (code === "invalid_value" && values) return `Input should be ${values.map((value) => `'${String(value)}'`).join(", ")}`;
  return code === "invalid_type" ? `Input should be a valid ${String(expected)}` : undefined;
}

function firstOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? [issue.path.join("."), issue.message].filter((part) => part !== "").join(": ") : "Invalid request";
}
