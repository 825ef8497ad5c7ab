/**
 * What a prompt starts with a slash. Rule: up to six skills at its beginning, one after the other; what stands behind them goes to each.
 * Where the first name is no skill's, the prompt is a prompt.
 */
import { findSkills } from "./listing.ts";
import type { Entry, Shelf } from "./shelf.ts";

const MOST_STACKED = 6;

export type Call = { readonly entry: Entry; readonly args: string; readonly typed: string };
export type Calls =
  | { readonly is: "prompt" }
  | { readonly is: "calls"; readonly calls: readonly Call[] }
  /** It looks like a command and is none; `near`: what may have been meant. */
  | { readonly is: "unknown"; readonly name: string; readonly near: readonly string[] }
  | { readonly is: "refused"; readonly why: string };

const NAME = /^\/([A-Za-z0-9_][\w.:-]*)$/;

export function callsIn(prompt: string, shelf: Shelf): Calls {
  const text = prompt.trimStart();
  const first = text.startsWith("/") ? nameAt(text, shelf) : undefined;
  if (!first) return { is: "prompt" };
  if (!first.entry) return NAME.test(`/${first.name}`) ? unknown(first.name, shelf) : { is: "prompt" };
  if (!first.entry.forUser)
    return { is: "refused", why: `/${first.name} is for the model alone: say what you want done, and it starts the skill itself.` };
  const entries = [first.entry];
  let rest = text.slice(first.length);
  while (!first.entry.decl.fork && entries.length < MOST_STACKED) {
    const next = rest.trimStart().startsWith("/") ? nameAt(rest.trimStart(), shelf) : undefined;
    if (!next?.entry || !next.entry.forUser || next.entry.decl.fork) break;
    entries.push(next.entry);
    rest = rest.trimStart().slice(next.length);
  }
  const args = rest.trim();
  return { is: "calls", calls: entries.map((entry) => ({ entry, args, typed: args === "" ? `/${entry.id}` : `/${entry.id} ${args}` })) };
}

/** The name at the beginning; the longest that there is, since names may hold spaces. */
function nameAt(text: string, shelf: Shelf): { readonly name: string; readonly length: number; readonly entry: Entry | undefined } {
  const name = /^\/(\S*)/.exec(text)?.[1] ?? "";
  const spaced = shelf.entries
    .filter(({ id }) => /\s/.test(id) && text.slice(1).startsWith(id) && /^(?:\s|$)/.test(text.slice(1 + id.length)))
    .toSorted((a, b) => b.id.length - a.id.length)[0];
  if (spaced) return { name: spaced.id, length: 1 + spaced.id.length, entry: spaced };
  return { name, length: 1 + name.length, entry: name === "" ? undefined : shelf.find(name) };
}

function unknown(name: string, { entries }: Shelf): Calls {
  const startable = entries.filter(({ forUser }) => forUser);
  return { is: "unknown", name, near: findSkills(startable, name, 3).map(({ id }) => id) };
}
