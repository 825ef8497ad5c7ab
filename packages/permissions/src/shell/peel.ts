// What a command runs in turn: the command behind a wrapper, the script of a shell, what find, git and xargs are told to run.
// A restriction looks at all of it; an allowance only at `through`.
import { sedCall } from "./files.ts";
import { codeIn, settings, startsMore, subscript } from "./evaluated.ts";
import { fdRuns, findCall } from "./find.ts";
import { gitCall, gitRuns } from "./git.ts";
import { ANY, isKnown, isSplit, literal, ONE, type Word } from "./marks.ts";
import type { Reader } from "./portable.ts";
import { anyName } from "./program.ts";
import { fed, isDescriptor, join, MADE, readBy, shell, type Part } from "./shells.ts";
import { sedOnlyPrints, sedRunsData } from "./sed.ts";
import type { Simple } from "./walk.ts";
import { LANGUAGES, launchesAt, SHELLS, WRAPPERS, type Wrapper } from "./wrappers.ts";

export type Peeled = {
  /** Behind a wrapper that an allowance looks through. */
  readonly through: readonly Word[] | undefined;
  readonly runs: readonly (readonly Word[])[];
  /** Words at any of which a command may begin. */
  readonly guesses: readonly (readonly Word[])[];
  /** Texts that a shell runs. */
  readonly scripts: readonly string[];
  /** Which one; undefined: the one that the command stands in. */
  readonly reader: Reader | undefined;
  /** Texts in other languages, which may run anything. */
  readonly codes: readonly string[];
  /** Why it may run what can't be seen. */
  readonly hides: string | undefined;
  /** What it runs starts in another folder. */
  readonly elsewhere: boolean;
  /** What it sets for what it runs. */
  readonly sets: readonly string[];
};
const NOTHING: Peeled = {
  through: undefined,
  runs: [],
  guesses: [],
  scripts: [],
  reader: "posix", // what isn't said to be bash is `sh`
  codes: [],
  hides: undefined,
  elsewhere: false,
  sets: [],
};

export function peel(command: Simple): Peeled {
  const set = command.assigns.flatMap(({ name, value, raw }) => codeIn(name, value?.script ?? raw.slice(raw.indexOf("=") + 1)));
  const program = peelProgram(command);
  const more = command.assigns.some(({ name }) => startsMore(name));
  const peeled = more ? { ...program, hides: program.hides ?? MADE } : program;
  return set.length === 0 ? peeled : { ...peeled, reader: "posix", scripts: [...set, ...peeled.scripts] };
}

function peelProgram(command: Simple): Peeled {
  const [program, ...others] = command.words;
  if (!program) return NOTHING;
  const name = anyName(program);
  if (name === undefined) return { ...NOTHING, hides: MADE, guesses: tails(others) };
  const own = Object.hasOwn(OWN, name) ? OWN[name]?.(others, command) : undefined;
  if (own) return { ...NOTHING, ...own };
  if (SHELLS.has(name)) return { ...NOTHING, reader: readBy(name, others), ...shell(others, command) };
  const wrapper = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
  if (wrapper) return { ...NOTHING, ...wrapped(name, others, wrapper) };
  const at = launchesAt(
    name,
    others.map(({ text }) => text),
  );
  if (at !== undefined)
    return {
      ...NOTHING,
      guesses: tails(others.slice(at + 1)),
      scripts: [
        ...flagged(others, /^(?:-c|--call=?)/),
        ...(JOINS.has(name)
          ? others
              .slice(at + 1)
              .filter(({ text }) => text.includes(" "))
              .map(({ script: one }) => one)
          : []),
      ],
    };
  const code = languageOf(name);
  if (code) return { ...NOTHING, ...foreign(others, code, command) };
  return /^ld(?:-linux[\w-]*|-musl[\w-]*|-[\d.]+)?\.so/.test(name)
    ? { ...NOTHING, guesses: tails(others) }
    : { ...NOTHING, scripts: execFlags(name, others) };
}

function languageOf(name: string): RegExp | undefined {
  return LANGUAGES.get(name) ?? LANGUAGES.get(name.replace(/[\d.]+w?$/, ""));
}

