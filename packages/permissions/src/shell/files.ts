// Commands that change files: which of their words they read, write and remove. With options that are all known they are those
// that mode acceptEdits allows; with others it is still told what they touch.
import { readFlags, type Option, type Spec } from "./flags.ts";
import { ANY, isKnown, isSplit, isUnknown, literal, mayBeFlag, type Word } from "./marks.ts";
import { sedFiles, sedOnlyPrints } from "./sed.ts";
import { file, NOWHERE, placeOf, type FileTouch, type Touch } from "./touch.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** `edits`: read in full, and one of those that mode acceptEdits knows. `known`: these are all the touches there are. */
export type Changes = { readonly touches: readonly Touch[]; readonly edits: boolean; readonly known: boolean };
type Read = { readonly ok: boolean; readonly options: readonly Option[]; readonly operands: readonly Word[]; readonly at: Whereabouts };
type Changer = { readonly spec: Spec; readonly touches: (read: Read) => readonly Touch[]; readonly edits?: true };

const each = (kind: FileTouch["do"], words: readonly Word[], at: Whereabouts): readonly Touch[] =>
  words.flatMap((word) => file(kind, word, at));
const valueOf = (options: readonly Option[], ...names: readonly string[]): readonly Word[] =>
  options.flatMap(({ name, value }) => (value && names.includes(name) ? [value] : []));
const has = (options: readonly Option[], ...names: readonly string[]): boolean =>
  options.some(({ name }) => names.includes(name) || names.some((one) => one.length > 2 && name.startsWith(`--${one.slice(0, 3)}`)));

const removes = ({ operands, options, at }: Read): readonly Touch[] => {
  const whole = has(options, "r", "R", "recursive") || options.some(({ name }) => /^-[a-zA-Z]*[rR]/.test(name));
  const unread = operands.filter((word) => isUnknown(word) && !isFed(word));
  const mayBeOptions = unread.some(isSplit) || unread.filter(mayBeFlag).length > 1;
  return operands.map((word): Touch => {
    const under = whole || (mayBeOptions && unread.includes(word));
    return { do: "delete", place: placeOf(word.text, at), ...(under && word.raw !== "{}" ? { under: true } : { single: true }) };
  });
};
/** By find or xargs. */
const isFed = (word: Word): boolean => word === ANY || word.raw === "{}";

/** Sources come first and the target last, unless `-t` names it. */
function split({ operands, options }: Read): { readonly from: readonly Word[]; readonly into: readonly Word[] } {
  const given = valueOf(options, "t", "target-directory");
  const named = [...new Map((given.length > 0 ? given : unread(options)).map((word) => [word.text, word])).values()];
  if (named.length > 0) return { from: operands, into: named };
  return operands.length < 2 ? { from: operands, into: [] } : { from: operands.slice(0, -1), into: operands.slice(-1) };
}

/** The value of an abbreviated `--target-directory=…`. */
const unread = (options: readonly Option[]): readonly Word[] =>
  options.flatMap(({ name }) => {
    const given = /^--t[a-z-]*=(.*)$/s.exec(name)?.[1];
    return given === undefined ? [] : [{ raw: given, text: given, script: given }];
  });

/** What is put in a folder stands there under its own name. */
function targets(from: readonly Word[], into: readonly Word[]): readonly Word[] {
  return into.flatMap((target) => [
    target,
    ...from.flatMap((source) => {
      const name = !isUnknown(source) ? source.text.replace(/\/+$/, "").split("/").at(-1) : undefined;
      return name && name !== "." && name !== ".." ? [{ ...target, text: `${target.text.replace(/\/+$/, "")}/${name}` }] : [];
    }),
  ]);
}

/** What is written by putting it there. Two folders named at once no program takes: then what lies beneath any of them may be meant, or anything. */
function put(from: readonly Word[], into: readonly Word[], at: Whereabouts): readonly Touch[] {
  if (into.length < 2) return each("write", targets(from, into), at);
  return [...each("write", into, at).map((touch) => ({ ...touch, under: true }) as Touch), { do: "write", place: NOWHERE }];
}

/** Folders come with all that is in them. */
function bringing(from: readonly Word[], written: readonly Touch[], at: Whereabouts): readonly Touch[] {
  const brings = from.map((word) => placeOf(word.text, at));
  return written.map((touch) => (touch.do === "write" ? { ...touch, brings } : touch));
}

