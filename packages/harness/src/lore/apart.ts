/** A skill that the user started by its name and that is an agent's to carry out: the agent works, and what it says is there before the model is asked. */
import { text, type Event, type ToolContext } from "@keelson/protocol";
import type { Agents } from "@keelson/tools";
import { orderOf } from "../skills/port.ts";
import type { Fork } from "../skills/start.ts";

export type Apart = { readonly id: string; readonly fork: Fork };

/** It is waited for, whatever its text says of the background: the user wants to see what comes of it. */
export async function* carryOut({ id, fork }: Apart, agents: Pick<Agents, "start">, ctx: ToolContext): AsyncGenerator<Event> {
  const steps = agents.start(orderOf(id, { ...fork, background: false }), ctx);
  let step = await steps.next();
  for (; !step.done; step = await steps.next())
    if (step.value.type === "child") yield { type: "agent.relayed", envelope: step.value.envelope };
  const { content, isError } = step.value;
  const head = isError ? `The skill ${id} was handed to an agent, which didn't finish it.` : `The skill ${id} was carried out by an agent.`;
  const said = content.flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");
  yield { type: "context.added", from: "task", content: [text(`${head} It says:\n\n${said}\n\nTell the user what came of it.`)] };
}
