import { isToolUse, type Envelope, type ToolUse } from "@keelson/protocol";
import { resultLines, titleOf, type Look } from "./call-lines.ts";
import { shorten, visible } from "./clean.ts";
import { labelOf, muster, nobody, type Crew, type Member } from "./crew.ts";
import { seconds, waitingLine } from "./recovery-line.ts";

/** What sub-agents do, below their parent: whose it is, and one line for each step. What went well is seen in their answer. */
export class CrewLines {
  readonly #look: () => Look;
  readonly #calls = new Map<string, ToolUse>();
  #crew: Crew = nobody();

  constructor(look: () => Look) {
    this.#look = look;
  }

  get crew(): Crew {
    return this.#crew;
  }

  show(envelope: Envelope): readonly string[] {
    const { event, path } = envelope;
    this.#crew = muster(this.#crew, envelope);
    const member = this.#crew.get("agentId" in event ? event.agentId : (path.at(-1) ?? ""));
    if (!member) return [];
    if (event.type === "agent.completed") return member.background ? [endLine(member, this.#look())] : [];
    if (event.type === "block.completed" && isToolUse(event.block)) this.#calls.set(keyOf(path, event.block.id), event.block);
    const label = `${"  ".repeat(member.path.length)}${visible(labelOf(member))} │`;
    const { paint, width } = this.#look();
    return this.#step(envelope, Math.max(width - label.length - 1, NARROWEST)).map((line) => `${paint.dim(label)} ${line}`);
  }

  #step({ event, path }: Envelope, width: number): readonly string[] {
    const look = { ...this.#look(), width };
    switch (event.type) {
      case "call.started": {
        const use = this.#calls.get(keyOf(path, event.callId));
        return use ? [titleOf(use, look)] : [];
      }
      case "call.completed": {
        const name = this.#calls.get(keyOf(path, event.callId))?.name ?? "";
        return event.outcome === "ok" ? [] : resultLines(event, name, look).slice(0, 1);
      }
      case "recovery.attempted":
        return [look.paint.warning(waitingLine(event))];
      case "notice.raised":
        return event.severity === "info" ? [] : [look.paint.warning(shorten(visible(event.text), look.width))];
    }
    return [];
  }
}

/** Columns of a step, however long its label is. */
const NARROWEST = 20;
const keyOf = (path: readonly string[], callId: string): string => [...path, callId].join("/");

function endLine(member: Member, { paint }: Look): string {
  const well = member.state === "completed";
  const took = member.ended === undefined ? "" : ` · ${seconds(member.ended - member.began)}`;
  const calls = `${member.calls} ${member.calls === 1 ? "call" : "calls"}`;
  return `${well ? paint.added("✔") : paint.warning("✗")} ${paint.dim(`${visible(labelOf(member))} has ended: ${member.state} · ${calls}${took}`)}`;
}

/** One for each agent, for /agents. */
export function rosterLines(crew: Crew, now: number): readonly string[] {
  return [...crew.values()].map((member) => {
    const { path, kind, state, calls, tokens, began, ended, background } = member;
    const facts = [
      ...(kind === "" ? [] : [visible(kind)]),
      ...(background ? ["in the background"] : []),
      state,
      `${calls} ${calls === 1 ? "call" : "calls"}`,
      `${tokens.toLocaleString("en-US")} tokens`,
      seconds((ended ?? now) - began),
    ];
    return `${"  ".repeat(path.length - 1)}${state === "running" ? "●" : state === "completed" ? "✔" : "✗"} ${visible(labelOf(member))}: ${facts.join(" · ")}`;
  });
}
