// The options of a command read against a list of those that are known to change nothing. Any other option, an abbreviation or a word
// that could be one makes the reading fail.
import { ANY, isKnown, isUnknown, lead, MARK, mayBeFlag, ONE, type Word } from "./marks.ts";

/** What the words behind the options are. `names`: files of which only name and size are told. `text then files`: grep. */
export type Operands = "files" | "names" | "text" | "none" | "text then files";

export type Spec = {
  /** Letters that stand alone, and those that take a value (in the same word or the next). */
  readonly short?: string;
  readonly valued?: string;
  /** Long names; `name=` takes a value, `name?` may have one behind `=`. */
  readonly long?: string;
  /** Of those with a value: the ones that name a file to be read. */
  readonly files?: string;
  /** And those that name one to be written. */
  readonly writes?: string;
  /** `-20`, and `+20`. */
  readonly digits?: true;
  readonly operands: Operands;
  readonly most?: number;
  readonly least?: number;
  /** No option of the program writes or runs anything, so that a wildcard may stand for one. */
  readonly safe?: true;
  /** Options that begin with one dash and have several letters (find, file, tput). */
  readonly whole?: string;
  /** What it walks beneath its operands, always or by one of these options. */
  readonly walks?: true | readonly string[];
};
export type Option = { readonly name: string; readonly value: Word | undefined };
export type ReadFlags = { readonly ok: boolean; readonly options: readonly Option[]; readonly operands: readonly Word[] };

export function readFlags(words: readonly Word[], spec: Spec): ReadFlags {
  const options: Option[] = [];
  const operands: Word[] = [];
  const long = words.some(({ text }) => text.startsWith("--")) ? longNames(spec) : undefined;
  let ok = true;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (!word) break;
    if (word.text === "--") {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!isKnown(word) && mayBeFlag(word) && !isSure(word, spec)) ok = false;
    if (!/^-./.test(word.text) && !(spec.digits && /^\+\d/.test(word.text))) {
      operands.push(word);
      continue;
    }
    const read = word.text.startsWith("--") ? readLong(word, words[at + 1], long) : readShort(word, words[at + 1], spec);
    if (!read) {
      ok = false;
      options.push({ name: word.text, value: undefined });
      continue;
    }
    options.push(...read.options);
    if (read.took) at += 1;
  }
  const { most = Infinity, least = 0 } = spec;
  const none = spec.operands === "none" && operands.length > 0;
  return { ok: ok && !none && operands.length <= most && operands.length >= least, options, operands };
}

/** What xargs hands to a program that only takes text; a wildcard that can only make operands, of a program with no harmful option; or the value of an option that is spelled out. */
function isSure(word: Word, { safe, operands }: Spec): boolean {
  if (isUnknown(word)) return safe === true && operands === "text" && (word === ANY || word === ONE);
  const start = lead(word);
  return start === "" ? safe === true && word.text.startsWith(MARK.glob) : /^--[\w-]+=/.test(start);
}

type Taken = { readonly options: readonly Option[]; readonly took: boolean };

const longNames = ({ long = "" }: Spec): ReadonlyMap<string, string> =>
  new Map(long.split(" ").map((name) => [name.replace(/[=?]$/, ""), /[=?]$/.exec(name)?.[0] ?? ""]));

function readLong(word: Word, next: Word | undefined, long: ReadonlyMap<string, string> | undefined): Taken | undefined {
  const [, name = "", given] = /^--([^=]*)(?:=(.*))?$/s.exec(word.text) ?? [];
  const takes = long?.get(name);
  if (takes === undefined || name === "") return undefined;
  if (given !== undefined) return takes === "" ? undefined : { options: [{ name, value: { ...word, text: given } }], took: false };
  if (takes === "=") return next && { options: [{ name, value: next }], took: true };
  return { options: [{ name, value: undefined }], took: false };
}

function readShort(word: Word, next: Word | undefined, { short = "", valued = "", digits, whole = "" }: Spec): Taken | undefined {
  const letters = word.text.slice(1);
  if (digits && /^\d+[bkmcl]?$/.test(letters)) return { options: [], took: false };
  if (whole.split(" ").includes(letters)) return { options: [{ name: letters, value: undefined }], took: false };
  const options: Option[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? "";
    if (valued.includes(letter)) {
      const rest = letters.slice(at + 1);
      if (rest === "" && !next) return undefined;
      return { options: [...options, { name: letter, value: rest === "" ? next : { ...word, text: rest } }], took: rest === "" };
    }
    if (!short.includes(letter)) return undefined;
    options.push({ name: letter, value: undefined });
  }
  return { options, took: false };
}
