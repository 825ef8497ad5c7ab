// What a shell is told to run: by its words, or on its standard input.
import { isKnown, isSplit, lead, MARK, type Word } from "./marks.ts";
import type { Peeled } from "./peel.ts";
import type { Reader } from "./portable.ts";
import { anyName } from "./program.ts";
import type { Simple } from "./walk.ts";
import { PIPE } from "./word.ts";

export type Part = Partial<Peeled>;
export const MADE = "it makes the name of a program or its code as it runs";
export const join = (words: readonly Word[]): string => words.map(({ script }) => script).join(" ");

/** `-c TEXT`, a file, or standard input. */
export function shell(words: readonly Word[], { input }: Simple): Part {
  let at = 0;
  let code = false;
  for (let word = words[at]; word && /^[-+]./.test(word.text); word = words[at]) {
    at += /^[-+][a-zA-Z]*[oO]$|^--(?:rcfile|init-file)$/.test(word.text) ? 2 : 1;
    code ||= /^-[a-zA-Z]*c/.test(word.text);
    if (word.text === "--") break;
  }
  const operand = words[at];
  if (code) return operand ? script(operand) : {};
  if (words.some(({ text }) => text === "--version" || text === "--help")) return {};
  if (operand && !words.slice(0, at).some(({ text }) => /^-[a-z]*s/.test(text))) {
    const unseen = isDescriptor(operand.text) || lead(operand) + MARK.open === operand.text || isSplit(operand);
    if (operand.text !== "-" && operand.text !== "/dev/stdin") return unseen ? { hides: "a shell runs what can't be seen" } : {};
  }
  return fed(input);
}

function script(word: Word): Part {
  const nothing = /^[\u0004-\u0006]/.test(word.text);
  return { scripts: [word.script], hides: nothing ? MADE : undefined };
}

/** What stands open already: no file that the text names. */
export const isDescriptor = (path: string): boolean =>
  path === PIPE || /^\/dev\/(?:stdin$|fd\/)|^\/proc\/[^/]+\/(?:task\/[^/]+\/)?fd\//.test(path);

const DECODES = /^(?:base64|base32|xxd|openssl|gpg|tr|rev|uudecode|gzip|gunzip|zcat|bzip2|xz|sed|awk)$/;
const FETCHES = /^(?:curl|wget|fetch|aria2c|http)$/;

/** What a shell reads from its standard input. */
export function fed(input: Simple["input"]): Part {
  if (input.from === "text") return { scripts: [input.text] };
  if (input.from === "elsewhere" || !input.command) return { hides: input.from === "elsewhere" ? FETCHED : MADE };
  const [program, ...others] = input.command.words;
  const name = program && anyName(program);
  if (name === "echo" || name === "printf") {
    const text = others.filter(({ text: one }) => !/^-[neE]+$/.test(one));
    const escaped = others.some((word) => /\\[xu0-7]/.test(word.text) || !isKnown(word));
    return { scripts: [join(text), ...text.map(({ script: one }) => one)], hides: escaped ? MADE : FETCHED };
  }
  if (name === "cat" && others.length === 0) return fed(input.command.input);
  return { hides: name !== undefined && !DECODES.test(name) && (FETCHES.test(name) || name === "cat") ? FETCHED : MADE };
}

/** Not a program hidden in the command: what is run stands elsewhere. */
export const FETCHED = "a shell runs what it reads";

/** Bash starts as it is here, unless an option that can't be told may say otherwise. */
export const readBy = (name: string, words: readonly Word[]): Reader | undefined => {
  if (name === "bash" || name === "rbash") {
    const code = words.findIndex(({ text }) => /^-[a-zA-Z]*c/.test(text));
    return words.slice(0, Math.max(code, 0)).every(isKnown) ? undefined : "posix";
  }
  return /^(?:sh|dash|ash)$/.test(name) ? "posix" : "foreign";
};
