// What one command does, by the tables: whether it only tells, and which files it touches. A program that no table knows may do anything;
// its words are then taken for files, to see what must not be touched.
import { changesOf, sedCall, sedTouches } from "./files.ts";
import { fdRuns, findCall } from "./find.ts";
import { readFlags, type Spec } from "./flags.ts";
import { followsLinks } from "./follows.ts";
import { removedBesides } from "./gone.ts";
import { gitCall, gitTells } from "./git.ts";
import { isHarmlessGlobal, showsContent } from "./git-shows.ts";
import { isKnown, isUnknown, type Word } from "./marks.ts";
import { netTouches } from "./net.ts";
import { guessed, type Guess } from "./operands.ts";
import { anyName, systemName } from "./program.ts";
import { EXACT, LISTS, SYSTEM } from "./table-system.ts";
import { TEXT } from "./table-text.ts";
import { WRAPPERS, type Wrapper } from "./wrappers.ts";
import { tests, printfTells, echoTells, jqCall, showsNoSecret } from "./telling.ts";
import { file, here, NOWHERE, placeOf, type Touch } from "./touch.ts";
import { moveIn, type Whereabouts } from "./whereabouts.ts";

/**
 * `tells`: it stands in the table of commands that only tell, with options that do; its touches must still be in scope.
 * `edits`: mode acceptEdits knows it. `known`: it touches nothing else.
 */
export type Facts = {
  readonly tells: boolean;
  readonly edits: boolean;
  readonly known: boolean;
  readonly touches: readonly Touch[];
  readonly git?: true;
  /** Through a link that the same text makes, its touches lead elsewhere than its words say. */
  readonly rerouted?: true;
};

const only = (touches: readonly Touch[], tells: boolean): Facts => ({ tells, edits: false, known: tells, touches });
const QUIET: Facts = only([], true);

/** `sets`: assignments before it. `guess`: what words may mean to a program that isn't known. */
export function factsOf(words: readonly Word[], at: Whereabouts, sets: readonly string[], guess: Guess): Facts {
  const [program, ...others] = words;
  if (!program) return QUIET;
  const name = anyName(program);
  if (name === undefined) return { tells: false, edits: false, known: false, touches: guess(others, at) };
  const told = name === "git" || name.startsWith("git-") ? gitFacts(words, at, sets) : byName(name, words, at, guess);
  const facts = followsLinks(words) ? throughLinks(told) : told;
  const exact = systemName(program) === name; // `./ls` and `LS` are other programs
  return exact ? facts : { ...facts, tells: false, edits: false, known: false };
}

/** What it does to what it is told of it may do to anything. */
function throughLinks({ touches }: Facts): Facts {
  const done = new Set(["read" as const, ...touches.flatMap((touch) => (touch.do === "write" || touch.do === "delete" ? touch.do : []))]);
  const anywhere = Array.from(done, (kind): Touch => ({ do: kind, place: NOWHERE, under: true }));
  return { tells: false, edits: false, known: false, touches: [...touches, ...anywhere] };
}

function byName(name: string, words: readonly Word[], at: Whereabouts, guess: Guess): Facts {
  const others = words.slice(1);
  const special = Object.hasOwn(SPECIAL, name) ? SPECIAL[name]?.(others, at, words) : undefined;
  if (special) return special;
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper) return { tells: false, edits: false, known: false, touches: wrapperTouches(others, wrapper, at) }; // what it runs is told of by itself
  if (others.length === 1 && others[0]?.text === "--help" && HELPS.has(name)) return QUIET;
  const changes = changesOf(name, others, at);
  if (changes) return { tells: name === "tee" && changes.known && changes.touches.length === 0, ...changes };
  const spec = Object.hasOwn(TEXT, name) ? TEXT[name] : Object.hasOwn(SYSTEM, name) ? SYSTEM[name] : undefined;
  if (spec) return bySpec(others, spec, at);
  const exact = Object.hasOwn(EXACT, name) ? EXACT[name] : undefined;
  if (others.length === 1 && exact?.includes(others[0]?.text ?? "")) return QUIET;
  const lists = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
  const below = lists && Object.hasOwn(lists, others[0]?.text ?? "") ? lists[others[0]?.text ?? ""] : undefined;
  if (below) return only([], readFlags(others.slice(1), below).ok && others.every(isKnown));
  const gone = removedBesides(name, others, at);
  const named = guess(others, at);
  const walked = WALKERS.has(name) ? named.map((touch): Touch => ("place" in touch ? { ...touch, under: true } : touch)) : named;
  return { tells: false, edits: false, known: false, touches: [...netTouches(name, others), ...gone, ...walked] };
}