const copies = (read: Read): readonly Touch[] => {
  const { from, into } = split(read);
  const whole = read.options.some(({ name }) => /^(?:[raR]|recursive|archive)$|^-[a-zA-Z]*[raR]|^--(?:r|a)/.test(name));
  const written = put(from, into, read.at);
  return [
    ...each("read", from, read.at).map((touch) => ({ ...touch, under: true }) as Touch),
    ...(whole ? bringing(from, written, read.at) : written),
  ];
};
const moves = (read: Read): readonly Touch[] => {
  const { from, into } = split(read);
  const gone = from.map((word): Touch => ({
    do: "delete",
    place: placeOf(word.text, read.at),
    ...(isKnown(word) ? { under: true } : { single: true }),
  }));
  const over = (into.length < 2 ? targets(from, into) : into).map(({ text }): Touch => ({
    do: "delete",
    place: placeOf(text, read.at),
    over: true,
    ...(into.length > 1 && { under: true }),
  }));
  return [...gone, ...each("read", from, read.at), ...bringing(from, put(from, into, read.at), read.at), ...over];
};
const writes = ({ operands, at }: Read): readonly Touch[] => each("write", operands, at);
/** One operand alone is linked from here. */
const linked = (read: Read): ReturnType<typeof split> => {
  const { from, into } = split(read);
  return into.length > 0 ? { from, into } : { from, into: [{ raw: ".", text: ".", script: "." }] };
};
/** What a link leads to can be read through it as a whole; a symbolic one counts from where it stands. */
const links = (read: Read): readonly Touch[] => {
  const { from, into } = linked(read);
  const there = into.flatMap((target) =>
    from.flatMap((source) =>
      source.text.startsWith("/") ? [] : [{ ...source, text: `${target.text.replace(/[^/]*$/, "") || "./"}${source.text}` }],
    ),
  );
  return [...each("read", [...from, ...there], read.at).map((touch) => ({ ...touch, under: true }) as Touch), ...put(from, into, read.at)];
};

/** Behind the mode or the owner, which may look like an option. */
const permits = ({ operands, options, at }: Read): readonly Touch[] => {
  const whole = has(options, "R", "recursive") || options.some(({ name }) => /^-[a-zA-Z]*R/.test(name));
  return each("write", operands.slice(1), at).map((touch) => (whole ? ({ ...touch, under: true } as Touch) : touch));
};

const MOVE = "force interactive no-clobber verbose update? no-target-directory target-directory= strip-trailing-slashes";
const CHANGERS: Readonly<Record<string, Changer>> = {
  rm: {
    spec: {
      short: "rRfivdI",
      long: "recursive force verbose dir interactive? preserve-root no-preserve-root one-file-system",
      operands: "files",
    },
    touches: removes,
    edits: true,
  },
  rmdir: { spec: { short: "pv", long: "parents verbose ignore-fail-on-non-empty", operands: "files" }, touches: removes, edits: true },
  unlink: { spec: { operands: "files" }, touches: removes },
  shred: {
    spec: { short: "fuvxz", valued: "ns", long: "force remove? verbose zero exact iterations= size=", operands: "files" },
    touches: (read) => [...removes(read), ...writes(read)],
  },
  srm: {
    spec: { short: "rRfivdlz", operands: "files" },
    touches: (read) => removes({ ...read, options: [{ name: "r", value: undefined }] }),
  },
  trash: {
    spec: { short: "rfvF", operands: "files" },
    touches: (read) => removes({ ...read, options: [{ name: "r", value: undefined }] }),
  },
  mkdir: { spec: { short: "pv", valued: "m", long: "parents verbose mode=", operands: "files" }, touches: writes, edits: true },
  touch: {
    spec: { short: "acmh", valued: "dtr", long: "no-create date= time= no-dereference reference=", operands: "files" },
    touches: (read) => [...writes(read), ...each("list", valueOf(read.options, "r", "reference"), read.at)],
    edits: true,
  },
  cp: {
    spec: {
      short: "arRfinpvLPdulTxH",
      valued: "t",
      long: `archive recursive preserve? no-dereference dereference link symbolic-link ${MOVE}`,
      operands: "files",
    },
    touches: copies,
    edits: true,
  },
  mv: { spec: { short: "finvuT", valued: "t", long: MOVE, operands: "files" }, touches: moves, edits: true },
  ln: {
    spec: {
      short: "sfinvrTLP",
      valued: "t",
      long: "symbolic relative physical logical force target-directory= no-target-directory",
      operands: "files",
    },
    touches: links,
  },
  install: {
    spec: { short: "cdDpsvCT", valued: "mogtS", long: "directory mode= owner= group= target-directory=", operands: "files" },
    touches: (read) => (has(read.options, "d", "directory") ? writes(read) : copies(read)),
  },
  tee: { spec: { short: "aip", long: "append ignore-interrupts", operands: "files" }, touches: writes },
  truncate: { spec: { short: "co", valued: "sr", long: "size= no-create reference=", operands: "files" }, touches: writes },
  mkfifo: { spec: { valued: "m", operands: "files" }, touches: writes },
  mktemp: {
    spec: { short: "duqt", valued: "p", long: "directory dry-run quiet suffix= tmpdir?", operands: "text" },
    touches: (read) => {
      const folders = valueOf(read.options, "p", "tmpdir").map((word) => ({ ...word, text: `${word.text}/tmp.XXXXXXXXXX` }));
      return [...writes(read), ...each("write", folders, read.at)];
    },
  },
  chmod: { spec: { short: "Rvcfrwx", operands: "text then files" }, touches: permits },
  chown: { spec: { short: "Rvcfh", operands: "text then files" }, touches: permits },
  chgrp: { spec: { short: "Rvcfh", operands: "text then files" }, touches: permits },
  dd: {
    spec: { operands: "text" },
    touches: ({ operands, at }) =>
      operands.flatMap((word) => {
        const [, side, path] = /^(if|of)=(.*)$/s.exec(word.text) ?? [];
        return path === undefined ? [] : file(side === "of" ? "write" : "read", { ...word, text: path }, at);
      }),
  },
};

