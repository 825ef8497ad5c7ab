/**
 * The `$` tokens of a skill's text: `$ARGUMENTS`, `$0`, `$ARGUMENTS[0]`, `$name`, `${VARIABLE}`. Rule: one pass, and what is put in isn't
 * looked at again; amounts (`$10.00`), places that are spared and numbers without an argument keep their letters.
 */
import type { Range } from "../instructions/markdown.ts";
import { splitWords } from "./words.ts";

/** `args`: as typed. `names`: of the arguments, by position. `base`: what the first one is called. */
export type Arguments = { readonly args: string; readonly names: readonly string[]; readonly base: 0 | 1 };
export type Values = Arguments & { readonly variables: ReadonlyMap<string, string> };

/** A value and where it goes; the text that stands there in the end. `words`: what it is in the eyes of a shell. Undefined: it can't go there. */
export type Put = (value: string, words: readonly string[], at: number) => string | undefined;
/** `used`: some argument went in. `refused`: one couldn't. */
export type Expanded = { readonly text: string; readonly used: boolean; readonly refused: boolean };

const NUMBER = String.raw`(\d+)(?![A-Za-z0-9_]|[.,]\d)`;
const WHOLE = String.raw`ARGUMENTS(?:\[(\d+)\]|(?![A-Za-z0-9_]))`;
const VARIABLE = String.raw`\{([A-Za-z_][\w.]{0,100})(?::?-[^}]{0,500})?\}`;
const SLASHES = String.raw`(?<!\\)(\\*)`;

/** What a token turned out to be: `undefined` as a value leaves it as it is. */
type Token = { readonly value: string | undefined; readonly words?: readonly string[]; readonly isArgument: boolean };

/** Of `text`, the part in `range`. `spare`: no number and no backslash is touched there. */
export function expandDollars(text: string, range: Range, values: Values, spare: (at: number) => boolean, put: Put): Expanded {
  const names = nameable(values.names);
  const token = new RegExp(String.raw`${SLASHES}\$(?:${WHOLE}|${NUMBER}|${VARIABLE}${names.pattern})`, "g");
  const words = splitWords(values.args);
  let used = false;
  let refused = false;
  const expanded = text.slice(range.from, range.to).replaceAll(token, (...found: readonly unknown[]) => {
    const [whole = "", slashes = "", index, number, variable, name] = found
      .slice(0, 6)
      .map((part) => (part === undefined ? undefined : String(part)));
    const at = range.from + Number(found.at(-2)) + slashes.length;
    const positional = number !== undefined || index !== undefined;
    if (variable === undefined && slashes.length % 2 === 1) return spare(at) ? whole : slashes.slice(1) + whole.slice(slashes.length);
    if (positional && spare(at)) return whole;
    const { value, words: many, isArgument } = read();
    if (value === undefined || (variable !== undefined && slashes.length % 2 === 1)) return whole;
    const placed = put(value, many ?? [value], at);
    used ||= isArgument;
    refused ||= placed === undefined;
    return slashes + (placed ?? whole);

    function read(): Token {
      if (variable !== undefined) return { value: values.variables.get(variable), isArgument: false };
      if (index !== undefined) return { value: words[Number(index)], isArgument: true };
      if (number !== undefined)
        return { value: Number(number) < values.base ? undefined : words[Number(number) - values.base], isArgument: true };
      if (name !== undefined) return { value: words[names.all.indexOf(name)] ?? "", isArgument: true };
      return { value: values.args, words, isArgument: true };
    }
  });
  return { text: expanded, used, refused };
}

/** Longest first, so that `$file-name` isn't `$file` with something behind it. */
function nameable(names: readonly string[]): { readonly all: readonly string[]; readonly pattern: string } {
  const fit = names.filter((name) => /^[A-Za-z_][\w-]*$/.test(name) && name !== "ARGUMENTS").toSorted((a, b) => b.length - a.length);
  return { all: names, pattern: fit.length === 0 ? "|((?!))" : `|(${fit.join("|")})(?![A-Za-z0-9_])` };
}

/**
 * What the first argument is called: 0, as documented, unless the text counts from `$1` and says nothing that counts from 0
 * (most that are published do so).
 */
export function baseOf(text: string, names: readonly string[], spare: (at: number) => boolean): 0 | 1 {
  if (names.length > 0) return 0;
  const tokens = [...text.matchAll(new RegExp(String.raw`${SLASHES}\$(?:${WHOLE}|${NUMBER})`, "g"))].filter(
    (found) => (found[1] ?? "").length % 2 === 0 && !spare(found.index + (found[1] ?? "").length),
  );
  const numbers = tokens.flatMap((found) => (found[3] === undefined ? [] : [Number(found[3])]));
  const fromZero = tokens.some((found) => found[2] !== undefined) || numbers.includes(0);
  return !fromZero && numbers.some((number) => number >= 1 && number <= 9) ? 1 : 0;
}
