/**
 * What a session knows beside its messages, folded from its log as it is written and as it is read again: mode, model, folder, what the
 * user allowed, the board of tasks, files that were looked at, questions and their answers, what was spent.
 */
import type { BoardState } from "@keelson/tools";
import { BEHAVIORS, MODES, type Event, type FileState, type JsonObject, type Mode, type Rule } from "@keelson/protocol";
import { enlist, spentIn, type Enlisted, type Roll } from "./agents/roll.ts";
import { NOTHING, sum, type Spending } from "./budget/ledger.ts";
import { noteTold } from "./instructions/gather.ts";
import { NO_SKILLS, noteSkills, type SkillMemory } from "./skills/memory.ts";
import { readEntered, type Entered } from "./seat.ts";
import { readTerms, type Terms } from "./terms.ts";

/** A question about a call. Expires at `expiresAt`, ms since the epoch. */
export type Asking = {
  readonly askId: string;
  readonly callId?: string;
  readonly body: JsonObject;
  readonly expiresAt?: number;
  readonly answer?: JsonObject;
};
type AskOpened = Extract<Event, { type: "ask.opened" }>;
type AskAnswered = Extract<Event, { type: "ask.answered" }>;

export class Recollection {
  mode: Mode | undefined;
  model: string | undefined;
  cwd: string | undefined;
  /** Where it works instead. */
  entered: Entered | undefined;
  /** Where its shell is. */
  shell: string | undefined;
  title: string | undefined;
  /** Of the listing of skills that stands in the context: its digest; empty where it lists none. */
  listing: string | undefined;
  /** How often the catalog changed. */
  revision = 1;
  board: BoardState | undefined;
  spent: Spending = NOTHING;
  /** In dollars, as the command line gave it. */
  budget: number | undefined;
  /** What the command line made of it. */
  terms: Terms = {};
  skills: SkillMemory = NO_SKILLS;
  agents: Roll = new Map();
  /** Instructions that stand in the context. */
  told: ReturnType<typeof noteTold> = new Map();
  /** By the user, for this session. */
  rules: readonly Rule[] = [];
  readonly files = new Map<string, FileState>();
  readonly #asks = new Map<string, Asking>();
  readonly #calls = new Map<string, string>(); // a call's question

  /** The question that was put about a call. */
  askAbout(callId: string): Asking | undefined {
    return this.#asks.get(this.#calls.get(callId) ?? "");
  }

