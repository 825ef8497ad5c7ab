/**
 * What a session knows by texts: its skills and commands, its instructions, its output style. Texts are read when they are needed; what
 * comes of them goes into the log as context with its provenance.
 */
import { randomUUID } from "node:crypto";
import { realpath } from "node:fs/promises";
import { lookUp } from "@keelson/model";
import { matchPaths, readBody } from "@keelson/loader";
import { nearest, text, type Event, type Problem, type Rule } from "@keelson/protocol";
import type { Agents, Disk, Skills } from "@keelson/tools";
import type { Approvals } from "../approvals.ts";
import type { Dials } from "../dials.ts";
import { dataIn, noticeOf, type Gathered } from "../gather.ts";
import type { Place, Session } from "../house.ts";
import type { Hooking } from "../hooking/hooking.ts";
import type { AddedHooks } from "../hooking/added.ts";
import { blockedExpansion, tellLoaded, type Blocked } from "../hooking/text-hooks.ts";
import { gatherInstructions, toldEvent } from "../instructions/gather.ts";
import type { Lineage } from "../lineage.ts";
import type { Readings } from "../live/readings.ts";
import type { Recollection } from "../recollection.ts";
import { callsIn } from "../skills/calls.ts";
import { grantsByOrigin } from "../skills/grants.ts";
import { listSkills, type Listing } from "../skills/listing.ts";
import { digestOf, skillEvent } from "../skills/memory.ts";
import { skillPort } from "../skills/port.ts";
import type { Entry } from "../skills/shelf.ts";
import { Shelves } from "../skills/shelves.ts";
import type { NotStarted, Place as SkillPlace, StartedSkill, StartPorts } from "../skills/start.ts";
import type { TellPorts } from "../instructions/tell.ts";
import type { SessionParts } from "../session.ts";
import type { Apart } from "./apart.ts";
import type { Touch } from "./touch.ts";
import { readFileFor, runInline, type InlineOf } from "./inline.ts";

export type LoreOf = {
  readonly readings: Readings;
  readonly place: Place;
  readonly files: Disk;
  readonly session: string;
  readonly recollection: Recollection;
  readonly approvals: Approvals;
  /** Undefined until the session's tools are there. */
  readonly inline: () => InlineOf;
  readonly agents: Pick<Agents, "start">;
  readonly hooking: () => Hooking | undefined;
  /** Those that skills bring are put in here. */
  readonly added: Pick<AddedHooks, "add">;
  readonly dials: Pick<Dials, "models" | "effort" | "lend" | "takeBack">;
  /** A skill was started. */
  readonly invoked: (skill: string) => void;
  readonly tell: (...events: readonly Event[]) => void;
  readonly receive: (words: string, from: StartedSkill["words"]["from"]) => void;
};
/** What a prompt with a slash came to: events for the log, or in words why it isn't taken. */
export type Expanded =
  | { readonly events: readonly Event[]; readonly apart: (signal: AbortSignal) => AsyncGenerator<Event> }
  | { readonly refused: string }
  | { readonly blocked: Blocked };

export class Lore {
  readonly #of: LoreOf;
  readonly #shelves: Shelves;
  #touch: Promise<Touch> | undefined;
  /** The same as long as it is made of the same. */
  #listed: { readonly of: readonly unknown[]; readonly listing: Listing } | undefined;
  #revived = false;

  constructor(of: LoreOf) {
    this.#of = of;
    this.#shelves = new Shelves(of.readings);
  }

  /** A tool has touched these files: what comes into play with them is told. */
  async touched(files: readonly string[]): Promise<void> {
    this.#touch ??= this.#openTouch(); // loaded at the first file
    await (await this.#touch).files(files);
  }

  get #read(): Gathered {
    return this.#of.readings.taken;
  }

  /** For the system prompt, and for the first words of a session. */
  get listing(): Listing {
    const { dials, recollection } = this.#of;
    const { entries } = this.#shelves.model;
    const { settings } = this.#read;
    const { counts } = recollection.skills;
    const { window } = lookUp(dials.models[0] ?? "");
    const of = [entries, settings, counts, window];
    if (!this.#listed || of.some((one, at) => one !== this.#listed?.of[at])) {
      const { skillListingMaxDescChars: longestEntry, skillListingBudgetFraction: partOfWindow } = settings;
      this.#listed = { of, listing: listSkills(entries, { window, longestEntry, partOfWindow, counts }) };
    }
    return this.#listed.listing;
  }

  /** What the user can start by its name. */
  get offers(): Session["skills"] {
    return this.#shelves.user.entries
      .filter(({ forUser }) => forUser)
      .map(({ id, kind, decl: { description, argumentHint } }) => ({
        name: id,
        kind,
        description,
        ...(argumentHint !== undefined && { takes: argumentHint }),
      }));
  }

