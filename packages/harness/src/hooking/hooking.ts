/**
 * Hooks in a session: one firing each at its place. What a hook says is told in the log, as context from a hook, or as a verdict of
 * stage five; a place without hooks costs nothing.
 */
import type { Hooks } from "@keelson/hooks";
import { text, type Block, type Event, type HookEvent, type HookOutcome, type HookPayloads } from "@keelson/protocol";

export type HookingParts = {
  readonly hooks: Hooks;
  /** For the log and the screen. */
  readonly tell: (...events: readonly Event[]) => void;
  /** Words for the model, from a hook. */
  readonly receive: (content: readonly Block[]) => void;
  /** Lines for each later command. */
  readonly environment: (script: string) => void;
};

export class Hooking implements AsyncDisposable {
  readonly #parts: HookingParts | undefined;

  constructor(parts: HookingParts | undefined) {
    this.#parts = parts;
  }

  get any(): boolean {
    return this.#parts !== undefined;
  }

  /** What the hooks of an event come to; undefined where there are none. Contexts are on their way already, unless `keep` takes them. */
  async fire<E extends HookEvent>(
    event: E,
    payload: HookPayloads[E],
    signal: AbortSignal,
    keep?: (words: string) => void,
  ): Promise<HookOutcome | undefined> {
    if (!this.#parts) return undefined;
    const { hooks, tell, receive, environment } = this.#parts;
    const firing = hooks.fire(event, payload, signal);
    let step = await firing.next();
    for (; !step.done; step = await firing.next()) tell(step.value);
    const outcome = step.value;
    for (const { text: words } of outcome.contexts) (keep ?? ((told: string) => receive([text(told)])))(words);
    for (const { text: words, by } of outcome.messages)
      tell({ type: "notice.raised", severity: "info", code: "hook_message", text: `${by.name}: ${words}` });
    for (const { script } of outcome.environment) environment(script);
    return outcome;
  }

  /** What hooks in the background have said since. */
  hear(): void {
    if (!this.#parts) return;
    for (const { event, context, message, by } of this.#parts.hooks.drain()) {
      this.#parts.tell(event);
      if (context !== undefined) this.#parts.receive([text(context)]);
      if (message !== undefined)
        this.#parts.tell({ type: "notice.raised", severity: "info", code: "hook_message", text: `${by.name}: ${message}` });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts?.hooks[Symbol.asyncDispose]();
  }
}
