/** SendMessage: a word to a sub-agent, while it works or afterwards. It arrives as what it is: a peer's, never the user's. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed, said } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";

const LONGEST = 100_000; // characters
const input = z.object({
  to: z.string().check(z.minLength(1), z.describe("The agent's id or name")),
  message: z.string().check(z.minLength(1), z.maxLength(LONGEST)),
});

export function sendMessageBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof input>>({
    name: "SendMessage",
    description:
      "Sends a message to a sub-agent of this session. One that works reads it after its next step; one that has ended goes on with it in the background.",
    input,
    effects: ({ to }) => [{ do: "spawn", agent: to }],
    readOnly: false,
    async *run({ to, message }, ctx) {
      const sent = await kit.agents?.send(to, message, ctx);
      if (!sent) return failed("There are no sub-agents here.");
      return sent.ok ? said(sent.words) : failed(sent.words);
    },
  });
}
