// One call and the disk it is judged against: looked at once for all judges, so that they judge the same.
import { posix } from "node:path";
import type { Asked, Effect, Rule } from "@keelson/protocol";
import { roomBeneath, someBeneath } from "./path/beneath.ts";
import { ofWindows } from "./path/canonical.ts";
import {
  foldCase,
  isWithin,
  once,
  remembering,
  spell,
  tidy,
  type Entry,
  type Known,
  type Links,
  type Remembered,
  type Spelled,
} from "./path/links.ts";
import { place, placeReal, type Placed } from "./path/place.ts";
import type { Anchor, PathPattern } from "./path/pattern.ts";
import { isProtected, isWatched } from "./path/protected.ts";
import { expand, folderOf, roomForAll, type Expanded } from "./path/wildcard.ts";
import { readRule, slashed, type Reading } from "./rule/reading.ts";
import { analyseText, type Analysis } from "./shell/analyse.ts";
import { MARK } from "./shell/marks.ts";
import { sightAll, type Sighted } from "./shell/sight.ts";

export type ShellEffect = Extract<Effect, { do: "shell" }>;
export type Scene = Ground & {
  readonly asked: Asked;
  readonly read: (rule: Rule) => Reading;
  /** Each command is taken apart once. */
  readonly analysis: (effect: ShellEffect) => Analysis;
  /** Where its touches of files lead, as deny and ask rules compare it: looked up once, too. */
  readonly sighted: (effect: ShellEffect) => Promise<readonly Sighted[]>;
};

/** Where the session stands, and the disk beneath it. */
export type Ground = {
  readonly spell: (path: string) => Promise<Spelled>;
  /** As deny and ask rules compare it. */
  readonly spellToRestrict: (path: string) => Promise<Spelled>;
  /** What a path with wildcards stands for; one without is its own. */
  readonly expand: (path: string) => Promise<Expanded>;
  /** Of a path with wildcards: of all that it stands for, and of each folder in which that is looked for. */
  readonly spellEach: (path: string) => Promise<Spelled>;
  /** Is there a name, as a path with slashes before it, beneath what a path stands for, for which it holds? Undefined: that can't be told. */
  readonly someBeneath: (path: string, holds: (rest: string) => boolean) => Promise<boolean | undefined>;
  /** Is it, and all that it stands for and leads to, in the working directory or an additional one? */
  readonly inScope: (path: string) => Promise<boolean>;
  /** Is it so, and none of that protected or watched? Then mode acceptEdits lets it be changed. */
  readonly mayEdit: (path: string) => Promise<boolean>;
  /** The folder of the work tree that a folder lies in; undefined when that can't be told. */
  readonly workTreeOf: (folder: string) => Promise<string | undefined>;
  /** Where an allow rule's pattern starts. */
  readonly placeToAllow: (pattern: PathPattern, rule: Rule) => Promise<readonly Placed[]>;
  /** Where a deny or ask rule's pattern starts: also at every additional directory, and at the real folder. */
  readonly placeToRestrict: (pattern: PathPattern, rule: Rule) => Promise<readonly Placed[]>;
};

/** Gives the scene of a call. Calls stay the same objects from stage to stage, so each is looked at once. */
export function setting(port: Links): (asked: Asked) => Scene {
  const read = readingOnce(port);
  const known = new WeakMap<Asked["call"], Ground & Pick<Scene, "analysis" | "sighted"> & { readonly of: string }>();
  return (given) => {
    const asked = port.windows ? inOneForm(given) : given;
    const of = JSON.stringify([asked.cwd, asked.directories, asked.home]);
    const found = known.get(given.call);
    if (found?.of === of) return { ...found, asked, read };
    const ground = groundOf(asked, port);
    const analysis = analyseOnce(asked.home);
    const fresh = { ...ground, analysis, sighted: sightOnce(analysis, ground, asked.home), of };
    known.set(given.call, fresh);
    return { ...fresh, asked, read };
  };
}

/** What has no plain form stays as it is, and leads where it can't be told. */
function inOneForm(asked: Asked): Asked {
  const form = (path: string): string => ofWindows(path) ?? path;
  const effects = asked.call.effects.map((effect) => {
    if ("path" in effect) return { ...effect, path: form(effect.path) };
    return effect.do === "shell" ? { ...effect, cwd: form(effect.cwd) } : effect;
  });
  const { cwd, directories, home, call } = asked;
  return { ...asked, cwd: form(cwd), directories: directories.map(form), home: form(home), call: { ...call, effects } };
}

function analyseOnce(home: string): Scene["analysis"] {
  const known = new Map<string, Analysis>();
  return ({ text, cwd }) => {
    const key = `${cwd}\0${text}`;
    const analysis = known.get(key) ?? analyseText(text, cwd, home);
    known.set(key, analysis);
    return analysis;
  };
}

function sightOnce(analysis: Scene["analysis"], ground: Ground, home: string): Scene["sighted"] {
  const known = new Map<Analysis, Promise<readonly Sighted[]>>();
  return (effect) => {
    const one = analysis(effect);
    const sighted = known.get(one) ?? sightAll(one.digest().touches, ground, home);
    known.set(one, sighted);
    return sighted;
  };
}