  starts(name: string): boolean {
    return this.#shelves.user.find(name)?.forUser === true;
  }

  whyNot(name: string): string | undefined {
    const calls = callsIn(`/${name}`, this.#shelves.user);
    return calls.is === "refused" ? calls.why : undefined;
  }

  /** For the Skill block. */
  get port(): Skills {
    return skillPort({
      shelf: () => this.#shelves.model,
      place: () => this.#place(),
      ports: this.#ports(),
      agents: this.#of.agents,
      take: async (started) => {
        const { tell, receive } = this.#of;
        tell(...(await this.#started(started)));
        if (!started.fork) receive(started.words.text, started.words.from);
      },
    });
  }

  /** A conversation's two ways to it. `listed`: the model may start skills itself. */
  forRoot(listed: boolean): Pick<SessionParts, "introduce" | "expand"> {
    return { introduce: () => this.opening(listed), expand: (words) => this.expand(words) };
  }

  /** A sub-agent begins with what its session was told and what its kind names; a fork knows it, and who judges for a hook needs none of it. */
  forAgent(begins: Lineage["begins"]): Pick<SessionParts, "introduce" | "expand"> {
    const told = begins && !begins.fork && begins.hooks !== "off" && begins.instructions !== false;
    const introduce = async (): Promise<readonly Event[]> => [
      ...(told ? await this.#instructions() : []),
      ...(begins?.skills || begins?.memory ? await this.#briefing(begins) : []),
    ];
    return { introduce, expand: async () => undefined };
  }

  async #briefing(begins: NonNullable<Lineage["begins"]>): Promise<readonly Event[]> {
    const { place } = this.#of;
    const gathered = this.#read;
    const [{ notesOf, preload }, { startSkill }] = await Promise.all([import("./briefing.ts"), import("../skills/start.ts")]);
    const start = (entry: Entry): ReturnType<typeof last<StartedSkill | NotStarted>> =>
      last(startSkill({ entry, args: "", typed: `/${entry.id}` }, this.#place(), this.#ports<never>()));
    const skills = await preload(begins.skills ?? [], this.#shelves.model, start);
    return [...skills, ...(await notesOf(begins, { place, cwd: gathered.folders.cwd, trusted: gathered.standing.trusted }))];
  }

  /** What a new session is told before its first prompt. */
  async opening(lists: boolean): Promise<readonly Event[]> {
    const { live } = lists ? this.listing : { live: "" };
    return [
      ...(await this.#instructions()),
      ...(live === "" ? [] : [{ type: "context.added" as const, from: "harness" as const, content: [text(live)] }, listed(live)]),
    ];
  }

  /** Those of the folder that the session was opened in: an agent's working tree is another state of it. */
  async #instructions(): Promise<readonly Event[]> {
    const ports = { ...(await this.#tellPorts()), cwd: this.#of.place.cwd };
    const { loaded, words, problems } = await gatherInstructions(this.#read.catalog, ports);
    if (loaded.length > 0) tellLoaded(this.#of.hooking(), loaded, this.#of.inline().running());
    return [
      ...problems.map(noticeOf),
      ...(loaded.length > 0 ? [toldEvent(loaded)] : []),
      ...words.map(({ from, text: said }): Event => ({ type: "context.added", from, content: [text(said)] })),
    ];
  }

  /** `/name …` of the user's; undefined for a prompt that is one. What a skill was granted ends here. */
  async expand(prompt: string): Promise<Expanded | undefined> {
    await this.#revive();
    this.#of.approvals.lent = [];
    this.#of.dials.takeBack();
    const calls = callsIn(prompt, this.#shelves.user);
    if (calls.is === "prompt") return undefined;
    if (calls.is === "refused") return { refused: calls.why };
    if (calls.is === "unknown") return { refused: this.#unknown(calls.name, calls.near) };
    const { startSkill } = await import("../skills/start.ts");
    const events: Event[] = [];
    const apart: Apart[] = [];
    for (const call of calls.calls) {
      const blocked = await blockedExpansion(this.#of.hooking(), call, this.#of.inline().running());
      if (blocked) return { blocked };
      const started = await last(startSkill(call, this.#place(), this.#ports<never>()));
      if (!started.ok) return { refused: started.why };
      events.push(...(await this.#started(started)));
      if (started.fork) apart.push({ id: started.id, fork: started.fork });
      else events.push({ type: "context.added", from: started.words.from, content: [text(started.words.text)] });
    }
    return { events, apart: (signal) => this.#carryOut(apart, signal) };
  }

  async *#carryOut(apart: readonly Apart[], signal: AbortSignal): AsyncGenerator<Event> {
    const { agents, inline } = this.#of;
    const { session, toolbox } = inline();
    for (const one of apart) {
      const { carryOut } = await import("./apart.ts");
      yield* carryOut(one, agents, { callId: `skill_${randomUUID()}`, session, cwd: toolbox.seat.cwd, signal });
    }
  }

  #unknown(name: string, near: readonly string[]): string {
    const slip = nearest(
      name,
      this.offers.map(({ name: known }) => known),
    );
    const meant = near.length > 0 ? near : slip === undefined ? [] : [slip];
    return `No skill or command is named /${name}.${meant.length > 0 ? ` Did you mean /${meant.join(", /")}?` : " Begin with another word to say it to the model."}`;
  }

  async #started({ id, note, rules, problems: found, fork, model, effort, hooks }: StartedSkill): Promise<readonly Event[]> {
    const { approvals, dials, invoked } = this.#of;
    invoked(id);
    const problems = [...found, ...(hooks.length > 0 ? await this.#addHooks(id) : [])];
    approvals.lent = [...approvals.lent, ...rules]; // an agent of the skill's has them too
    if (!fork) {
      const unmet = dials.lend({ ...(model !== undefined && { model }), ...(effort !== undefined && { effort }) });
      if (unmet !== undefined) problems.push({ severity: "warning", file: id, text: unmet });
    }
    return [skillEvent(note), ...problems.map((problem) => noticeOf({ ...problem, code: "skill" }))];
  }

  /** Hooks of skills that were started before this program began. */
  async #revive(): Promise<void> {
    if (this.#revived) return;
    this.#revived = true;
    for (const id of this.#of.recollection.skills.counts.keys())
      if (this.#shelves.user.find(id)?.decl.hooks) this.#of.tell(...(await this.#addHooks(id)).map(noticeOf));
  }

  /** They hold until the session ends. What is wrong with them is told. */
  async #addHooks(id: string): Promise<readonly Problem[]> {
    const { added, hooking, readings } = this.#of;
    const entry = this.#shelves.user.find(id);
    if (!entry?.decl.hooks) return [];
    const { hooksOfSkill } = await import("../hooking/own-hooks.ts");
    const { declared, problems } = await hooksOfSkill(entry, readings.newest, this.#place().dataDir);
    if (declared) added.add(declared);
    hooking()?.hear(); // bound now, and not in the middle of what they are told of
    return problems;
  }

  async #openTouch(): Promise<Touch> {
    const { recollection, tell, receive, hooking, inline } = this.#of;
    const { Touch: Opened } = await import("./touch.ts");
    const ports = this.#tellPorts();
    return new Opened({
      catalog: () => this.#read.catalog,
      cwd: this.#read.folders.cwd,
      trusted: this.#read.standing.trusted,
      ports: () => ports,
      shelf: () => this.#shelves.model,
      addNested: (nested) => this.#shelves.add(nested),
      told: () => recollection.told,
      tell: (...events) => {
        for (const event of events) recollection.note(event); // before it is written: a call at the same time looks here
        tell(...events);
      },
      receive,
      heard: (loaded) => tellLoaded(hooking(), loaded, inline().running()),
    });
  }

  async #tellPorts(): Promise<TellPorts> {
    const { place } = this.#of;
    const gathered = this.#read;
    return {
      cwd: gathered.folders.cwd,
      home: place.home,
      read: (file, within) => readBody({ file }, within),
      realpath: (path) => realpath(path).catch(() => undefined),
      approved: () => false,
      excluded: await matchPaths(gathered.settings.claudeMdExcludes ?? [], "/"),
    };
  }

  #place(): SkillPlace {
    const { place, session } = this.#of;
    const { cwd } = this.#read.folders;
    return {
      session,
      cwd: this.#of.inline().toolbox.seat.cwd,
      home: place.home,
      project: cwd,
      effort: this.#of.dials.effort,
      dataDir: dataIn(place.keelHome),
      userConfig: () => ({}),
    };
  }

  #ports<Step>(): StartPorts<Step> {
    const { recollection, inline, files } = this.#of;
    return {
      readBody: (decl, within) => readBody(decl, within),
      runInline: (command, rules: readonly Rule[]) => runInline(command, rules, inline()),
      readFile: (path) => readFileFor(path, inline(), files),
      mayGrant: grantsByOrigin,
      noCommands: this.#of.readings.newest.settings.disableSkillShellExecution === true,
      memory: () => recollection.skills,
    };
  }
}

/** A session that goes on later is told when the list has become another. */
const listed = (live: string): Event => ({ type: "session.changed", change: { listing: digestOf(live) } });

async function last<T>(generator: AsyncGenerator<never, T>): Promise<T> {
  let step = await generator.next();
  while (!step.done) step = await generator.next();
  return step.value;
}
