/** What people write in a field, as what is meant. Rule: every shape seen in the wild is taken; what can't be one is undefined. */
import type { Json } from "@keelson/protocol";

/** One line of text. */
export function oneLine(value: Json | undefined): string | undefined {
  const text = words(value)?.replace(/\s+/g, " ");
  return text === "" ? undefined : text;
}

export function words(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

export function truth(value: Json | undefined): boolean | undefined {
  return TRUTHS[words(value)?.toLowerCase() ?? ""];
}

export function whole(value: Json | undefined): number | undefined {
  const number = typeof value === "string" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : undefined;
}

/** A list, a list as JSON text, or words between commas or spaces; those within brackets don't count. */
export function names(value: Json | undefined): readonly string[] | undefined {
  return listOf(value, /[,\s]/);
}

/** As `names`, where an item may hold spaces. */
export function patterns(value: Json | undefined): readonly string[] | undefined {
  return listOf(value, /[,\n]/);
}

function listOf(value: Json | undefined, between: RegExp): readonly string[] | undefined {
  if (Array.isArray(value)) return value.flatMap((item: Json) => oneLine(item) ?? []);
  const text = words(value);
  if (text === undefined || text === "") return undefined;
  if (text.startsWith("[")) return listOf(jsonOf(text) ?? text.slice(1).replace(/\]$/, ""), between); // or one that was never closed
  return split(text, between)
    .map((item) => item.trim().replace(/^(["'])(.*)\1$|^["'](?=[^"']*$)/, "$2"))
    .filter((item) => item !== "" && item !== "-");
}

function jsonOf(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined; // no JSON: words in brackets
  }
}

/** `Bash(git add *), Agent(a, b)`: cut outside brackets alone. */
function split(text: string, between: RegExp): readonly string[] {
  const items = [""];
  let depth = 0;
  for (const letter of text) {
    if ("({".includes(letter)) depth += 1;
    else if (")}".includes(letter)) depth = Math.max(0, depth - 1);
    if (depth === 0 && between.test(letter)) items.push("");
    else items[items.length - 1] += letter;
  }
  return items;
}

const LONGEST_OPENING = 500;
const LOOKED_AT = 4096;

/** What a text is about: its first paragraph, or its first heading where it has nothing else. Plain words, cut at 500 letters. */
export function openingOf(body: string): string {
  const bare = body.slice(0, LOOKED_AT).replace(/<!--[\s\S]*?-->/g, "");
  const blocks = bare
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== "");
  const prose = blocks
    .map((block) => block.replace(/^#{1,6}[^\n]*\n?/, "").trim())
    .find((block) => block !== "" && !/^(?:```|---|\*\*\*|!\[|<)/.test(block));
  const said = prose ?? blocks[0]?.split("\n")[0]?.replace(/^[#>*`\s-]+/, "") ?? "";
  return said
    .replace(/[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, "")
    .replace(/^[>\-*\s]+/, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, LONGEST_OPENING);
}