/** Letters of all paths that are looked up in a decision, each path counted as so many more: of others only the name is told. */
const MOST_LOOKED_UP = 400_000;
const PER_PATH = 100;

export function groundOf({ cwd, directories, home }: Pick<Asked, "cwd" | "directories" | "home">, port: Links): Ground {
  const links = remembering(port);
  const spelled = spelledOnce(links);
  const room = roomBeneath();
  const { expanded, spellEach, list } = wildcards(spelled, links);
  const everySpelling = async (folders: readonly string[]): Promise<readonly string[]> =>
    (await Promise.all(folders.map(spelled))).flatMap(({ all }) => all);
  const fold = (path: string): string => (links.caseless ? foldCase(path) : path);
  let roots: Promise<readonly string[]> | undefined;
  const inScope = once(async (path: string) => {
    roots ??= everySpelling([cwd, ...directories]);
    const within = await roots;
    const { all, known: resolved } = await spellEach(path);
    return resolved && all.every((one) => within.some((root) => isWithin(one, root)));
  });
  const starts = (anchor: Anchor, rule: Rule, wide: boolean): readonly string[] => {
    if (anchor === "root") return ["/"];
    if (anchor === "home") return [home];
    if (anchor === "base") return [rule.base];
    return wide ? [cwd, ...directories] : [cwd];
  };

  return {
    spell: spelled,
    expand: expanded,
    spellEach,
    async someBeneath(path, holds) {
      const { paths, known } = await expanded(path);
      const each = paths.filter((one) => !one.includes(MARK.glob));
      const found = await Promise.all(each.map((one) => someBeneath(tidy(one), list, holds, room)));
      return found.find((one) => one === true) ?? (known && !found.includes(undefined) ? false : undefined);
    },
    spellToRestrict: links.caseless
      ? async (path) => {
          const { all, known: resolved } = await spelled(path);
          return { all: all.map(foldCase), known: resolved };
        }
      : spelled,
    inScope,
    mayEdit: once(async (path) => {
      const { all } = await spellEach(path);
      return ![path, ...all].some((one) => isProtected(one) || isWatched(one)) && inScope(path);
    }),
    async workTreeOf(folder) {
      const { all, known: resolved } = await spelled(folder);
      let at = all.at(-1);
      if (!links.has || !resolved) return undefined;
      for (; at !== undefined && at !== "/"; at = posix.dirname(at)) {
        const found = await links.has(posix.join(at, ".git")).catch(() => undefined);
        if (found !== false) return found && fold(at);
      }
      return undefined;
    },
    placeToAllow: async (pattern, rule) => place(pattern, await everySpelling(starts(pattern.anchor, rule, false))),
    async placeToRestrict(pattern, rule) {
      if (pattern.negated) return place(pattern, await everySpelling(starts(pattern.anchor, rule, false)));
      const placed = await placeReal(place(pattern, await everySpelling(starts(pattern.anchor, rule, true))), spelled);
      return placed.map((one) => ({ ...one, root: fold(one.root) }));
    },
  };
}

/** Each path is looked up once, as long as there is room for more. */
function spelledOnce(links: Remembered): (path: string) => Promise<Spelled> {
  const known = new Map<string, Promise<Spelled>>();
  const reached: Known = new Map();
  let room = MOST_LOOKED_UP;
  return (path) => {
    const found = known.get(path);
    if (found) return found;
    room -= PER_PATH + path.length;
    const answer = room < 0 ? Promise.resolve({ all: [tidy(path)], known: false }) : spell(path, links, reached);
    known.set(path, answer);
    return answer;
  };
}

function wildcards(
  spelled: Ground["spell"],
  links: Remembered,
): Pick<Ground, "spellEach"> & { readonly expanded: Ground["expand"]; readonly list: (folder: string) => Promise<readonly Entry[]> } {
  const known = new Map<string, Promise<Expanded>>();
  const room = roomForAll();
  const list = async (folder: string): Promise<readonly Entry[]> => {
    const { all, known: resolved } = await spelled(folder);
    if (!links.list || !resolved) throw new Error(`what is in ${folder} can't be told`);
    return links.list(all.at(-1) ?? folder);
  };
  const expanded = (path: string): Promise<Expanded> => {
    const answer = known.get(path) ?? expand(path, list, room);
    known.set(path, answer);
    return answer;
  };
  return {
    expanded,
    list,
    async spellEach(path) {
      if (folderOf(path) === path) return spelled(path);
      const found = await expanded(path);
      const each = await Promise.all(found.paths.map((one) => spelled(folderOf(one))));
      return { all: each.flatMap(({ all }) => all), known: found.known && each.every((one) => one.known) };
    },
  };
}

/** Rules stay the same objects from call to call, so each is read once. */
export function readingOnce({ caseless = false, windows = false }: Links): (rule: Rule) => Reading {
  const known = new WeakMap<Rule, Reading>();
  return (rule) => {
    const reading = known.get(rule) ?? readRule(windows ? slashed(rule.text) : rule.text, rule.behavior, caseless);
    known.set(rule, reading);
    return reading;
  };
}