  /** Questions without an answer, oldest first. */
  get open(): readonly Asking[] {
    return [...this.#asks.values()].filter(({ answer }) => answer === undefined);
  }

  /** Open questions of an agent, by its id, and of its own agents. `now`: those whose time is over are left out. */
  asksFor(agent: string, now = 0): readonly Asking[] {
    return this.open.filter(
      ({ body, expiresAt = Infinity }) =>
        now < expiresAt &&
        String(body["agent"] ?? "")
          .split("/")
          .includes(agent),
    );
  }

  /** All of it, for a snapshot. */
  print(): JsonObject {
    const { started, counts, present, coming } = this.skills;
    const skills = { started, counts: [...counts], present: [...present], coming: [...coming] };
    const lists = {
      files: [...this.files],
      asks: [...this.#asks],
      calls: [...this.#calls],
      told: [...this.told],
      agents: [...this.agents],
    };
    return JSON.parse(JSON.stringify({ ...this, ...lists, skills }));
  }

  /** What `print` gave. */
  restore({ files, asks, calls, told, agents, skills, ...plain }: Printed): void {
    Object.assign(this, plain);
    this.told = new Map(told);
    this.agents = new Map(agents);
    const { started, counts, present, coming } = skills;
    this.skills = { started, counts: new Map(counts), present: new Set(present), coming: new Map(coming) };
    for (const [path, state] of files) this.files.set(path, state);
    for (const [id, asking] of asks) this.#asks.set(id, asking);
    for (const [call, id] of calls) this.#calls.set(call, id);
  }

  note(event: Event): void {
    this.skills = noteSkills(this.skills, event);
    this.told = noteTold(this.told, event);
    this.agents = enlist(this.agents, event);
    switch (event.type) {
      case "catalog.changed":
        this.revision = event.revision;
        return;
      case "session.opened":
        return this.#change(event.meta);
      case "session.changed":
        return this.#change(event.change);
      case "model.called":
        this.spent = sum(this.spent, { usd: event.usd ?? 0, tokens: tokensOf(event.usage), ms: event.ms });
        return;
      case "agent.completed":
        if (event.body["reason"] !== "tool_deferred") this.#unasked(event.agentId);
        this.spent = sum(this.spent, spentIn(event.body));
        return;
      case "call.completed":
        this.spent = sum(this.spent, { ms: event.ms });
        return;
      case "run.ended": // the time that it took; until then it is what its parts took
        if (typeof event.totals["ms"] === "number") this.spent = { ...this.spent, ms: event.totals["ms"] };
        return;
      case "call.started":
        this.spent = sum(this.spent, { calls: 1 });
        return;
      case "ask.opened":
        return this.#opened(event);
      case "ask.answered":
        return this.#answered(event);
    }
  }

  #change({ mode, model, cwd, title, listing, board, files, budget, terms, entered, shell }: JsonObject): void {
    this.mode = MODES.find((one) => one === mode) ?? this.mode;
    if (typeof model === "string" && model !== "") this.model = model;
    if (typeof cwd === "string") this.cwd = cwd;
    if (entered !== undefined) this.entered = isObject(entered) ? readEntered(entered) : undefined;
    if (typeof shell === "string") this.shell = shell;
    if (typeof title === "string") this.title = title;
    if (typeof listing === "string") this.listing = listing;
    if (typeof budget === "number") this.budget = budget;
    if (isObject(terms)) this.terms = readTerms(terms);
    if (isObject(board)) this.board = board as unknown as BoardState; // ours, as createBoard printed it
    if (isObject(files)) for (const [path, state] of Object.entries(files)) this.files.set(path, state as unknown as FileState);
  }

  #opened({ askId, callId, body, expiresAt }: AskOpened): void {
    this.#asks.set(askId, { askId, ...(callId !== undefined && { callId }), body, ...(expiresAt !== undefined && { expiresAt }) });
    if (callId !== undefined) this.#calls.set(callId, askId);
  }

  /** What an agent wanted to know that is over: nobody waits for the answer. */
  #unasked(agent: string): void {
    for (const { askId, callId } of this.asksFor(agent)) {
      this.#asks.delete(askId);
      this.#calls.delete(callId ?? "");
    }
  }

  #answered({ askId, answer }: AskAnswered): void {
    const asked = this.#asks.get(askId);
    if (!asked) return;
    this.#asks.set(askId, { ...asked, answer });
    if (answer["behavior"] === "allow") this.rules = [...this.rules, ...rulesIn(answer, asked.body)];
  }
}

export type Printed = {
  readonly files: readonly (readonly [string, FileState])[];
  readonly asks: readonly (readonly [string, Asking])[];
  readonly calls: readonly (readonly [string, string])[];
  readonly told: readonly (readonly [string, string])[];
  readonly agents: readonly (readonly [string, Enlisted])[];
  readonly skills: {
    readonly started: SkillMemory["started"];
    readonly counts: readonly (readonly [string, number])[];
    readonly present: readonly string[];
    readonly coming: readonly (readonly [string, string])[];
  };
};

/** The rules that an answer brought along, and those that were shown where the answer holds for the session. */
function rulesIn({ scope, rules, base }: JsonObject, { rules: shown, cwd }: JsonObject): readonly Rule[] {
  const from = typeof base === "string" ? base : typeof cwd === "string" ? cwd : undefined;
  if (from === undefined) return []; // a log of before: a pattern without its folder means nothing
  const own = scope !== undefined && scope !== "once" && Array.isArray(shown) ? shown.map((text) => ({ text, behavior: "allow" })) : [];
  const others = Array.isArray(rules) ? rules.filter(isObject) : [];
  return [...own, ...others].flatMap(({ text, behavior }) => {
    const known = BEHAVIORS.find((one) => one === behavior);
    return typeof text === "string" && known !== undefined ? [{ text, behavior: known, source: "session", base: from }] : [];
  });
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

function tokensOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Extract<Event, { type: "model.called" }>["usage"]): number {
  return input + output + cacheRead + cacheWrite5m + cacheWrite1h;
}
