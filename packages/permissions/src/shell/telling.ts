// Small programs whose words decide whether they only tell: echo, printf, test, jq.
import { isKnown, isSplit, isUnknown, type Word } from "./marks.ts";

/** Printing a variable shows it to whoever reads the output; these hold no secret. */
const HARMLESS = new Set(
  "HOME PWD OLDPWD USER LOGNAME SHELL PATH LANG TERM TZ HOSTNAME UID EUID PPID RANDOM SECONDS LINENO SHLVL OSTYPE COLUMNS LINES NODE_ENV CI".split(
    " ",
  ),
);

/** Names that a script gives its own variables are written small. */
export function showsNoSecret({ raw }: Pick<Word, "raw">): boolean {
  const names = [...raw.matchAll(/\$\{?[#!]?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
  return names.every((name) => HARMLESS.has(name) || /^[a-z]/.test(name));
}

export const echoTells = (words: readonly Word[]): boolean => words.every((word) => !isUnknown(word) || showsNoSecret(word));

export function printfTells([format, ...others]: readonly Word[]): boolean {
  const [first, rest] = format?.text === "--" ? [others[0], others.slice(1)] : [format, others];
  if (!first || !isKnown(first) || (first.text.startsWith("-") && format?.text !== "--")) return false;
  return echoTells(rest) && !/%[-#0 +'\d.*]*n/.test(first.text); // `%n` sets a variable
}

const UNARY = /^-[a-hkprstuwxzGLNOS]$|^-n$/;
const BINARY = /^(?:=|==|!=|<|>|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)$/;
const JOINS = /^(?:!|-a|-o|\(|\))$/;

/** `test` and `[`: `-v` and `-R` look a variable up, and run what stands in its subscript. An unquoted unknown word may become either. */
export function tests(words: readonly Word[]): boolean {
  if (words.some((word) => isSplit(word) || (!isKnown(word) && !isUnknown(word)))) return false;
  if (words.every(isKnown)) return !words.some(({ text }) => text === "-v" || text === "-R");
  const [first, second, third] = words;
  if (words.length === 1) return true;
  if (words.length === 2) return first !== undefined && isKnown(first) && (UNARY.test(first.text) || first.text === "!");
  if (words.length === 3) return second !== undefined && isKnown(second) && BINARY.test(second.text) && third !== undefined;
  return (
    words.length === 4 && first?.text === "!" && third !== undefined && isKnown(third) && BINARY.test(third.text) && !JOINS.test(third.text)
  );
}

const JQ_ALONE =
  /^(?:-[rcnesSMCajRz]+|--(?:raw-output|raw-output0|compact-output|null-input|exit-status|slurp|sort-keys|monochrome-output|color-output|ascii-output|join-output|raw-input|tab|unbuffered|stream|stream-errors|seq|args|jsonargs|version|help))$/;

/** Files whose content the filter is given. A filter that reads the environment or other files doesn't only tell. */
export function jqCall(words: readonly Word[]): { readonly ok: boolean; readonly files: readonly Word[] } {
  const operands: Word[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (!word || (!isKnown(word) && operands.length === 0)) return { ok: false, files: [] };
    if (/^--(?:arg|argjson)$/.test(word.text)) at += 2;
    else if (word.text === "--indent") at += 1;
    else if (JQ_ALONE.test(word.text)) continue;
    else if (/^-./.test(word.text)) return { ok: false, files: [] };
    else operands.push(word);
  }
  const [filter, ...files] = operands;
  const reads =
    /\benv\b|\$ENV\b|\$__prog|\b(?:import|include|input_line_number|debug|halt_error|getpath\/1|ltrimstr\/0|modulemeta|get_search_list)\b/;
  return { ok: filter !== undefined && !reads.test(filter.text), files };
}