/** The command behind a wrapper's own words; where those aren't all known, it may begin at the next word too. */
function wrapped(name: string, words: readonly Word[], wrapper: Wrapper): Part {
  const { at, sure, assigns } = behind(words, wrapper);
  const inner = words.slice(at);
  if (name === "xargs" || name === "parallel") {
    const guesses = sure ? [] : tails(words, BEHIND_WRAPPER).map((tail) => [...tail, ANY]);
    const fed = inner.map((word) => (/\{\}/.test(word.text) ? ONE : word));
    const all = inner.length === 0 ? [literal("echo")] : [...fed, ANY];
    return name === "xargs" && sure && handsOn(words.slice(0, at))
      ? { through: all }
      : {
          runs: [all, ...(sure ? [] : [[...fed.slice(1), ANY]])],
          guesses,
          scripts: listed(words),
        };
  }
  const texts = (sure ? inner.slice(0, 1) : words).filter(({ text }) => /\s/.test(text)).map(({ script: one }) => one);
  const scripts = [...scriptsOf(name, words, inner), ...texts];
  const starts = inner.length === 0 ? [] : sure ? [inner] : [inner, inner.slice(1)];
  if (wrapper.free && sure && assigns === 0 && inner.length > 0 && words.slice(0, at).every(isKnown)) {
    const plain = name !== "time" || words.slice(0, at).every(({ text }) => text === "-p");
    if (plain) return { through: inner, scripts };
  }
  const moved = words.slice(0, at).some(({ text }) => MOVES[name]?.test(text));
  return {
    runs: starts.filter((one) => one.length > 0),
    guesses: sure ? [] : tails(words, BEHIND_WRAPPER),
    scripts,
    elsewhere: moved || name === "chroot",
    sets: words.slice(0, at).flatMap(({ text }) => (/^\w+=/.test(text) ? [text] : [])),
  };
}

/** Behind `:::` stand words of a command, or commands. */
function listed(words: readonly Word[]): readonly string[] {
  const at = words.findIndex(({ text }) => text.startsWith(":::"));
  return at === -1 ? [] : words.slice(at + 1).map(({ script }) => script);
}

/** Options of xargs that only say how the names are told apart and how many go into one call; `{}` alone may stand for one. */
const handsOn = (words: readonly Word[]): boolean =>
  words.every(({ text }, at) => {
    if (/^-(?:I|I\{\})$/.test(text)) return text.length > 2 || words[at + 1]?.text === "{}";
    return /^-[0rtx]+$|^-[nLPs]\d*$|^\d+$|^-d.{0,2}$|^\\[n0t]$|^--null$|^--no-run-if-empty$|^--$|^\{\}$/.test(text);
  });

/** Options by which a wrapper starts its command in another folder. */
const MOVES: Readonly<Record<string, RegExp>> = {
  env: /^(?:-C|--chdir)/,
  sudo: /^(?:-D|--chdir|-R|--chroot)/,
  nsenter: /^(?:-w|--wd|-r|--root)/,
  unshare: /^(?:-w|--wd|-R|--root)/,
  proot: /^-[wr]/,
  "systemd-run": /^--working/,
};

const JOINS = new Set(["watch", "tmux", "screen"]);

/** Some take a text for a shell in an option, or join their words to one. */
function scriptsOf(name: string, words: readonly Word[], inner: readonly Word[]): readonly string[] {
  if (JOINS.has(name)) return [join(inner)];
  if (name === "gdb" || name === "lldb")
    return flagged(words, /^--?(?:ex|iex|eval-command=?|o|O)$|^-ex=/).map((text) => text.replace(/^\s*(?:shell|!|platform shell)\s*/, ""));
  if (name === "strace")
    return flagged(words, /^-o/)
      .filter((text) => /^[|!]/.test(text))
      .map((text) => text.slice(1));
  if (name === "hyperfine") return inner.map(({ script }) => script);
  if (name === "env") {
    const rest = join(inner); // once: there may be as many options as words
    return flagged(words, /^(?:-[a-zA-Z0-9]*S|--sp[a-z-]*=?)/).map((text) => `env ${text} ${rest}`);
  }
  if (/^(?:npx|bunx|pnpx)$/.test(name)) return flagged(words, /^(?:-[a-z]*c|--call=?)/);
  if (/^(?:su|runuser|flock|script|sg|dotenv)$/.test(name)) return flagged(words, /^(?:-[a-z]*c|--command=?)/);
  return [];
}

