/**
 * What a head says that is no YAML. Rule: cut at the keys that are known, read each piece alone, and where that fails too
 * take its text as it stands: a word with a colon in it costs nothing but a warning.
 */
import type { JsonObject } from "@keelson/protocol";

/** Of skills, commands, agents, styles and rules, as documented and as people write them. With case: `Context:` is prose. */
const KNOWN = new Set(
  `name description when_to_use argument-hint arguments disable-model-invocation user-invocable allowed-tools disallowed-tools model effort
  context agent background hooks paths shell metadata license compatibility tools disallowedTools permissionMode maxTurns skills mcpServers
  memory isolation color initialPrompt keep-coding-instructions force-for-plugin globs alwaysApply version author tags category
  capabilities priority type triggers shortcut source risk date_added hide-from-slash-command-tool allowed_tools displayName`.split(/\s+/),
);
const KEY = /^([A-Za-z_][\w-]*)[^\S\n]*:(?:\s|$)/;

/** `parse`: the YAML engine. `raw`: the keys whose text was taken as it stands. `before`: what stands above the first key. */
export function salvage(
  head: string,
  parse: (text: string) => JsonObject | undefined,
): { readonly fields: JsonObject; readonly raw: readonly string[]; readonly before: string } {
  const found = new Map<string, JsonObject[string]>();
  const raw: string[] = [];
  const { before, pieces } = cut(head);
  for (const { key, text } of pieces) {
    const read = parse(text);
    const own = read?.[key];
    const fine = read && own !== undefined && fits(key, own) ? read : { [key]: bare(text.slice(text.indexOf(":") + 1)) };
    if (fine !== read) raw.push(key);
    for (const [name, value] of Object.entries(fine)) if (!found.has(name)) found.set(name, value); // what comes twice is prose the second time
  }
  return { fields: Object.fromEntries(found), raw, before };
}

/** The text of one key as it was written, without the quotes around it. */
export function sourceOf(head: string, key: string): string | undefined {
  const lines = head.split("\n");
  const from = lines.findIndex((line) => KEY.exec(line)?.[1] === key);
  if (from === -1) return undefined;
  const to = lines.findIndex((line, at) => at > from && KEY.test(line));
  const text = lines.slice(from, to === -1 ? undefined : to).join("\n");
  return bare(text.slice(text.indexOf(":") + 1));
}

/** From 1, of the head. */
export function lineOfKey(head: string, key: string): number | undefined {
  const at = head.split("\n").findIndex((line) => KEY.exec(line)?.[1] === key);
  return at === -1 ? undefined : at + 1;
}

function cut(head: string): { readonly before: string; readonly pieces: readonly { readonly key: string; readonly text: string }[] } {
  const pieces: { key: string; text: string }[] = [];
  let before = "";
  for (const line of head.split("\n")) {
    const key = KEY.exec(line)?.[1] ?? "";
    const last = pieces.at(-1);
    if (KNOWN.has(key) || (key !== "" && !last)) pieces.push({ key, text: line });
    else if (last) last.text += `\n${line}`;
    else before += `${line}\n`;
  }
  return { before, pieces };
}

/** A sentence with a colon in it reads as a map: then it is the sentence that was meant. */
function fits(key: string, value: JsonObject[string]): boolean {
  return key !== "description" && key !== "name" ? true : typeof value !== "object";
}

function bare(text: string): string {
  const whole = text
    .replace(/^\s*[|>][-+]?\s*\n/, "")
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .trim();
  return /^(["'])([\s\S]*)\1$/.exec(whole)?.[2] ?? whole;
}
