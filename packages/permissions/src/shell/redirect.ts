// Where a command's redirects lead. What isn't a plain file or descriptor is said to be opaque, and is taken for a file all the same.
import type { Redirection } from "unbash";
import type { Opaque } from "./hidden.ts";
import { isKnown, type Word } from "./marks.ts";
import { showsNoSecret } from "./telling.ts";
import type { Input } from "./walk.ts";
import type { Whereabouts } from "./whereabouts.ts";
import { expandWord, type Scope } from "./word.ts";

export type Redirect = { readonly do: "read" | "write"; readonly word: Word; readonly at: Whereabouts };

/** Notes them, and gives what standard input is then, where they set it. */
export function redirections(
  list: readonly Redirection[],
  at: Whereabouts,
  scope: Scope,
  out: { readonly redirects: Redirect[]; readonly opaque: Opaque[] },
): Input | undefined {
  let input: Input | undefined;
  for (const one of list) {
    if (one.type === "HereDoc") {
      input = { from: "text", text: one.body.text };
      if (one.body.parts?.some((part) => !showsNoSecret({ raw: part.type === "Literal" ? "" : part.text }))) out.opaque.push(SHOWN);
    } else if (one.type === "HereString") {
      const words = one.target ? expandWord(one.target, scope) : [];
      input = { from: "text", text: words.map(({ script }) => script).join(" ") };
      if (!words.every(showsNoSecret)) out.opaque.push(SHOWN);
    } else {
      if (one.operator === "<" || one.operator === "<>" || one.operator === "<&") input = { from: "elsewhere" };
      redirect(one, at, scope, out);
    }
    if (one.descriptor?.type === "FileDescriptorVariable") out.opaque.push({ why: "it opens a file by a variable", runs: false });
  }
  return input;
}

const SHOWN: Opaque = { why: "it hands on what a variable of the environment holds", runs: false };

function redirect(
  one: Extract<Redirection, { type: "Redirect" }>,
  at: Whereabouts,
  scope: Scope,
  out: { readonly redirects: Redirect[]; readonly opaque: Opaque[] },
): void {
  const words = one.target ? expandWord(one.target, scope) : [];
  const [word, ...more] = words;
  if (!word || more.length > 0) {
    out.opaque.push({ why: "it redirects to what isn't one file", runs: false });
    for (const each of words) out.redirects.push({ do: "write", word: each, at });
    return;
  }
  const duplicates = one.operator === ">&" || one.operator === "<&";
  if (duplicates && /^(?:\d+-?|-)$/.test(word.text)) return;
  if (duplicates) out.opaque.push({ why: "it redirects to a descriptor or a file, and it can't be told which", runs: false });
  if (!isKnown(word)) out.opaque.push({ why: `it redirects to ${word.raw}, which can't be told`, runs: false });
  if (one.operator === "<" || one.operator === "<&" || one.operator === "<>") out.redirects.push({ do: "read", word, at });
  if (one.operator !== "<" && one.operator !== "<&") out.redirects.push({ do: "write", word, at });
}
