// The values that a loop's variable takes, where the text tells them and nothing in it could change them.

const PLAIN = /^[\w./@%+,:-]+$/;
const MOST = 8; // passes through one loop
const MOST_ALL = 32; // and through loops within loops

/** Words by which a variable may be set, or a text run that does so. */
const SETS =
  /(?<![\w-])(?:read|declare|typeset|local|readonly|export|unset|mapfile|readarray|getopts|let|eval|source|select|coproc|trap|alias|wait|set|shift|function|IFS)(?![\w-])|(?<!\w)printf\s+[-$]|\(\(|\$\[|\(\s*\)|\$\{[^}]*=|(?:^|[\s;&|({])\.\s/;

/** `passes`: how often what stands around is gone through. Undefined where a value can't be told. */
export function valuesOf(name: string, words: readonly string[], text: string, passes: number): readonly string[] | undefined {
  if (!/^[a-z_]\w*$/.test(name)) return undefined;
  const bare = text.replaceAll(/\\\n|['"\\]/g, "");
  const known = words.length > 0 && words.every((word) => PLAIN.test(word));
  const few = words.length <= MOST && words.length * passes <= MOST_ALL;
  const once = bare.split(new RegExp(`(?<!\\w)for\\s+${name}(?!\\w)`)).length === 2;
  const set = SETS.test(bare) || new RegExp(`(?<![\\w$])${name}(?:\\+?=|\\[|\\}[<>])`).test(bare);
  return known && few && once && !set ? words : undefined;
}