/** `words`: behind the program's name. */
export function changesOf(name: string, words: readonly Word[], at: Whereabouts): Changes | undefined {
  if (name === "sed") return sedChanges(words, at);
  const changer = Object.hasOwn(CHANGERS, name) ? CHANGERS[name] : undefined;
  if (!changer) return undefined;
  const read = readFlags(words, changer.spec);
  return {
    touches: changer.touches({ ...read, at }),
    edits: changer.edits === true && read.ok && read.operands.length > 0,
    known: read.ok,
  };
}

/** Each link that a command makes, symbolic or not; `from` is where it leads, as it is written. */
export type Linked = { readonly from: Word; readonly target: Word };
export function linkedBy(name: string, words: readonly Word[], at: Whereabouts): readonly Linked[] {
  const spec = name === "link" ? CHANGERS["ln"]?.spec : name === "ln" || name === "cp" ? CHANGERS[name]?.spec : undefined;
  if (!spec) return [];
  const read = { ...readFlags(words, spec), at };
  const options = read.options.map((one) => one.name);
  if (name === "cp" && !options.some((one) => /^(?:[sl]|link|symbolic-link)$|^-[a-zA-Z]*[sl]|^--(?:l|sy)/.test(one))) return [];
  const { from, into } = linked(read);
  return from.flatMap((source) => targets([source], into).map((target) => ({ from: source, target })));
}

const SED: Spec = {
  short: "nErsuz",
  valued: "el",
  long: "quiet silent regexp-extended separate unbuffered null-data posix sandbox expression= line-length= debug",
  operands: "text then files",
};

export type SedCall = {
  readonly prints: boolean;
  readonly inPlace: boolean;
  readonly scripts: readonly Word[];
  readonly files: readonly Word[];
};

export function sedCall(words: readonly Word[]): SedCall {
  const inPlace = words.some(({ text }) => /^-[nErsuz]*i|^--in-/.test(text));
  const others = words.filter(({ text }) => !/^-i(?:\.\w+)?$|^--in-place(?:=\.\w+)?$/.test(text));
  const { ok, options, operands } = readFlags(others, SED);
  const given = valueOf(options, "e", "expression");
  const scripts = given.length > 0 ? given : operands.slice(0, 1);
  const prints = ok && scripts.length > 0 && scripts.every((word) => isKnown(word) && sedOnlyPrints(word.text));
  return { prints, inPlace, scripts, files: given.length > 0 ? operands : operands.slice(1) };
}

/** The files that its scripts name. */
export function sedTouches({ prints, scripts }: SedCall, at: Whereabouts): readonly Touch[] {
  if (prints) return [];
  return scripts.flatMap((script): readonly Touch[] => {
    const named = sedFiles(script.text);
    if (named === undefined) return [{ do: "write", place: NOWHERE }];
    return named.flatMap((one) =>
      file(one.do, literal(one.path), at).map((touch): Touch =>
        one.sure || touch.do === "net" ? touch : { ...touch, do: "write", guessed: true },
      ),
    );
  });
}

function sedChanges(words: readonly Word[], at: Whereabouts): Changes | undefined {
  const call = sedCall(words);
  const { prints, inPlace, files } = call;
  if (!inPlace) return undefined;
  return {
    touches: [...each("read", files, at), ...each("write", files, at), ...sedTouches(call, at)],
    edits: prints && files.length > 0,
    known: prints,
  };
}
