/**
 * Hooks in a session: one firing each at its place. What a hook says is told in the log, as context from a hook, or as a verdict of
 * stage five; a place without hooks costs nothing.
 */
import type { Hooks, Transcript } from "@keelson/hooks";
import type { Board } from "@keelson/tools";
import { text, type Block, type Event, type HookEvent, type HookOutcome, type HookPayloads } from "@keelson/protocol";
import { spoken } from "./spoken.ts";
import type { Move } from "../seat.ts";

/** `transcript`: what hooks can read of the conversation; undefined where the session leaves nothing on the disk. */
export type BoundHooks = { readonly hooks: Hooks; readonly transcript: Transcript | undefined };
export type HookingParts = {
  /** Is any hook declared for it? Undefined where there are none at all. */
  readonly declared: () => ((event: HookEvent) => boolean) | undefined;
  /** Those that were bound; what has come in their place since, as soon as it was read. */
  readonly bound: () => BoundHooks | undefined;
  /** The same, once those that are declared now were read. */
  readonly bind: () => Promise<BoundHooks | undefined>;
  /** For the log and the screen. */
  readonly tell: (...events: readonly Event[]) => void;
  /** Words for the model, from a hook. */
  readonly receive: (content: readonly Block[]) => void;
  readonly board: Board;
  /** Where the session's shell went since the last look. */
  readonly moved: () => Move | undefined;
  /** Lines for each later command. */
  readonly environment: (script: string) => void;
  /** What is in the log now. */
  readonly note: (event: Event) => void;
};

const LEAVING_MS = 1_500; // for hooks that nobody waits for, when the session closes

export class Hooking implements AsyncDisposable {
  readonly #parts: HookingParts;
  readonly #closing = new AbortController();
  readonly #watched = new Set<string>();
  readonly #aside = new Set<Promise<void>>();

  constructor(parts: HookingParts) {
    this.#parts = parts;
  }

  get any(): boolean {
    return this.#parts.declared() !== undefined;
  }

  hears(event: HookEvent): boolean {
    return this.#parts.declared()?.(event) ?? false;
  }

  /** For the log and the screen. */
  tell(event: Event): void {
    this.#parts.tell(event);
  }

  /** An event that is in the log now. */
  note(event: Event): void {
    this.#parts.note(event);
  }

  /** What is in the log now can be read by hooks. */
  async flush(): Promise<void> {
    await (await this.#parts.bind())?.transcript?.flush();
  }

  /** What the hooks of an event come to; undefined where there are none. Contexts are on their way already, unless `keep` takes them. */
  async fire<E extends HookEvent>(
    event: E,
    payload: HookPayloads[E],
    signal: AbortSignal,
    keep?: (words: string) => void,
  ): Promise<HookOutcome | undefined> {
    if (!this.hears(event)) return undefined;
    const bound = await this.#parts.bind();
    if (!bound || !this.hears(event)) return undefined;
    const { tell, receive, environment } = this.#parts;
    await bound.transcript?.flush();
    const firing = bound.hooks.fire(event, payload, signal);
    let step = await firing.next();
    for (; !step.done; step = await firing.next()) tell(step.value);
    const outcome = step.value;
    for (const { text: words, by } of outcome.contexts) (keep ?? ((told: string) => receive([text(told)])))(spoken(by, words));
    for (const { text: words, by } of outcome.messages)
      tell({ type: "notice.raised", severity: "info", code: "hook_message", text: `${by.name}: ${words}` });
    for (const { script } of outcome.environment) environment(script);
    for (const path of outcome.said.watchPaths ?? []) this.#watched.add(path);
    return outcome;
  }

  /** Files that hooks want to be told of when they change: names in the session's folder, or paths. */
  get watched(): readonly string[] {
    return [...new Set([...(this.#parts.bound()?.hooks.watched ?? []), ...this.#watched])];
  }

  get board(): Board {
    return this.#parts.board;
  }

  /** After a call: what hooks leave for a new folder is there before the next command. */
  async follow(signal: AbortSignal): Promise<void> {
    const move = this.#parts.moved();
    if (move) await this.fire("CwdChanged", { old_cwd: move.from, new_cwd: move.to }, signal);
  }

  /** For those that only look on: nobody waits for them but the closing of the session, for a moment. */
  observe<E extends HookEvent>(event: E, payload: HookPayloads[E], signal: AbortSignal): void {
    if (!this.hears(event)) return;
    const both = AbortSignal.any([signal, this.#closing.signal]);
    const going: Promise<void> = this.fire(event, payload, both)
      .then(nothing, nothing) // aborted: the log says so
      .finally(() => this.#aside.delete(going));
    this.#aside.add(going);
  }

  /** What hooks in the background have said since. */
  hear(): void {
    for (const { event, context, message, by } of this.#parts.bound()?.hooks.drain() ?? []) {
      this.#parts.tell(event);
      if (context !== undefined) this.#parts.receive([text(spoken(by, context))]);
      if (message !== undefined)
        this.#parts.tell({ type: "notice.raised", severity: "info", code: "hook_message", text: `${by.name}: ${message}` });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const limit = setTimeout(() => this.#closing.abort(), LEAVING_MS);
    await Promise.all(this.#aside);
    clearTimeout(limit);
    await this.#parts.bound()?.hooks[Symbol.asyncDispose]();
  }
}

const nothing = (): void => {};