/** They print how they are used, and the words above stand for nothing else there. */
const HELPS: ReadonlySet<string> = new Set([
  ...[...Object.keys(TEXT), ...Object.keys(SYSTEM)].filter((name) => !/^(?:echo|true|false|:|cd|exit|return|sleep)$/.test(name)),
  ..."cp mv rm mkdir touch ln find sed jq tar node tsc".split(" "),
]);

/** Files that its own options name. */
function wrapperTouches(words: readonly Word[], { reads = "", writes = "", own }: Wrapper, at: Whereabouts): readonly Touch[] {
  const operand = words.find(({ text }) => !text.startsWith("-"));
  return [
    ...valuesOf(words, reads).flatMap((word) => file("read", word, at)),
    ...valuesOf(words, writes).flatMap((word) => file("write", word, at)),
    ...(own === "writes" && operand ? file("write", operand, at) : []),
  ];
}

/** What stands behind these letters and long names, in the same word or the next. */
function valuesOf(words: readonly Word[], names: string): readonly Word[] {
  const each = names.split(" ").filter(Boolean);
  return words.flatMap((word, at) => {
    const { text } = word;
    const next = words[at + 1];
    const name = each.find((one) =>
      one.length > 1 ? text === `--${one}` || text.startsWith(`--${one}=`) : new RegExp(`^-[a-zA-Z]*${one}`).test(text),
    );
    if (name === undefined) return [];
    const given = name.length > 1 ? /=([^]*)$/.exec(text)?.[1] : text.slice(text.indexOf(name) + 1);
    return given ? [{ ...word, text: given }] : (next ?? []);
  });
}

/** They look at all that lies beneath the folders they are given. */
const WALKERS = new Set("ag ack tar zip 7z rsync scp".split(" "));

function bySpec(words: readonly Word[], spec: Spec, at: Whereabouts): Facts {
  const { ok, options, operands } = readFlags(words, spec);
  const given = options.some(({ name }) => /^(?:e|f|regexp|file)$/.test(name));
  const files =
    spec.operands === "files" || spec.operands === "names"
      ? operands
      : spec.operands === "text then files"
        ? operands.slice(given || options.some(({ name }) => name === "files") ? 0 : 1)
        : [];
  const named = options.flatMap(({ name, value }) => (value && spec.files?.split(" ").includes(name) ? [value] : []));
  const walks =
    spec.walks === true || (spec.walks !== undefined && options.some(({ name }) => spec.walks !== true && spec.walks?.includes(name)));
  const kind = spec.operands === "names" ? "list" : "read";
  const touches = [...files.flatMap((word) => file(kind, word, at)), ...named.flatMap((word) => file("read", word, at))];
  const whole = walks && kind === "read" ? touches.map((touch): Touch => ("place" in touch ? { ...touch, under: true } : touch)) : touches;
  const start: readonly Touch[] = walks && files.length === 0 && kind === "read" ? [{ do: "read", place: here(at), under: true }] : [];
  const written = options.flatMap(({ name, value }) => (value && spec.writes?.split(" ").includes(name) ? file("write", value, at) : []));
  const unread = ok ? [] : guessed(words, at);
  const shows = words.every((word) => !isUnknown(word) || showsNoSecret(word));
  return { tells: ok && shows && written.length === 0, edits: false, known: ok, touches: [...whole, ...start, ...written, ...unread] };
}

const REMOVERS = new Set(["rm", "rmdir", "unlink", "shred", "srm", "trash"]);

/** Where a script ends when something fails. */
const STRICT = /^(?:[-+][euC]*[euC]|[-+][euC]*o|pipefail|errexit|nounset|noclobber)$/;

