/** How a JSON text is laid out, taken from its own beginning, and parts laid out in the same way. */
import { membersOf, valueAt } from "./spans.ts";

export type Style = {
  /** Between a key and its value. */
  readonly colon: string;
  /** Between two values at this depth, counted from the root's own, 0. */
  between(depth: number): string;
  /** A list or an object that stands at this depth, of members that are printed already. */
  nest(brackets: "[]" | "{}", members: readonly string[], depth: number): string;
};

/** `words`: an object. */
export function createStyle(words: string): Style {
  const root = valueAt(words, 0).from;
  const [first] = membersOf(words, root);
  const lead = first ? words.slice(root + 1, first.at) : "";
  const colon = first ? words.slice(first.at + JSON.stringify(first.key).length, first.value.from) : ":";
  const [, newline, unit = ""] = /(\r?\n)([ \t]*)$/.exec(lead) ?? [];
  const pad = (depth: number): string => (newline === undefined ? "" : newline + unit.repeat(depth));
  const between = (depth: number): string => (newline === undefined && colon.endsWith(" ") ? ", " : `,${pad(depth)}`);
  return {
    colon,
    between,
    nest: ([open = "", close = ""], members, depth) =>
      members.length === 0 ? open + close : open + pad(depth + 1) + members.join(between(depth + 1)) + pad(depth) + close,
  };
}
