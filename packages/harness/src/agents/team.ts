/**
 * The sub-agents that one conversation has started. Their logs are their own; what it must know of them goes into its log beside the
 * loop. All of them together, at any depth, are bounded.
 */
import { randomBytes } from "node:crypto";
import { text, UNKNOWN, type Block, type Event, type ToolContext, type ToolOutput, type ToolStep } from "@keelson/protocol";
import { GENERAL, type AgentOrder, type Agents, type Work } from "@keelson/tools";
import type { Beside } from "../beside.ts";
import { noticeOf } from "../gather.ts";
import type { About, Child, Opened } from "./child.ts";
import type { Wanted } from "./descend.ts";
import type { AgentKind } from "./kinds.ts";
import { saidLast } from "./last-words.ts";
import { News } from "./news.ts";
import { WAITING, type Enlisted, type Roll } from "./roll.ts";

export const MOST_RUNNING = 10; // where the settings say nothing
export const DEEPEST = 3;

/** How many run now, at any depth, and how many may. */
export type Crew = { running: number; readonly most: number };
export type TeamParts = {
  readonly kinds: ReadonlyMap<string, AgentKind>;
  readonly beside: Beside;
  readonly crew: Crew;
  /** How many agents stand above a child of this conversation. */
  readonly depth: number;
  /** In words why it can't be opened. */
  readonly open: (wanted: Wanted, signal: AbortSignal) => Promise<Opened | string>;
  /** Those that the log tells of. */
  readonly before: () => Roll;
  /** What is left of a call that the log began with: it was started before this program, by a program that went away. */
  readonly left: (callId: string) => "nothing" | { readonly words: string | undefined };
  /** Has the question of an agent been answered, or is its time over? */
  readonly isAnswered: (id: string) => boolean;
  /** Of the run that is under way: what goes on in the background ends with it. */
  readonly running: () => AbortSignal;
  /** Words that arrive at this conversation. */
  readonly receive: (words: string) => void;
};

export class Team implements Agents, AsyncDisposable {
  readonly #parts: TeamParts;
  readonly #children = new Map<string, Child>();
  readonly #news = new News();
  readonly #told = new Set<string>();
  readonly #names = new Map<string, string>(); // of agents, from before their logs are open
  readonly #woken = new Set<string>();
  readonly #following = new Set<Child>(); // in the background

  constructor(parts: TeamParts) {
    this.#parts = parts;
  }

