import {
  isToolUse,
  type EndReason,
  type LoopState,
  type Block,
  type Event,
  type HookCommon,
  type HookEvent,
  type HookPayloads,
} from "@keelson/protocol";
import { answerIn } from "../structured.ts";
import type { Lineage } from "../lineage.ts";
import type { Hooking } from "./hooking.ts";
import { spoken, stopWords } from "./spoken.ts";
import { blockIn, type Blocked } from "./text-hooks.ts";

/** Where a conversation stops to ask its hooks. For a sub-agent some of them have another name. */
export type Rites = {
  /** What the log has now. */
  note(event: Event): void;
  /** Before the first prompt. */
  begin(signal: AbortSignal): Promise<void>;
  /** Why a prompt isn't taken. */
  submit(prompt: readonly Block[], signal: AbortSignal): Promise<Blocked | undefined>;
  /** Behind all calls of a reply. In words why the run ends here. */
  batch(state: LoopState, signal: AbortSignal): Promise<string | undefined>;
  /** `hold`: go on, with these words. `end`: stop whatever else there is. */
  stopping(state: LoopState, signal: AbortSignal): Promise<{ readonly hold: string } | { readonly end: string } | undefined>;
  ended(reason: EndReason, signal: AbortSignal): Promise<void>;
  /** When the session closes. */
  close(): Promise<void>;
};
export type RitesOf = {
  readonly hooking: Hooking;
  readonly agent:
    | { readonly id: string; readonly kind: string; readonly transcript: string; readonly parent: Lineage["parent"] }
    | undefined;
  readonly source: HookPayloads["SessionStart"]["source"];
  /** Asked for on the command line. */
  readonly setup: HookPayloads["Setup"]["trigger"] | undefined;
  readonly model: () => string;
  readonly title: (title: string) => void;
  /** Words that stand before the first prompt; undefined where a person gives it. */
  readonly begin: ((words: string) => void) | undefined;
  /** Reads plugin directories again. */
  readonly reload: () => Promise<void>;
};

const CLOSING_MS = 10_000;
const FAILURES: readonly EndReason[] = ["model_error", "output_limit", "prompt_too_long", "image_error", "refusal", "blocking_limit"];

export function ritesOf({ hooking, agent, source, setup, model, title, ...of }: RitesOf): Rites {
  let begun = false;
  const fire = <E extends HookEvent>(event: E, payload: HookPayloads[E], signal: AbortSignal) => hooking.fire(event, payload, signal);
  return {
    note: (event) => hooking.note(event),
    async begin(signal) {
      if (begun) return;
      begun = true;
      if (agent) return void (await fire("SubagentStart", { agent_id: agent.id, agent_type: agent.kind }, signal));
      if (setup) await fire("Setup", { trigger: setup }, signal);
      const { said } = (await fire("SessionStart", { source, model: model() }, signal)) ?? {};
      if (said?.sessionTitle !== undefined) title(said.sessionTitle);
      if (said?.initialUserMessage !== undefined) of.begin?.(said.initialUserMessage);
      if (said?.reloadSkills === true) await of.reload();
    },
    async submit(prompt, signal) {
      if (agent) return undefined; // no user has written it
      const words = prompt.flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");
      const outcome = await fire("UserPromptSubmit", { prompt: words }, signal);
      if (outcome?.said.sessionTitle !== undefined) title(outcome.said.sessionTitle);
      return blockIn(outcome);
    },
    async batch({ view }, signal) {
      hooking.hear();
      if (!hooking.any || !view.reply) return undefined;
      const { blocks, results } = view.reply;
      const calls = blocks.filter(isToolUse).map(({ id, name, input }) => {
        const response = results[id]?.["content"];
        return { tool_name: name, tool_input: input, tool_use_id: id, ...(response !== undefined && { tool_response: response }) };
      });
      const outcome = calls.length > 0 ? await fire("PostToolBatch", { tool_calls: calls }, signal) : undefined;
      if (outcome?.stop) return stopWords(outcome.stop);
      return outcome?.decision?.behavior === "deny" ? `${outcome.decision.by.name}: ${outcome.decision.reason}` : undefined;
    },
    async stopping({ view, stopBlocks }, signal) {
      hooking.hear();
      const said = { stop_hook_active: stopBlocks > 0, last_assistant_message: answerIn(view) };
      const outcome = agent
        ? await fire(
            "SubagentStop",
            { ...said, ...(await parentOf(agent)), agent_id: agent.id, agent_type: agent.kind, agent_transcript_path: agent.transcript },
            signal,
          )
        : await fire("Stop", said, signal);
      if (outcome?.stop) return { end: stopWords(outcome.stop) };
      return outcome?.decision?.behavior === "deny" ? { hold: spoken(outcome.decision.by, outcome.decision.reason) } : undefined;
    },
    async ended(reason, signal) {
      if (!agent && FAILURES.includes(reason) && !signal.aborted) await fire("StopFailure", { error: reason }, signal);
    },
    async close() {
      if (!agent && begun) await fire("SessionEnd", { reason: "other" }, AbortSignal.timeout(CLOSING_MS)).catch(() => undefined); // it has had its time
      await hooking[Symbol.asyncDispose]();
    },
  };
}

/** The end of a sub-agent is told as its parent's event. */
const parentOf = async ({ parent }: NonNullable<RitesOf["agent"]>): Promise<Partial<HookCommon>> =>
  parent ? { session_id: parent.session, transcript_path: await parent.transcript() } : {};
