/** What is said of a change between two readings: to the log and the screen by name, to the model in words. Rule: bounded, however much came. */
import { difference, type Named } from "@keelson/loader";
import { lookUp } from "@keelson/model";
import { text, type Event } from "@keelson/protocol";
import { kindsOf } from "../agents/kinds.ts";
import type { Gathered } from "../gather.ts";
import { entryLine, listLines } from "../skills/listing.ts";
import { digestOf } from "../skills/memory.ts";
import { openShelf, type Entry } from "../skills/shelf.ts";
import type { Renewing } from "./renew.ts";

export { digestOf };

/** `said`: what was told of before. `written`: what the bytes before the messages were made of; undefined before the first request. */
export type Change = {
  readonly before: Gathered;
  readonly after: Gathered;
  readonly said: Gathered;
  readonly written: Gathered | undefined;
  readonly afresh: boolean;
  readonly model: string;
};

export function* tellChange(change: Change, { recollection, listing }: Pick<Renewing, "recollection" | "listing">): Generator<Event> {
  const { before, after, said, written, afresh, model } = change;
  const names = namesOf(said === after ? (written ?? said) : said, after);
  const words = wordsOf({ before, after, afresh, model });
  const prompt = afresh ? "rewritten" : words === "" ? "kept" : "announced";
  if (names.added.length + names.removed.length + names.changed.length > 0)
    yield { type: "catalog.changed", revision: recollection.revision + 1, ...names, prompt };
  if (words === "") return;
  yield { type: "context.added", from: "harness", content: [text(words)] };
  const live = listing();
  yield { type: "session.changed", change: { listing: live === "" ? "" : digestOf(live) } };
}

/** Of a session that goes on: as it is now, in place of what was said long ago. */
export function* tellListing(live: string): Generator<Event> {
  const words =
    live === ""
      ? "There are no skills of this user and this folder any more."
      : `${live}\nOf this user and this folder there are no others any more.`;
  yield { type: "context.added", from: "harness", content: [text(words)] };
  yield { type: "session.changed", change: { listing: live === "" ? "" : digestOf(live) } };
}

export function namesOf(before: Gathered, after: Gathered): Readonly<Record<"added" | "removed" | "changed", readonly string[]>> {
  const { added, removed, changed } = difference(before.catalog, after.catalog);
  const tools = { before: toolsOf(before), after: toolsOf(after) };
  const nameOf = ({ kind, id }: Named): string => `${kind} ${id}`;
  return {
    added: [...added.map(nameOf), ...tools.after.filter((name) => !tools.before.includes(name)).map((name) => `tools ${name}`)],
    removed: [
      ...removed.filter((one) => !stillRun(one, before, after)).map(nameOf),
      ...tools.before.filter((name) => !tools.after.includes(name)).map((name) => `tools ${name}`),
    ],
    changed: changed.map(nameOf),
  };
}

/** Hooks that their directory declares no more, and that nobody has agreed to lose. */
function stillRun({ kind, id }: Named, before: Gathered, after: Gathered): boolean {
  if (kind !== "hooks") return false;
  const files = new Set(before.catalog.joined.hooks.filter((one) => one.id === id).map(({ part }) => part.file));
  return after.hooks?.now?.hooks.some(({ origin }) => origin.file !== undefined && files.has(origin.file)) ?? false;
}

const toolsOf = ({ plugins }: Gathered): readonly string[] => [...new Set(plugins.flatMap(({ tools }) => tools))];

/** What the bytes before the messages say already, where they are made afresh, isn't said twice. */
function wordsOf({ before, after, afresh, model }: Pick<Change, "before" | "after" | "afresh" | "model">): string {
  const skills = { before: skillsOf(before), after: skillsOf(after) };
  const untold = skills.after.filter(({ origin }) => !afresh || origin !== "installed");
  const fresh = missingIn(skills.before, untold);
  const kinds = { before: agentsOf(before), after: agentsOf(after) };
  const folders = { before: before.folders.directories, after: after.folders.directories };
  const { skillListingMaxDescChars: longestEntry, skillListingBudgetFraction: partOfWindow } = after.settings;
  const lines = (entries: readonly Entry[]): string => listLines(entries, { window: lookUp(model).window, longestEntry, partOfWindow });
  const parts = [
    said("These skills can be started with Skill from now on:", lines(fresh)),
    said("These skills are described anew:", lines(describedAnew(skills.before, untold, longestEntry))),
    named(
      "Skills that are unavailable now",
      missingIn(skills.after, skills.before).map(({ id }) => id),
    ),
    ...(afresh
      ? []
      : [
          named("Kinds of agents that can be started with Agent from now on", less(kinds.after, kinds.before)),
          named("Kinds of agents that are unavailable now", less(kinds.before, kinds.after)),
          named("Tools that are unavailable now", less(toolsOf(before), toolsOf(after))),
          named("You may work in these folders too", less(folders.after, folders.before)),
          named("You may no longer work in these folders", less(folders.before, folders.after)),
        ]),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** Of those that the model may start and that don't wait for a file. */
function skillsOf({ catalog, settings }: Gathered): readonly Entry[] {
  return openShelf(catalog, settings).entries.filter(({ forModel, decl }) => forModel && decl.paths === undefined);
}

function missingIn(known: readonly Entry[], all: readonly Entry[]): readonly Entry[] {
  const ids = new Set(known.map(({ id }) => id));
  return all.filter(({ id }) => !ids.has(id));
}

function describedAnew(before: readonly Entry[], after: readonly Entry[], longestEntry: number | undefined): readonly Entry[] {
  const known = new Map(before.map((entry) => [entry.id, entry]));
  return after.filter((entry) => {
    const was = known.get(entry.id);
    return was !== undefined && entryLine(was, longestEntry) !== entryLine(entry, longestEntry);
  });
}

const agentsOf = ({ catalog, standing }: Gathered): readonly string[] =>
  [...kindsOf(catalog, standing, {}).values()].map(({ name }) => name);
const less = (all: readonly string[], known: readonly string[]): readonly string[] =>
  [...new Set(all)].filter((name) => !known.includes(name));

const MOST_NAMES = 50;
const said = (head: string, lines: string): string => (lines === "" ? "" : `${head}\n${lines}`);

function named(head: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return `${head}: ${names.slice(0, MOST_NAMES).join(", ")}${more}.`;
}