function behind(words: readonly Word[], wrapper: Wrapper): { readonly at: number; readonly sure: boolean; readonly assigns: number } {
  const long = (wrapper.long ?? "").split(" ");
  const plain = (wrapper.plainLong ?? "").split(" ");
  let at = 0;
  let sure = true;
  for (let word = words[at]; word && (wrapper.dash ? /^-/ : /^-./).test(word.text); word = words[at]) {
    at += 1;
    if (word.text === "--" || word.text === "-") break;
    const [name = ""] = word.text.slice(2).split("=");
    if (word.text.startsWith("--")) {
      if (long.includes(name)) at += word.text.includes("=") ? 0 : 1;
      else sure &&= plain.includes(name);
      continue;
    }
    const letters = [...word.text.slice(1)];
    const takes = letters.findIndex((letter) => wrapper.valued?.includes(letter));
    sure &&= letters.slice(0, takes === -1 ? undefined : takes).every((letter) => wrapper.plain?.includes(letter));
    if (takes === letters.length - 1) at += 1;
  }
  let assigns = 0;
  while (wrapper.assigns && /^\w+=/.test(words[at]?.text ?? "")) {
    at += 1;
    assigns += 1;
  }
  at += wrapper.operands ?? 0;
  return { at: Math.min(at, words.length), sure: sure && !words.slice(0, at).some(isSplit), assigns };
}

/** The words behind any of these options, or what stands in the same word. */
const flagged = (words: readonly Word[], flag: RegExp): readonly string[] =>
  words.flatMap(({ text, script }, at) => {
    const found = flag.exec(text);
    return found ? [text.length > found[0].length ? script.slice(found[0].length) : (words[at + 1]?.script ?? "")] : [];
  });

const MOST_TAILS = 12;
const BEHIND_WRAPPER = 8;
const LONGEST_TAIL = 60; // words
const tails = (words: readonly Word[], most = MOST_TAILS): readonly (readonly Word[])[] =>
  words
    .slice(0, most)
    .flatMap((word, at) => (word.text.startsWith("-") || word.text.includes("=") ? [] : [words.slice(at, at + LONGEST_TAIL)]));

