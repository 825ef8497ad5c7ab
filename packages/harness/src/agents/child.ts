import {
  text,
  type Block,
  type EndReason,
  type Envelope,
  type Event,
  type JsonObject,
  type Problem,
  type ToolOutput,
} from "@keelson/protocol";
import type { Work } from "@keelson/tools";
import type { Ledger } from "../budget/ledger.ts";
import type { Conversation } from "../session.ts";
import { lastWords } from "./last-words.ts";
import { WAITING, WAITS } from "./roll.ts";
import type { Tree } from "./worktree.ts";

/** A conversation of its own, open for as long as its parent's. */
export type Opened = {
  readonly session: string;
  readonly conversation: Conversation;
  readonly ledger: Ledger;
  /** What it was to have and doesn't. */
  readonly problems: readonly Problem[];
  /** The one of its own that it works in. */
  readonly tree: Tree | undefined;
  /** Before it goes on: its tree is made again where it is gone. In words why it can't be. */
  readonly enter: (signal: AbortSignal) => Promise<string | undefined>;
  /** What is to be said about where it worked, once it has ended. */
  readonly leave: () => Promise<string | undefined>;
  readonly close: () => Promise<void>;
};
export type About = { readonly id: string; readonly kind: string; readonly description: string; readonly name: string | undefined };

/** A sub-agent: prompts go in one after the other, envelopes come out; what it came to is for its parent's model. */
export class Child implements Work {
  readonly about: About;
  readonly #opened: Opened;
  readonly #stop = new AbortController();
  #runs: Promise<unknown> = Promise.resolve();
  #state: string;
  #answer = "";
  #over: Promise<void> = Promise.resolve();

  /** `state`: why it had ended, where it was there before. */
  constructor(about: About, opened: Opened, state = "running") {
    this.about = about;
    this.#opened = opened;
    this.#state = state;
    this.#answer = lastWords(opened.conversation.view);
  }

  get id(): string {
    return this.about.id;
  }
  get session(): string {
    return this.#opened.session;
  }
  get done(): Promise<unknown> {
    return this.#runs;
  }
  /** Its run has ended, and it was told. */
  get over(): Promise<void> {
    return this.#over;
  }
  state(): string {
    return this.#state;
  }
  output(): string {
    return this.#answer;
  }

  /** For who asked for what it came to before this program. */
  told(): ToolOutput {
    return this.#outcome(this.#state, 0, undefined);
  }

  /** One prompt to its end; none where it goes on from a question. `tell`: what belongs into its parent's log. */
  async *run(prompt: readonly Block[], signal: AbortSignal, tell: (event: Event) => void): AsyncGenerator<Envelope, ToolOutput> {
    this.#state = "running";
    let end = (): void => {};
    this.#over = new Promise((done) => (end = done));
    const before = this.#opened.ledger.spent;
    const both = AbortSignal.any([signal, this.#stop.signal]);
    let reason: EndReason | undefined;
    let turns = 0;
    try {
      for await (const envelope of this.#opened.conversation.run(prompt, both)) {
        if (envelope.event.type === "run.ended" && envelope.session === this.session) {
          ({ reason } = envelope.event);
          turns = Number(envelope.event.totals["turns"] ?? 0);
        }
        yield envelope;
      }
    } finally {
      this.#state = reason ?? "stopped";
      this.#answer = lastWords(this.#opened.conversation.view);
      const { spent } = this.#opened.ledger;
      const cost = { usd: spent.usd - before.usd, tokens: spent.tokens - before.tokens, calls: spent.calls - before.calls };
      tell({
        type: "agent.completed",
        agentId: this.id,
        session: this.session,
        body: { ...this.#told(), reason: this.#state, turns, spent: cost },
      });
      end();
    }
    const left = await this.#opened.leave();
    return this.#outcome(reason ?? "aborted_streaming", turns, left);
  }

  /** Follows a run that nobody else does. */
  attend(run: Promise<unknown>): void {
    this.#runs = run;
  }

  receive(message: string): void {
    this.#opened.conversation.receive([text(message)], "peer");
  }

  /** Before it goes on. In words why it can't. */
  async enter(signal: AbortSignal): Promise<string | undefined> {
    return await this.#opened.enter(signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#runs;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#opened.close();
  }

  started(callId: string | undefined, background: boolean): Event {
    return {
      type: "agent.started",
      agentId: this.id,
      session: this.session,
      ...(callId !== undefined && { callId }),
      body: { ...this.#told(), background, ...(this.#opened.tree && { tree: { ...this.#opened.tree } }) },
    };
  }

  #told(): JsonObject {
    const { kind, description, name } = this.about;
    return { kind, description, ...(name !== undefined && { name }) };
  }

  #outcome(reason: string, turns: number, left: string | undefined): ToolOutput {
    if (reason === WAITING) return { content: [text(WAITS)], deferred: true };
    const early = reason === "completed" ? [] : [`The agent ended early: ${reason}. What it said last:`];
    const words = [
      ...early,
      this.#answer || "(it said nothing)",
      ...(left === undefined ? [] : [left]),
      `[${this.id}: SendMessage goes on with it]`,
    ];
    return {
      content: [text(words.join("\n"))],
      ...(reason !== "completed" && { isError: true }),
      data: { agentId: this.id, session: this.session, reason, turns },
      display: { ...this.#told(), kind: "agent", agent: this.about.kind, agentId: this.id, session: this.session, reason, turns },
    };
  }
}