/** One archive, of which names are shown. A host before a colon would be spoken to. */
function listing(words: readonly Word[], at: Whereabouts, flag: RegExp): Facts | undefined {
  const [first, archive, ...more] = words;
  const plain = archive !== undefined && more.length === 0 && isKnown(archive) && /^[^-]/.test(archive.text) && !archive.text.includes(":");
  return first && flag.test(first.text) && plain ? only(file("read", archive, at), true) : undefined;
}

type Special = (others: readonly Word[], at: Whereabouts, words: readonly Word[]) => Facts | undefined;

const SPECIAL: Readonly<Record<string, Special>> = {
  echo: (words) => only([], echoTells(words)),
  printf: (words) => only([], printfTells(words)),
  test: (words) => only([], tests(words)),
  "[": (words) => only([], words.at(-1)?.text === "]" && tests(words.slice(0, -1))),
  date: (words, at) => {
    const facts = bySpec(words, SYSTEM["date"] ?? { operands: "none" }, at);
    const { operands } = readFlags(words, SYSTEM["date"] ?? { operands: "none" });
    return operands.every((word) => isKnown(word) && word.text.startsWith("+")) ? facts : only([], false); // any other sets the clock
  },
  ps: (words, at) => {
    const facts = bySpec(words, SYSTEM["ps"] ?? { operands: "none" }, at);
    return words.some(({ text }) => /^[a-zA-Z]*e/.test(text)) ? { ...facts, tells: false } : facts; // `e` without a dash shows the environment of processes
  },
  man: (words, at) => {
    const facts = bySpec(words, SYSTEM["man"] ?? { operands: "none" }, at);
    const files = words.filter(({ text }) => !text.startsWith("-") && (text.includes("/") || words.some((one) => one.text === "-l")));
    return { ...facts, touches: [...facts.touches, ...files.flatMap((word) => file("read", word, at))] };
  },
  tar: (words, at) => listing(words, at, /^-?(?:[zjJv]*t[zjJv]*f)$/),
  unzip: (words, at) => listing(words, at, /^-[lv]$/),
  gunzip: (words, at) =>
    words.some(({ text }) => /^-[cfkv]*c[cfkv]*$/.test(text))
      ? bySpec(words, { short: "ckfv", operands: "files", least: 1 }, at)
      : undefined,
  set: (words) => (words.length > 0 && words.every(({ text }) => STRICT.test(text)) ? QUIET : undefined),
  command: (words) => (/^-[vV]$/.test(words[0]?.text ?? "") ? only([], words.every(isKnown)) : undefined),
  cd: moves,
  pushd: moves,
  popd: moves,
  find: (words, at) => {
    const call = findCall(words);
    const place = call.starts.length > 0 ? call.starts.map((word) => placeOf(word.text, at)) : [here(at)];
    const lists = place.map((one): Touch => ({ do: "list", place: one }));
    const reads = call.runs.length > 0 ? place.map((one): Touch => ({ do: "read", place: one, under: true })) : [];
    const removing = call.deletes || call.runs.some(([program]) => REMOVERS.has((program && anyName(program)) ?? ""));
    const deletes = removing
      ? place.map((one): Touch => ({ do: "delete", place: one, under: true, ...(call.narrowed && { part: true }) }))
      : [];
    const writes = call.writes.flatMap((word) => file("write", word, at));
    return { tells: call.tells, edits: false, known: call.tells, touches: [...lists, ...reads, ...deletes, ...writes] };
  },
  fd: fdFacts,
  fdfind: fdFacts,
  sed: (words, at) => {
    const call = sedCall(words);
    const { prints, inPlace, files } = call;
    if (inPlace) return undefined;
    const unread = prints ? [] : [...guessed(words, at), ...sedTouches(call, at)];
    return { tells: prints, edits: false, known: prints, touches: [...files.flatMap((word) => file("read", word, at)), ...unread] };
  },
  jq: (words, at) => {
    const { ok, files } = jqCall(words);
    return { tells: ok, edits: false, known: ok, touches: ok ? files.flatMap((word) => file("read", word, at)) : guessed(words, at) };
  },
};