  async *start(order: AgentOrder, ctx: ToolContext): AsyncGenerator<ToolStep, ToolOutput> {
    const { kinds, beside } = this.#parts;
    const again = this.#startedBy(ctx.callId);
    if (again) return yield* this.#again(again, ctx);
    const kind = kinds.get(order.kind ?? GENERAL);
    if (!kind) return refused(`No kind of agent is named ${order.kind}. There are ${[...kinds.keys()].join(", ")}.`);
    const full = this.#full();
    if (full !== undefined) return refused(full);
    const namesake = this.#namesake(order.name);
    if (namesake?.works)
      return refused(`${namesake.id} works under the name ${order.name} already. Take another name, or SendMessage to it.`);
    const id = `agent_${randomBytes(3).toString("hex")}`;
    if (order.name !== undefined) this.#names.set(order.name, id);
    this.#parts.crew.running++; // before the first wait: others may start at once
    const opened = await this.#open({ id, kind, order }, ctx.signal);
    if (typeof opened === "string") {
      this.#parts.crew.running--;
      if (order.name !== undefined) this.#names.delete(order.name);
      return refused(`The agent couldn't be started. ${opened}`);
    }
    const child = await this.#enlist({ id, kind: kind.name, description: order.description, name: order.name }, opened);
    const renamed = namesake ? [text(`[The name ${order.name} was ${namesake.id}'s; it is ${id}'s now.]`)] : [];
    const background = order.background || kind.background === true;
    beside.push(...this.#untold(opened), child.started(ctx.callId, background));
    if (background) {
      this.#follow(child, [text(order.prompt)]);
      return {
        content: [
          text(`${id} works in the background. You are told when it ends; SendMessage reaches it, TaskOutput shows what it came to.`),
          ...renamed,
        ],
        data: { agentId: id, session: child.session },
      };
    }
    const output = yield* this.#work(child, [text(order.prompt)], ctx.signal);
    return { ...output, content: [...output.content, ...renamed] };
  }

  async send(to: string, message: string, ctx: ToolContext): Promise<{ readonly ok: boolean; readonly words: string }> {
    const here = this.#children.get(to) ?? [...this.#children.values()].findLast(({ about }) => about.name === to);
    const child = here ?? (await this.#takeUp(to, ctx.signal));
    if (typeof child === "string") return { ok: false, words: child };
    if (!child) return { ok: false, words: `No agent is called ${to}. ${this.#known()}` };
    if (child.state() === "running") {
      child.receive(message);
      return { ok: true, words: `${child.id} reads it after its next step.` };
    }
    const full = this.#full();
    if (full !== undefined) return { ok: false, words: full };
    this.#parts.crew.running++;
    const lost = await child.enter(ctx.signal);
    if (lost !== undefined) {
      this.#parts.crew.running--;
      return { ok: false, words: `${child.id} can't go on. ${lost}` };
    }
    this.#parts.beside.push(child.started(ctx.callId, true));
    this.#follow(child, [text(message)]);
    return { ok: true, words: `${child.id} had ended and goes on with it in the background.` };
  }

  find(id: string): Work | undefined {
    return this.all().find((work) => work.id === id);
  }
  all(): readonly Work[] {
    const before = [...this.#parts.before().values()].filter(({ id }) => !this.#children.has(id));
    return [...before.map(workOf), ...this.#children.values()];
  }

  get busy(): boolean {
    return this.#following.size > 0;
  }

  /** Waits for news of those in the background; false when none is there. */
  async attend(signal: AbortSignal): Promise<boolean> {
    await this.#wake(signal);
    if (!this.busy) return false;
    await this.#news.next(signal);
    return true;
  }

  /** After an interrupt: waits until those in the background have ended. What they leave behind may take longer. */
  async ended(): Promise<void> {
    await Promise.all([...this.#following].map(({ over }) => over));
  }

  /** Whoever waits has something else to do. */
  nudge(): void {
    this.#news.ring();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#children.values()].map((child) => child.close()));
  }

  /** Who has the name, and whether it works just now. */
  #namesake(name: string | undefined): { readonly id: string; readonly works: boolean } | undefined {
    const id =
      this.#names.get(name ?? "") ?? [...this.#parts.before().values()].findLast((one) => name !== undefined && one.name === name)?.id;
    if (id === undefined) return undefined;
    const child = this.#children.get(id);
    return { id, works: child ? child.state() === "running" : this.#names.has(name ?? "") };
  }

  /** Once, however many of a kind are started. */
  #untold({ problems }: Opened): readonly Event[] {
    const fresh = problems.filter(({ text: said }) => !this.#told.has(said));
    for (const { text: said } of fresh) this.#told.add(said);
    return fresh.map(noticeOf);
  }

  /** By this very call, before: the agent waits for an answer, or the program went away. */
  #startedBy(callId: string): Enlisted | undefined {
    const before = [...this.#parts.before().values()].findLast((one) => one.callId === callId);
    return before?.state === WAITING || this.#parts.left(callId) !== "nothing" ? before : undefined;
  }

  /** One that waited goes on; of any other it is told what it came to. It isn't started a second time. */
  async *#again({ id, state }: Enlisted, ctx: ToolContext): AsyncGenerator<ToolStep, ToolOutput> {
    const left = this.#parts.left(ctx.callId);
    const words = left === "nothing" ? undefined : left.words;
    if (state !== WAITING && words !== undefined) return refused(`${UNKNOWN} ${words}`);
    const child = this.#children.get(id) ?? (await this.#takeUp(id, ctx.signal));
    if (typeof child !== "object") return refused(child ?? UNKNOWN);
    if (state !== WAITING) return child.told();
    const full = this.#full() ?? (await child.enter(ctx.signal));
    if (full !== undefined) return refused(`${id} can't go on. ${full}`);
    this.#parts.crew.running++;
    this.#parts.beside.push(child.started(ctx.callId, false));
    return yield* this.#work(child, [], ctx.signal);
  }

  /** Those in the background whose questions were answered meanwhile. */
  async #wake(signal: AbortSignal): Promise<void> {
    for (const { id, state, background } of this.#parts.before().values()) {
      if (state !== WAITING || !background || this.#woken.has(id) || !this.#parts.isAnswered(id)) continue;
      this.#woken.add(id);
      const child = this.#children.get(id) ?? (await this.#takeUp(id, signal));
      const trouble = typeof child === "object" ? (this.#full() ?? (await child.enter(signal))) : child;
      if (typeof child !== "object" || trouble !== undefined) {
        this.#parts.receive(trouble ?? `The agent ${id} is gone.`);
        continue;
      }
      this.#parts.crew.running++;
      this.#parts.beside.push(child.started(undefined, true));
      this.#follow(child, []);
    }
  }

  async *#work(child: Child, prompt: readonly Block[], signal: AbortSignal, tell = this.#tell): AsyncGenerator<ToolStep, ToolOutput> {
    try {
      const run = child.run(prompt, signal, tell);
      let step = await run.next();
      for (; !step.done; step = await run.next()) yield { type: "child", envelope: step.value };
      return step.value;
    } finally {
      this.#parts.crew.running--;
    }
  }

  readonly #tell = (event: Event): void => this.#parts.beside.push(event);

  /** What it says goes on as it comes, the ephemeral apart: nobody holds it back, so nothing may pile up. */
  #follow(child: Child, prompt: readonly Block[]): void {
    const { beside, receive } = this.#parts;
    const signal = this.#parts.running();
    this.#following.add(child);
    const tell = (event: Event): void => {
      beside.push(event);
      if (signal.aborted) receive(interruptedLine(child));
    };
    const follow = async (): Promise<void> => {
      let words = "";
      let ended = " has ended.\n";
      try {
        const run = this.#work(child, prompt, signal, tell);
        let step = await run.next();
        for (; !step.done; step = await run.next()) {
          if (step.value.type === "child" && step.value.envelope.seq !== undefined)
            beside.push({ type: "agent.relayed", envelope: step.value.envelope });
          this.#news.ring();
        }
        words = String(step.value.content[0]?.["text"] ?? "");
        if (step.value.deferred) ended = " ";
      } catch (error) {
        words = `It failed: ${error instanceof Error ? error.message : String(error)}`;
      }
      this.#following.delete(child);
      if (!signal.aborted) receive(`The agent ${child.id} (${child.about.description})${ended}${words}`);
      this.#news.ring();
    };
    child.attend(follow());
  }

  /** One of before this program, with all it knew. Undefined where there was none; in words why it can't go on. */
  async #takeUp(to: string, signal: AbortSignal): Promise<Child | string | undefined> {
    const roll = this.#parts.before();
    const before = roll.get(to) ?? [...roll.values()].findLast(({ name }) => name === to);
    if (!before) return undefined;
    const { id, kind: named, description, name, state } = before;
    const kind = this.#parts.kinds.get(named) ?? this.#parts.kinds.get(GENERAL);
    if (!kind) return `There is no kind of agent named ${named} any more.`;
    const order = {
      kind: named,
      prompt: "",
      description,
      model: undefined,
      background: true,
      isolation: undefined,
      name,
      waits: true as const,
    };
    const opened = await this.#open({ id, kind, order, before }, signal);
    if (typeof opened === "string") return `The agent ${id} can't go on. ${opened}`;
    return await this.#enlist({ id, kind: named, description, name }, opened, state);
  }

  async #enlist(about: About, opened: Opened, state?: string): Promise<Child> {
    const { Child: Made } = await import("./child.ts"); // most sessions start none
    const child = new Made(about, opened, state);
    this.#children.set(about.id, child);
    return child;
  }

  async #open(wanted: Wanted, signal: AbortSignal): Promise<Opened | string> {
    return await this.#parts.open(wanted, signal).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  }

  #full(): string | undefined {
    const { crew, depth } = this.#parts;
    if (depth >= DEEPEST) return `Agents can't be started deeper than ${DEEPEST}. Do this part yourself.`;
    return crew.running >= crew.most ? `${crew.most} agents run already. Wait for one of them, or end one with TaskStop.` : undefined;
  }

  #known(): string {
    const known = [...this.#parts.before().values(), ...[...this.#children.values()].map(({ about }) => about)];
    const names = [...new Set(known.map(({ id, name }) => (name === undefined ? id : `${id} (${name})`)))];
    return names.length === 0 ? "None has been started." : `There are ${names.join(", ")}.`;
  }
}

const interruptedLine = (child: Child): string =>
  `The agent ${child.id} (${child.about.description}) was ended when the run was interrupted; SendMessage goes on with it. ${saidLast(child.output())}`;

const workOf = ({ id, state }: Enlisted): Work => ({
  id,
  state: () => state,
  output: () => "It ended before this program began. SendMessage goes on with it, and it tells what it found.",
  done: Promise.resolve(),
  stop: async () => {},
});

function refused(words: string): ToolOutput {
  return { content: [text(words)], isError: true };
}
