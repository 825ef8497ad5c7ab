// What a command that isn't plain could do and can't be seen doing without a shell. Guesses towards yes.
import { isProtected } from "../path/protected.ts";
import { runsArguments } from "./programs.ts";
import { LONGEST } from "./words.ts";

const REMOVES = /(?<![\w.-])(?:rm|rmdir|unlink|shred|srm|find|mv|dd)(?![\w-])|(?<![\w-])git\b[^]*\bclean(?![\w-])/i;
const OPAQUE = /\$\(|`|\$\{(?!\w+\})|\$['"]|[<>]\(|(?<![\w-])(?:eval|source|base64|base32|xxd)(?![\w-])|\\[xu0-7]/;
const LEADS = /^(?:if|then|elif|else|while|until|do|for|case|select|function|time|coproc|in|!|\w+\+?=\S*)$/;

/** May it remove something, so that a critical folder could be meant? */
export function mayRemove(text: string): boolean {
  if (text.length > LONGEST || OPAQUE.test(text)) return true;
  const bare = withoutQuotes(text);
  return REMOVES.test(bare) || bare.split(/[;&|()<>\n]|(?<=^|\s)[{}](?=\s|$)/).some(hidesProgram);
}

/** May it name a protected path, in a form that can be spelled out here? */
export function mayTouchProtected(text: string): boolean {
  if (text.length > LONGEST || OPAQUE.test(text)) return true;
  const words = withoutQuotes(text).split(/[\s;&|<>()=,:@]+/);
  return words.some((word) => isProtected(word.replaceAll(/[{}$]/g, "")) || /(?:^|\/)\.[^/]*[*?[{$]/.test(word));
}

/** `r\m`, `r''m` and `"rm"` are rm. */
const withoutQuotes = (text: string): string =>
  text
    .replaceAll("\\\n", "")
    .replaceAll(/['"\\]/g, "")
    .replaceAll(/\$\{(\w+)\}/g, "$$$1");

/** The program's name comes from an expansion; or it runs what an expansion gives it. */
function hidesProgram(command: string): boolean {
  const words = command.split(/\s+/).filter(Boolean);
  const at = words.findIndex((word) => !LEADS.test(word));
  const [program = "", ...others] = at === -1 ? [] : words.slice(at);
  if (program === "[" || program === "[[") return false;
  return program === "." || /[$*?[{]/.test(program) || (runsArguments(program) && others.some((word) => /[$*?[{]/.test(word)));
}
