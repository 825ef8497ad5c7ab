import { randomUUID } from "node:crypto";
import { openSession, type Ask, type Flags, type Opening, type Session } from "@keelson/harness";
import type { Envelope } from "@keelson/protocol";
import { nobody, type Crew } from "../crew.ts";
import { houseOf } from "../house.ts";
import { readMode, type AskedMode } from "../modes.ts";
import { warnings } from "../refuse.ts";
import type { Site } from "../site.ts";
import { mapper, type About, type Mapper } from "../stream-json.ts";
import { NOTHING_YET, type Tally } from "../tally.ts";
import { lines, type Message } from "../wire.ts";
import { Asks } from "./asks.ts";
import { Inbox } from "./inbox.ts";
import type { Prompt } from "./incoming.ts";
import { answerIn, questionFor } from "./permission.ts";
import type { Updates } from "./updates.ts";

/**
 * What the prompts and the requests of one host share: the session, which opens when it is first needed, and what it came to.
 * Before that, `initialize` may still say what it is made of.
 */
export class Desk implements AsyncDisposable {
  readonly site: Site;
  readonly inbox = new Inbox();
  readonly asks: Asks;
  readonly began: number;
  /** Of the run under way, or the last one; what models cost is of all. */
  tally: Tally = NOTHING_YET;
  /** Of the runs before it. */
  apiMs = 0;
  /** Sub-agents of the session so far. */
  crew: Crew = nobody();
  /** From a run's first turn to its end: what is said then is for it. */
  running = false;
  /** Lines that couldn't be read. */
  bad = 0;
  #flags: Flags;
  #asksNobody: boolean;
  #opening: Promise<Opening> | undefined;
  #refused: Opening | undefined;
  #firstModel = "";
  #mapper: Mapper | undefined;
  /** Questions of this program's own runs. */
  readonly #own = new Set<string>();

  constructor(site: Site, flags: Flags) {
    this.site = site;
    this.#flags = flags;
    this.#asksNobody = site.run.asksNobody;
    this.began = site.machine.clock.now();
    this.asks = new Asks((message) => this.send(message));
  }

  get flags(): Flags {
    return this.#flags;
  }

  get isOpen(): boolean {
    return (this.#refused ?? this.#opening) !== undefined;
  }

  /** Only before the session opens. */
  configure(flags: Partial<Flags>): void {
    this.#flags = { ...this.#flags, ...flags };
  }

  /** What the host wants can't be had: going on without it would be something else. */
  refuse(text: string): void {
    this.#refused = { ok: false, refusal: { code: "session", text } };
    this.inbox.close();
  }

  /** The same for everyone who asks. A session that can't be opened ends the program: nothing more is taken in. */
  open(): Promise<Opening> {
    if (this.#refused) return Promise.resolve(this.#refused);
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<Opening> {
    const { machine, cwd, run, err } = this.site;
    const ask = run.asksHost ? this.#ask : undefined;
    const opening = await openSession(houseOf(machine, cwd, { flags: this.#flags, plugins: run.plugins, ask }));
    if (!opening.ok) {
      this.inbox.close();
      return opening;
    }
    const { session } = opening;
    this.#firstModel = session.model;
    this.#mapper = mapper(this.#about(session), machine.version, {
      partial: run.partial,
      agentText: run.agentText,
      unattended: run.flags.unattended ?? false,
      uuid: randomUUID,
    });
    await err.write(warnings(session, machine));
    return opening;
  }

  #about(session: Session): About {
    const permissionMode = (): string => (this.#asksNobody ? "dontAsk" : session.mode);
    return {
      id: session.id,
      cwd: session.cwd,
      get model() {
        return session.model;
      },
      tools: session.tools,
      get plugins() {
        return session.plugins;
      },
      get agents() {
        return session.agents;
      },
      get skills() {
        return session.skills;
      },
      credentials: session.credentials,
      get permissionMode() {
        return permissionMode();
      },
    };
  }

  /** Written down at once where a run is under way or comes first: then it outlives this program. In the log it has an id of its own. */
  async accept(prompt: Prompt, steers: boolean): Promise<Prompt> {
    const opening = this.inbox.isBusy || (this.isOpen && !prompt.asks) ? await this.open() : undefined;
    if (!opening?.ok) return prompt;
    return { ...prompt, accepted: await opening.session.accept(prompt.content, steers ? "steer" : "prompt") };
  }

  /** Takes prompts that wait out again; their uuids. */
  async withdraw(isMeant: (prompt: Prompt) => boolean): Promise<readonly string[]> {
    const out = this.inbox.withdraw(isMeant);
    const ids = out.flatMap((prompt) => prompt.ids);
    const opening = ids.length > 0 ? await this.open() : undefined;
    if (opening?.ok) await opening.session.withdraw(ids);
    return out.flatMap(({ uuid }) => uuid ?? []);
  }

  /** There once the session is open. */
  get mapper(): Mapper {
    if (!this.#mapper) throw new Error("The session isn't open yet.");
    return this.#mapper;
  }

  setMode(mode: AskedMode, session: Session): void {
    this.#asksNobody = mode === "dontAsk";
    session.setMode(mode === "dontAsk" ? "default" : mode);
  }

  /** Undefined is the one that the session began with. In words why not. */
  setModel(name: string | undefined, session: Session): string | undefined {
    return session.setModel(name ?? this.#firstModel);
  }

  /** A line of the control channel, which has no session id. */
  async send(message: Message): Promise<void> {
    await this.site.out.write(`${JSON.stringify(message)}\n`);
  }

  async say(...messages: readonly Message[]): Promise<void> {
    await this.site.out.write(lines(messages));
  }

  async note(words: string): Promise<void> {
    await this.site.err.write(`${words}\n`);
  }

  hear({ event }: Envelope): void {
    if (event.type === "ask.opened") this.#own.add(event.askId);
  }

  readonly #ask: Ask = async (question, signal) => {
    if (this.#asksNobody) return { behavior: "deny", message: "Nothing is asked in mode dontAsk." };
    const heard = await this.asks.put(questionFor(question, this.site.cwd), signal);
    if (heard === "gone" && !this.#own.has(question.askId)) return "later"; // of an earlier run: it waits for somebody else
    const verdict = answerIn(heard);
    if (verdict.wrong !== undefined) await this.note(`The answer about ${question.tool} was taken for a no: ${verdict.wrong}.`);
    if (verdict.updates) await this.#apply(verdict.updates);
    return verdict.answer;
  };

  async #apply({ mode, unmet }: Updates): Promise<void> {
    for (const each of unmet) await this.note(each);
    if (mode === undefined) return;
    const read = readMode(mode);
    const opening = await this.open();
    if (!read.ok) await this.note(read.error);
    else if (opening.ok) this.setMode(read.mode, opening.session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opening = await this.#opening;
    if (opening?.ok) await opening.session[Symbol.asyncDispose]();
  }
}