function foreign(words: readonly Word[], flag: RegExp, { input }: Simple): Part {
  const codes = words.filter(({ text }) => flag.test(text) || /[\s()'"]/.test(text)).map(({ script: one }) => one);
  const texts =
    input.from === "text"
      ? [input.text]
      : input.from === "command"
        ? (input.command?.words.slice(1).map(({ script: one }) => one) ?? [])
        : [];
  return { codes: [...codes, ...texts] };
}

const LISTENS = /^(?:-[a-zA-Z]*[ec]|--(?:sh-)?exec=?)/;

/** Options by which a program that isn't a wrapper runs another one. */
const EXEC_FLAGS: Readonly<Record<string, RegExp>> = {
  rg: /^--(?:pre|hostname-bin)=?/,
  sort: /^--comp[a-z-]*=?/,
  tar: /^(?:-I|-F|--(?:to-command|use-compress-program|info-script|new-volume-script|rsh-command|checkpoint-action)=?(?:exec=)?)/,
  split: /^--filter=?/,
  zip: /^(?:-TT|--unzip-command=?)/,
  rsync: /^(?:-e|--rsh=?|--rsync-path=?)/,
  man: /^(?:-P|-H|--pager=?|--html=?)/,
  vim: /^(?:-c|\+)!?/,
  "nix-shell": /^--(?:run|command)=?/,
  compgen: /^-C/,
  complete: /^-C/,
  nc: LISTENS,
  ncat: LISTENS,
  netcat: LISTENS,
};

const execFlags = (name: string, words: readonly Word[]): readonly string[] => {
  const flag = Object.hasOwn(EXEC_FLAGS, name) ? EXEC_FLAGS[name] : undefined;
  return flag ? flagged(words, flag) : [];
};

const OWN: Readonly<Record<string, (words: readonly Word[], command: Simple) => Part | undefined>> = {
  eval: (words) => ({
    reader: undefined,
    scripts: [join(words[0]?.text === "--" ? words.slice(1) : words)],
    hides: words.some((word) => /^[\u0004-\u0006]/.test(word.text)) ? MADE : undefined,
  }),
  source: sourced,
  ".": sourced,
  trap: (words) => {
    const first = words.find(({ text }) => text !== "--");
    return first && (words[0] !== first || !first.text.startsWith("-")) ? { scripts: [first.script], reader: undefined } : {};
  },
  alias: (words) => ({ reader: undefined, scripts: words.map(({ text }) => text.replace(/^[^=]*=/, "")) }),
  command: ([first]) => (/^-p?[vV]/.test(first?.text ?? "") ? {} : undefined),
  find: (words) => ({
    runs: findCall(words).runs.map((run) =>
      run.map((word) => (word.text === "{}" ? ONE : word.text.includes("{}") ? { ...ONE, raw: word.raw } : word)),
    ),
  }),
  fd: (words) => ({ runs: fdRuns(words) }),
  fdfind: (words) => ({ runs: fdRuns(words) }),
  sed: (words) => {
    const scripts = sedCall(words).scripts.filter((word) => !isKnown(word) || !sedOnlyPrints(word.text));
    return { codes: scripts.map(({ script: one }) => one), hides: scripts.some(({ text }) => sedRunsData(text)) ? MADE : undefined };
  },
  set: settings,
  shopt: settings,
  mapfile: reads,
  readarray: reads,
  enable: (words) => (words.some(({ text }) => /^-[a-z]*f/.test(text)) ? { hides: MADE } : undefined),
  make: (words, { input }) => ({
    scripts: flagged(words, /^SHELL=/),
    codes: [
      ...flagged(words, /^(?:-E|--eval=?)/),
      ...(input.from === "text" ? [input.text] : []),
      ...(input.from === "command" ? [join(input.command?.words.slice(1) ?? [])] : []),
    ],
  }),
  scp: remote,
  sftp: remote,
  jobs: (words) => ({ runs: words[0]?.text === "-x" ? [words.slice(1)] : [] }),
  hash: (words) => ({ runs: words[0]?.text === "-p" ? [words.slice(1, 2)] : [] }),
  capsh: (words) => {
    const at = words.findIndex(({ text }) => text === "--" || text === "==");
    return { runs: at === -1 ? [] : [[literal("bash"), ...words.slice(at + 1)]] };
  },
  at: (_, { input }) => fed(input),
  batch: (_, { input }) => fed(input),
  crontab: (words, { input }) => (words.length === 0 || words.some(({ text }) => text === "-") ? fed(input) : undefined),
  git: (words, { words: all }) => {
    const call = gitCall([all[0] ?? literal("git"), ...words]);
    return { scripts: gitRuns(call), hides: call.global.some((one) => one.startsWith("--config-env")) ? MADE : undefined };
  },
  ssh: (words) => ({
    guesses: tails(words.slice(1)),
    scripts: [join(words.slice(1).filter(({ text }) => !text.startsWith("-"))), ...remoteCommands(words)],
  }),
  concurrently: (words) => ({ scripts: words.filter(({ text }) => text.includes(" ")).map(({ script: one }) => one) }),
  printf: (words, command) => (words[0]?.text.startsWith("-v") ? subscript(words, command) : undefined),
  wait: (words, command) => (words.some(({ text }) => text === "-p") ? subscript(words, command) : undefined),
  getopts: subscript,
  let: subscript,
  unset: subscript,
  read: subscript,
  declare: subscript,
  typeset: subscript,
  local: subscript,
  readonly: subscript,
  export: subscript,
  test: subscript,
  "[": subscript,
};

/** `-C` is run for each so many lines. */
function reads(words: readonly Word[], command: Simple): Part {
  const scripts = flagged(words, /^-C/);
  const part = subscript(words, command);
  return { ...part, scripts: [...scripts, ...(part?.scripts ?? [])], ...(scripts.length > 0 && { reader: undefined }) };
}

function remote(words: readonly Word[]): Part {
  return { scripts: [...flagged(words, /^-[SD]/), ...remoteCommands(words)] };
}

/** What an option of ssh and its kind says is run, here or there. */
const remoteCommands = (words: readonly Word[]): readonly string[] =>
  words.flatMap(({ script: one }) => /^(?:-o\s*)?\w*command[= ](.*)$/is.exec(one)?.[1] ?? []);

function sourced([first]: readonly Word[]): Part {
  const unseen = !first || isDescriptor(first.text) || /^[\u0004-\u0006]/.test(first.text);
  return unseen ? { hides: MADE } : {};
}
