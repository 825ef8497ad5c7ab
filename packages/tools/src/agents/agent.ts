/** Agent: hands a part of the work to a sub-agent, which is the same loop with a log of its own. */
import * as z from "zod/mini";
import type { Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { failed } from "../define/said.ts";
import type { BlockKit } from "../blocks/kit.ts";
import { GENERAL } from "./ports.ts";

const LONGEST_PROMPT = 100_000; // characters
const NAME = /^[A-Za-z0-9][\w:.-]{0,63}$/;

const input = z.object({
  description: z.string().check(z.minLength(1), z.maxLength(200), z.describe("The work in three to five words, for the user")),
  prompt: z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(LONGEST_PROMPT),
      z.describe("All that the agent must know: it sees nothing else of this conversation"),
    ),
  subagent_type: z.optional(z.string().check(z.minLength(1), z.describe("The kind of agent, by name; fork is yourself with all you know"))),
  model: z.optional(z.string().check(z.minLength(1))),
  run_in_background: z.optional(z.boolean()),
  isolation: z.optional(z.enum(["worktree"])),
  name: z.optional(
    z.string().check(z.regex(NAME, "Letters, digits, and . _ : - inside; at most 64."), z.describe("By which SendMessage reaches it")),
  ),
});

export function agentBlock(kit: BlockKit): Tool {
  return defineTool<z.infer<typeof input>>({
    name: "Agent",
    description: `Hands a part of the work to a sub-agent with a context of its own; you get its answer. Several in one reply run at once.
- For broad searches, for independent parts, for work whose details you don't need. For one file that you know, use Read.
- It can't ask you anything: say all that matters, what to do and what to answer with.
- run_in_background: you go on at once and are told when it ends. SendMessage reaches it meanwhile and afterwards, TaskStop ends it.
- isolation worktree: it works in a git working tree of its own; what it leaves there is kept and named.`,
    input,
    effects: ({ subagent_type: kind = GENERAL }) => [{ do: "spawn", agent: kind }],
    concurrencySafe: true,
    replay: "idempotent", // one that was started by this call goes on, or is told of
    async *run({ subagent_type: kind, run_in_background: background = false, description, prompt, model, isolation, name }, ctx) {
      if (!kit.agents) return failed("Nothing ran: there are no sub-agents here. Do the work yourself.");
      return yield* kit.agents.start({ kind, prompt, description, model, background, isolation, name, waits: true }, ctx);
    },
  });
}