/** Beneath the folders that it is given, or here. */
function fdFacts(words: readonly Word[], at: Whereabouts): Facts | undefined {
  const runs = fdRuns(words);
  if (runs.length === 0) return undefined;
  const { operands } = readFlags(
    words.slice(0, words.length - Math.min(...runs.map((run) => run.length)) + 1),
    SYSTEM["fd"] ?? { operands: "text" },
  );
  const starts = operands.slice(1).map((word) => placeOf(word.text, at));
  const removing = runs.some(([program]) => REMOVERS.has((program && anyName(program)) ?? ""));
  const touches = (starts.length > 0 ? starts : [here(at)]).flatMap((place): Touch[] => [
    { do: "read", place, under: true },
    ...(removing ? [{ do: "delete", place, under: true, part: true } as const] : []),
  ]);
  return { tells: false, edits: false, known: false, touches };
}

function moves(_: readonly Word[], at: Whereabouts, words: readonly Word[]): Facts | undefined {
  const moved = moveIn(words);
  if (!moved) return undefined;
  const to = moved.to;
  const unread = to !== undefined && (!isKnown(to) || to.text === "-");
  const home = to === undefined; // home, or where the shell was before
  const place = unread || home ? NOWHERE : placeOf(to?.text ?? "", at);
  return { tells: moved.plain, edits: false, known: moved.plain, touches: [{ do: "cd", place }] };
}

function gitFacts(words: readonly Word[], at: Whereabouts, sets: readonly string[]): Facts {
  const called = gitCall(words);
  const call = { ...called, global: [...called.global, ...sets.filter((one) => one.startsWith("GIT_"))] };
  const { ok, operands } = gitTells(call);
  const texts = call.words.map(({ text }) => text);
  const [command] = texts;
  const start = call.folders.reduce<Whereabouts>(
    (from, folder) => ({ folders: placeOf(folder.text, from).paths, lost: from.lost || !isKnown(folder) }),
    at,
  );
  const named = guessed(call.words.slice(1), start);
  const reads: Touch[] = ok ? operands.flatMap((word) => (isRevision(word) ? [] : file("read", word, start))) : [];
  const odd = call.global.some((one) => !isHarmlessGlobal(one));
  const shows: Touch[] = showsContent(call.global, texts)
    ? [{ do: "read", place: odd ? NOWHERE : here(start), under: true, kept: true }]
    : [];
  const tree = workTree(call.global, start);
  const gone = removed(command ?? "", call.words.slice(1), tree);
  const changed: Touch[] = ok || command === undefined ? [] : [{ do: "write", place: here(tree), guessed: true }];
  return { tells: ok, edits: false, known: ok, git: true, touches: [...reads, ...shows, ...gone, ...named, ...changed] };
}

/** Where the files stand that it works on. A repository that is named by itself may say that in its own settings. */
function workTree(global: readonly string[], at: Whereabouts): Whereabouts {
  const named = global.flatMap((one) => /^(?:--work-tree|GIT_WORK_TREE|-c=core\.worktree)=(.*)$/is.exec(one)?.[1] ?? []);
  const hidden = global.some((one) => /^(?:--git-dir|GIT_DIR|GIT_CONFIG\w*|--config-env)(?:=|$)/i.test(one));
  const places = named.map((text) => placeOf(text, at));
  if (places.length === 0) return hidden ? { ...at, lost: true } : at;
  return { folders: places.flatMap(({ paths }) => paths), lost: at.lost || places.some(({ unknown }) => unknown) };
}

/** `main..HEAD`, `HEAD~1`, `stash@{0}`: no path begins or ends so. */
const isRevision = ({ text }: Word): boolean =>
  /^(?:HEAD|FETCH_HEAD|ORIG_HEAD)(?:[~^@][\w~^{}]*)?$|^[\w/-]+\.\.\.?[\w/~^-]*$|^[0-9a-f]{7,40}$/.test(text);

function removed(command: string, words: readonly Word[], at: Whereabouts): readonly Touch[] {
  const operands = words.filter(({ text }) => !text.startsWith("-"));
  const places = operands.map((word) => placeOf(word.text, at));
  if (command === "clean")
    return (places.length > 0 ? places : [here(at)]).map((place) => ({ do: "delete", place, under: true, part: true }));
  if (command === "worktree" && /^(?:remove|move)$/.test(operands[0]?.text ?? ""))
    return places.slice(1, 2).map((place) => ({ do: "delete", place, under: true }));
  if (command !== "rm" || words.some(({ text }) => text === "--cached")) return [];
  return places.map((place) => ({ do: "delete", place, under: true }));
}
