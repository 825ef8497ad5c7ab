/** An agent that a hook asks: it reads, answers and is gone. Rule: no hook fires inside of it, it starts no other and nobody is asked for it. */
import { randomBytes } from "node:crypto";
import type { HookPorts } from "@keelson/hooks";
import { text, type Event } from "@keelson/protocol";
import type { AgentKind } from "../agents/kinds.ts";
import type { TeamParts } from "../agents/team.ts";

const READING = ["Glob", "Grep", "LS", "Read"];
const DESCRIPTION = "judges an event for a hook";

/** `tell`: into the log of the session, which pays for it. */
export function hookAgent(open: TeamParts["open"], tell: (event: Event) => void): NonNullable<HookPorts["runAgent"]> {
  return async function* ({ system, prompt, model, maxTurns, hooks }, signal) {
    const id = `hook_${randomBytes(3).toString("hex")}`;
    const kind: AgentKind = {
      name: "hook",
      description: DESCRIPTION,
      prompt: async () => system,
      tools: READING,
      permissionMode: "dontAsk",
      maxTurns,
      hooks,
    };
    const order = { kind: kind.name, prompt, description: DESCRIPTION, model, background: false, isolation: undefined, name: undefined };
    const opened = await open({ id, kind, order }, signal);
    if (typeof opened === "string") throw new Error(opened);
    const { Child } = await import("../agents/child.ts");
    const child = new Child({ id, kind: kind.name, description: DESCRIPTION, name: undefined }, opened);
    const run = child.run([text(prompt)], signal, tell);
    try {
      tell(child.started(undefined, false));
      for await (const envelope of run) if (envelope.seq !== undefined) yield { type: "agent.relayed", envelope };
      return child.output();
    } finally {
      await child.close();
    }
  };
}
