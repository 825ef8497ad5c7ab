import type { Network } from "@keelson/model";
import type { Rule } from "@keelson/protocol";
import type { BlockKit } from "@keelson/tools";
import type { AskModel } from "./asking.ts";

type Web = NonNullable<BlockKit["web"]>;
type Reach = {
  readonly network: Network;
  readonly rules: () => readonly Rule[];
  readonly wall: () => number;
  readonly ask: () => AskModel | undefined;
};

/** The web as the session's tools see it: one network, and a model of its own that reads a page in the session's place. */
export function webOf({ network, rules, wall, ask }: Reach): Web {
  return {
    fetch: (url, request) => network.fetch(url, request),
    proxied: (url) => network.proxied(url),
    now: wall,
    allowPrivate: (host) => rules().some(({ behavior, text }) => behavior === "allow" && text.trim() === `WebFetch(domain:${host})`),
    async summarise({ system, content }, signal) {
      const model = ask();
      if (!model) return { ok: false, error: "No model is there yet to read it." };
      const prompt = content.map((block) => (block.type === "text" ? String(block["text"]) : `[${block.type}]`)).join("\n\n");
      try {
        return { ok: true, text: await model({ system, prompt }, signal) };
      } catch (error) {
        signal.throwIfAborted();
        return { ok: false, error: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
