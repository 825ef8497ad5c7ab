import { lookUp, shape } from "@keelson/model";
import { text, type Model } from "@keelson/protocol";
import type { Gathered } from "./gather.ts";

/** One answer of a model, metered; without tools and without anything of the conversation. */
export type AskModel = (
  asked: { readonly system: string; readonly prompt: string; readonly model?: string },
  signal: AbortSignal,
) => Promise<string>;
const ANSWER_TOKENS = 4_096;
type Asking = { readonly model: Model; readonly name: () => string; readonly dialect: Gathered["dialect"] };

export function asking({ model, name, dialect }: Asking): AskModel {
  return async ({ system: fixed, prompt, model: wanted }, signal) => {
    const info = lookUp(wanted ?? name());
    const body = shape({ dialect, model: info, system: { fixed, live: "" }, tools: [] });
    const maxTokens = Math.min(ANSWER_TOKENS, info.outputLimit);
    let words = "";
    for await (const part of model({ model: info.id, messages: [{ role: "user", content: [text(prompt)] }], maxTokens, body }, signal))
      if (part.type === "block.completed" && part.block.type === "text") words += String(part.block["text"]);
    return words;
  };
}
