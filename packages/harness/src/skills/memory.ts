/**
 * Which skills a session has started, folded from its log. Rule: a text counts as being in the context from the event that brought it until
 * an edit that may have taken it out; what was started is remembered beyond that, so that it can be brought back.
 */
import { createHash } from "node:crypto";
import type { Block, Event, JsonObject, Provenance } from "@keelson/protocol";

export type Started = { readonly id: string; readonly text: string; readonly from: Provenance };
/** `started`: the latest of each skill, oldest first. `counts`: by id. `present`: digests of texts that stand in the context. */
export type SkillMemory = {
  readonly started: readonly Started[];
  readonly counts: ReadonlyMap<string, number>;
  readonly present: ReadonlySet<string>;
  /** Told of, and not yet in the context: digest by id. */
  readonly coming: ReadonlyMap<string, string>;
};
export const NO_SKILLS: SkillMemory = { started: [], counts: new Map(), present: new Set(), coming: new Map() };

const HOW = ["new", "again", "back", "apart"] as const;
/** `again`: it stands in the context already. `back`: it was brought back after the context had become smaller. `apart`: in a sub-agent's. */
export type SkillNote = { readonly id: string; readonly digest: string; readonly how: (typeof HOW)[number] };

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Stands in the log before the text itself: which words of the context are a skill's, nobody else can say. */
export function skillEvent(note: SkillNote): Event {
  return { type: "session.changed", change: { skill: note } };
}

export function noteSkills(memory: SkillMemory, event: Event): SkillMemory {
  switch (event.type) {
    case "session.changed":
      return counted(memory, event.change);
    case "context.added":
      return memory.coming.size === 0 ? memory : arrived(memory, event.content, event.from);
    case "context.edited":
      return event.edits.some(({ op }) => op === "fold" || op === "drop") ? { ...memory, present: new Set() } : memory;
    default:
      return memory;
  }
}

function counted(memory: SkillMemory, { skill }: JsonObject): SkillMemory {
  const note = noteIn(skill);
  if (!note) return memory;
  const { id, digest, how } = note;
  return {
    ...memory,
    counts: how === "back" ? memory.counts : new Map([...memory.counts, [id, (memory.counts.get(id) ?? 0) + 1]]),
    coming: how === "again" || how === "apart" ? memory.coming : new Map([...memory.coming, [id, digest]]),
  };
}

function noteIn(value: JsonObject[string] | undefined): SkillNote | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { id, digest, how } = value as JsonObject;
  const known = HOW.find((one) => one === how);
  return typeof id === "string" && typeof digest === "string" && known !== undefined ? { id, digest, how: known } : undefined;
}

function arrived(memory: SkillMemory, content: readonly Block[], from: Provenance): SkillMemory {
  const texts = new Map(content.flatMap((block) => (typeof block["text"] === "string" ? [[digestOf(block["text"]), block["text"]]] : [])));
  const come = [...memory.coming].filter(([, digest]) => texts.has(digest));
  if (come.length === 0) return memory;
  const ids = new Set(come.map(([id]) => id));
  return {
    ...memory,
    started: [
      ...memory.started.filter(({ id }) => !ids.has(id)),
      ...come.map(([id, digest]): Started => ({ id, text: texts.get(digest) ?? "", from })),
    ],
    present: new Set([...memory.present, ...come.map(([, digest]) => digest)]),
    coming: new Map([...memory.coming].filter(([id]) => !ids.has(id))),
  };
}
