/**
 * The hooks of a session, which are read when the first of their events comes. Rule: which events they hear is known before; what runs is
 * what stands in the content store at that time, by the same trust.
 */
import type { HookEvent, Problem } from "@keelson/protocol";
import type { Declared } from "./declared.ts";

/** Hooks, and what was wrong with them. */
export type HooksRead = { readonly declared: Declared; readonly problems: readonly Problem[] };
export type LateHooks = {
  readonly hears: (event: HookEvent) => boolean;
  /** Once they were read. */
  readonly now: Declared | undefined;
  /** Once, however often it is asked for. */
  read(): Promise<void>;
  /** What was wrong with them when they were read late. */
  readonly problems: readonly Problem[];
  /** The same, for whoever tells it: handed out once. */
  untold(): readonly Problem[];
};

export function readBefore(declared: Declared): LateHooks {
  const events = eventsOf(declared);
  return { hears: (event) => events.has(event), now: declared, read: async () => {}, problems: [], untold: () => [] };
}

/** `events`: what they hear, as far as it is known. */
export function readLater(events: ReadonlySet<HookEvent>, read: () => Promise<HooksRead>): LateHooks {
  let heard = events;
  let now: Declared | undefined;
  let problems: readonly Problem[] = [];
  let untold: readonly Problem[] = [];
  let reading: Promise<void> | undefined;
  const take = (found: HooksRead): void => {
    now = found.declared;
    heard = eventsOf(now);
    problems = untold = found.problems;
  };
  return {
    hears: (event) => heard.has(event),
    get now() {
      return now;
    },
    read: () => (reading ??= read().then(take)),
    get problems() {
      return problems;
    },
    untold() {
      const told = untold;
      untold = [];
      return told;
    },
  };
}

/** Both, in this order. */
export function joined(late: LateHooks | undefined, more: Declared | undefined): LateHooks | undefined {
  if (!late || !more) return late ?? (more && readBefore(more));
  const added = eventsOf(more);
  let last: { readonly of: Declared; readonly all: Declared } | undefined;
  return {
    hears: (event) => added.has(event) || late.hears(event),
    get now() {
      const of = late.now;
      if (of && last?.of !== of) last = { of, all: both(of, more) };
      return of && last?.all;
    },
    read: () => late.read(),
    get problems() {
      return late.problems;
    },
    untold: () => late.untold(),
  };
}

export const both = (one: Declared, other: Declared): Declared => ({ room: other.room, hooks: [...one.hooks, ...other.hooks] });

export const eventsOf = ({ hooks }: Declared): ReadonlySet<HookEvent> => new Set(hooks.map(({ event }) => event));
