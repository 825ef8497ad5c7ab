import { text, type Block, type JsonObject } from "@keelson/protocol";
import { isObject, objectIn, objectOf, stringIn } from "../json.ts";

/** One line of a program that drives keel. What isn't known is nothing, as the wire wants it; what can't be read is told. */
export type Incoming =
  | ({ readonly is: "prompt" } & Prompt)
  | { readonly is: "request"; readonly id: string; readonly subtype: string; readonly request: JsonObject }
  | { readonly is: "response"; readonly id: string; readonly heard: Heard }
  | { readonly is: "nothing" }
  | { readonly is: "bad"; readonly why: string };
/** `asks` is false for what is only put in front of the next prompt. `message`: as it came. */
export type Prompt = {
  readonly content: readonly Block[];
  readonly message: JsonObject;
  readonly uuid?: string;
  readonly asks: boolean;
  /** What becomes of it while a run is under way. */
  readonly priority: Priority;
  /** Its id in the log, where it was written down before its time came. */
  readonly accepted?: string;
};
/** `now`: the run is ended for it. `next`: the model reads it after its next step. `later`: it waits for the run's end. */
export const PRIORITIES = ["now", "next", "later"] as const;
export type Priority = (typeof PRIORITIES)[number];
/** What the host says to a request of ours. */
export type Heard = { readonly ok: true; readonly response: JsonObject } | { readonly ok: false; readonly error: string };

export function understandLine(line: string): Incoming {
  if (line.trim() === "") return { is: "nothing" };
  const said = objectOf(line.replace(/^\ufeff/, ""));
  if (!said) return { is: "bad", why: "it is not a JSON object" };
  switch (said["type"]) {
    case "user":
      return promptIn(said);
    case "control_request":
      return requestIn(said);
    case "control_response":
      return responseIn(said);
    default:
      return stringIn(said, "type") === undefined ? { is: "bad", why: "it has no type" } : { is: "nothing" };
  }
}

function promptIn(said: JsonObject): Incoming {
  const message = objectIn(said, "message");
  if (message?.["role"] !== "user") return { is: "bad", why: "a user message wants a message with the role user" };
  const content = contentOf(message);
  if (typeof content === "string") return { is: "bad", why: content };
  const uuid = stringIn(said, "uuid");
  const priority = PRIORITIES.find((each) => each === said["priority"]) ?? "next";
  return { is: "prompt", content, message, priority, asks: said["shouldQuery"] !== false, ...(uuid && { uuid }) };
}

/** In words, why not. A result of a tool can't be given from outside: each call has one already. */
function contentOf({ content }: JsonObject): readonly Block[] | string {
  if (typeof content === "string") return content.trim() === "" ? "the message is empty" : [text(content)];
  if (!Array.isArray(content)) return "the content is neither a text nor a list of blocks";
  const blocks = content.filter(isBlock).filter(({ type, text }) => type !== "text" || (typeof text === "string" && text.trim() !== ""));
  if (!content.every(isBlock)) return "a block of the content has no type";
  if (blocks.some(({ type }) => type === "tool_result")) return "a tool_result can't be given: keel runs its tools itself";
  return blocks.length === 0 ? "the message is empty" : blocks;
}

function isBlock(value: unknown): value is Block {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function requestIn(said: JsonObject): Incoming {
  const id = stringIn(said, "request_id");
  if (id === undefined) return { is: "bad", why: "a control_request wants a request_id" };
  const request = objectIn(said, "request") ?? {};
  return { is: "request", id, subtype: stringIn(request, "subtype") ?? "", request };
}

function responseIn(said: JsonObject): Incoming {
  const response = objectIn(said, "response") ?? {};
  const id = stringIn(response, "request_id");
  if (id === undefined) return { is: "bad", why: "a control_response wants a request_id" };
  if (response["subtype"] === "error")
    return { is: "response", id, heard: { ok: false, error: stringIn(response, "error") ?? "no reason" } };
  const inner = response["response"];
  return { is: "response", id, heard: { ok: true, response: isObject(inner) ? inner : {} } };
}
